"""What the workers of a run write while they work, read by others."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome
from nbflow.run.output.live_output import OUTPUT_LIMIT, last_words, live_tasks
from tests.flows import Shape
from tests.run.running import Place


class Fleeting(type(Path())):  # type: ignore[misc]
    """A folder that is removed as soon as somebody has seen that it is there."""

    def is_dir(self) -> bool:
        was_there = super().is_dir()
        if was_there:
            self.rmdir()
        return was_there


def test_a_folder_that_goes_while_it_is_looked_into_has_nothing_in_it(tmp_path: Path) -> None:
    for look in (live_tasks, lambda folder: last_words(folder, "fit[0]")):
        folder = Fleeting(tmp_path / "live")
        folder.mkdir()
        assert look(folder) == []
        assert not folder.is_dir()


def test_the_last_words_of_a_task_are_those_of_the_worker_that_has_it(tmp_path: Path) -> None:
    for worker, task in (("1", "fit[0]"), ("2", "fit[1]")):
        (tmp_path / f"{worker}.task").write_text(task)
        (tmp_path / f"{worker}.out").write_text(f"out of {task}\n")
        (tmp_path / f"{worker}.err").write_text("")
    assert last_words(tmp_path, "fit[1]") == [{"output_type": "stream", "name": "stdout", "text": "out of fit[1]\n"}]
    assert last_words(tmp_path, "fit[2]") == []


def test_a_label_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "1.task").write_text("fit[1]\n[100]\n")
    (tmp_path / "1.out").write_text("short\n")
    assert last_words(tmp_path, "fit[1]") == [{"output_type": "stream", "name": "stdout", "text": "short\n"}]


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_is_printed_without_end_takes_no_space(name: str, tmp_path: Path) -> None:
    """The file that the task writes to grows to what is kept; the next task prints as usual."""
    size = f"os.fstat({1 if name == 'stdout' else 2}).st_size"
    cells = (
        "import os, sys",
        f"%%step loud\nfor _ in range(30):\n    print('x' * 10**6, file=sys.{name})\nsize = {size}",
        f"%%step quiet\n_size = size\nprint('again', file=sys.{name})",
    )
    ran = Place(tmp_path, slots=1).run(Shape("loud", "\n---\n".join(cells), {}))
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("loud.size") == OUTPUT_LIMIT + 1
    assert ran.text("loud").endswith(f"[{name} is longer than {OUTPUT_LIMIT:,} bytes; the rest was dropped]\n")
    assert ran.text("quiet") == "again\n"
