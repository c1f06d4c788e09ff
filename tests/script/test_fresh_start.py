"""Each task of a script finds it as a process of its own would, however many tasks a worker has done."""

from __future__ import annotations

import random
from pathlib import Path

from nbflow.client import Flow
from tests.script.differing import CORPUS
from tests.script.running import Scripts


def test_seeds_globals_and_the_part_before_the_flow(scripts: Scripts) -> None:
    path = scripts.folder / "corpus.py"
    path.write_text((CORPUS / "fresh_processes.py").read_text("utf-8"), "utf-8")
    done = scripts.command(path, "run", "--max-workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    run = Flow("Corpus", scripts.folder).latest_run

    def noted(item: str) -> tuple[object, ...]:
        return random.Random(1).random(), random.Random(2).random(), "fast", ["set below the class"], 1, [item], 1

    assert run["join"].task.data.all == [noted(item) for item in "abcd"]
    assert (run["start"].task.data.first, run["end"].task.data.last) == (noted("start"), noted("end"))
    assert (run["start"].task.data.level, run["start"].task.data.file) == (40, "corpus.py")


KEPT = """
import threading


class Base(FlowSpec):
    number = 0
    _seen = []


class F(Base):
    lock = {"lock": threading.Lock()}

    @step
    def start(self):
        self.items = list(range(3))
        self.next(self.work, foreach="items")

    @step
    def work(self):
        F.__count = getattr(F, "_F__count", 0) + 1
        Base.number += 1
        Base.new = getattr(Base, "new", 0) + 1
        self._seen.append(self.input)
        F.work = None
        self.kept = F.__count, Base.number, Base.new, self._seen == [self.input]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.kept = {one.kept for one in inputs}
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_attributes_of_the_classes_of_a_flow_end_with_their_task(scripts: Scripts) -> None:
    assert scripts.run(KEPT, max_workers=1).value("join", "kept") == {(1, 1, 1, True)}


DRAWS = """
import random
TOP = random.random()


class F(FlowSpec):
    @step
    def start(self):
        self.items = list(range(6))
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.drawn = random.random()
        self.next(self.join)

    @step
    def join(self, inputs):
        self.drawn = [one.drawn for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_without_a_seed_no_two_tasks_draw_the_same(scripts: Scripts) -> None:
    drawn = scripts.run(DRAWS, max_workers=1).value("join", "drawn")
    assert len(set(drawn)) == 6


def test_an_error_before_the_flow_is_the_failure_of_the_tasks(scripts: Scripts, tmp_path: Path) -> None:
    """The driver has run the same lines, so this is an error that only a further process meets."""
    path = scripts.write(DRAWS)
    flag = tmp_path / "flag"
    path.write_text(
        path.read_text().replace("    F()\n", f"    open({str(flag)!r}, 'x').close()\n    F()\n"), encoding="utf-8"
    )
    done = scripts.command(path, "run")
    assert done.returncode == 1
    assert "FileExistsError" in done.stdout + done.stderr


def test_of_a_flow_that_another_script_starts_only_that_one_is_the_main_script(scripts: Scripts) -> None:
    path = scripts.write(DRAWS, "flow_module.py")
    path.write_text(
        path.read_text().replace("    F()\n", "    raise AssertionError('it is imported')\n"), encoding="utf-8"
    )
    main = scripts.folder / "main.py"
    main.write_text("from flow_module import F\nif __name__ == '__main__':\n    F()\n", encoding="utf-8")
    done = scripts.command(main, "run")
    assert done.returncode == 0, done.stdout + done.stderr
