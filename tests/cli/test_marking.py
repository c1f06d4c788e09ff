"""Runs as a table in a shell: results as columns, notes, pins, and what is deleted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbflow.store.catalog.rows import RunKind
from nbflow.store.store import Store
from tests.cli.shell import Shell

CELLS = (
    "%%parameters\nshift: float = 0.0",
    "%%step load\nbig = bytes(300_000) + bytes([int(shift)])",
    "%%step score\nr2 = 0.5 + shift / 10\nmae = 3 - shift\nname = f'run{shift:g}'",
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs 1, 2 and 3 with the shifts 1, 3 and 2."""
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path)
    notebook = shell.write("flow", *CELLS)
    for shift in ("1", "3", "2"):
        assert shell("run", notebook, "--shift", shift).code == 0
    return shell


def numbers(shell: Shell, *words: str) -> list[str]:
    return [line.split()[0] for line in shell("runs", "flow.ipynb", *words).lines]


def test_results_are_columns_and_sort_by_the_best(shell: Shell) -> None:
    lines = shell("runs", "flow.ipynb", "--columns", "r2, mae,score.name", "--sort", "r2").lines
    cells = [re.split(r" {2,}", line) for line in lines]
    assert cells[0] == ["run", "status", "began", "took", "tasks", "r2", "mae", "score.name"]
    assert [(row[0], *row[5:]) for row in cells[1:]] == [
        ("2", "0.8", "0", "run3", "shift=3.0"), ("3", "0.7", "1", "run2", "shift=2.0"),
        ("1", "0.6", "2", "run1", "shift=1.0"),
    ]  # fmt: skip
    assert numbers(shell, "--sort", "mae") == ["2", "3", "1"]
    assert numbers(shell, "--sort", "mae", "--reverse") == ["1", "3", "2"]
    assert numbers(shell, "--sort", "name") == ["1", "3", "2"]
    assert numbers(shell, "--sort", "r2", "-n", "1") == ["2"]
    assert numbers(shell, "--reverse") == ["1", "2", "3"]


def test_what_a_run_took_is_a_column(shell: Shell) -> None:
    lines = shell("runs", "flow.ipynb", "--columns", "peak_memory,cpu_seconds,r2", "--sort", "cpu_seconds").lines
    cells = [re.split(r" {2,}", line) for line in lines]
    assert cells[0][5:] == ["peak_memory", "cpu_seconds", "r2"]
    assert all(re.fullmatch(r"[\d.]+ MB", row[5]) for row in cells[1:])
    seconds = [float(row[6]) for row in cells[1:]]
    assert seconds == sorted(seconds)
    assert all(seconds)


def test_a_run_without_the_result_comes_last(shell: Shell) -> None:
    shell.write("flow", CELLS[0], CELLS[1])
    shell("run", "flow.ipynb")
    assert numbers(shell, "--sort", "r2") == ["2", "3", "1", "4"]
    assert numbers(shell, "--sort", "r2", "--reverse") == ["1", "3", "2", "4"]


def test_a_result_that_no_run_has_is_an_error_with_those_there_are(shell: Shell) -> None:
    found = shell("runs", "flow.ipynb", "--columns", "r3")
    words = "Error: no scalar artifact outside of a foreach 'r3': choose from mae, name, r2\n"
    assert (found.code, found.err) == (2, words)
    assert "did you mean 'mae'" in shell("runs", "flow.ipynb", "--sort", "mea").err


def test_a_note_is_written_shown_searched_and_cleared(shell: Shell) -> None:
    assert shell("note", "flow.ipynb", "2").out == "run 2 has no note\n"
    assert shell("note", "flow.ipynb", "2", "for", "the talk · é").out == "run 2 has a new note\n"
    assert shell("note", "flow.ipynb", "2").out == "for the talk · é\n"
    assert shell("runs", "flow.ipynb", "-n", "2").lines[1].endswith("shift=3.0 · for the talk · é")
    assert numbers(shell, "--search", "TALK") == ["2"]
    assert numbers(shell, "--search", "shift=2") == ["3"]
    assert shell("runs", "flow.ipynb", "--search", "nowhere").code == 1
    assert shell("note", "flow.ipynb", "2", "--clear").out == "run 2 has no note any more: for the talk · é\n"
    assert shell("note", "flow.ipynb", "2").out == "run 2 has no note\n"
    assert shell("note", "flow.ipynb", "9", "x").code == 2


def test_gc_keeps_what_is_pinned(shell: Shell) -> None:
    assert shell("pin", "flow.ipynb", "1").out == "run 1 is pinned\n"
    assert "pinned shift=1.0" in shell("runs", "flow.ipynb").out
    assert shell("gc", "--keep", "1").code == 0
    assert numbers(shell) == ["3", "1"]
    assert shell("pin", "flow.ipynb", "1", "--off").code == 0
    assert shell("gc", "--keep", "1").code == 0
    assert numbers(shell) == ["3"]


def test_runs_are_deleted_with_what_only_they_need(shell: Shell) -> None:
    shell("note", "flow.ipynb", "1", "gone")
    found = shell("delete", "flow.ipynb", "1", "2", "1")
    assert re.fullmatch(r"deleted runs 1, 2: 6\d\d kB freed\n", found.out)
    assert numbers(shell) == ["3"]
    assert shell("verify").out == "every stored object is intact\n"
    assert shell("run", "flow.ipynb", "--reuse", "--shift", "2").out.count("from run 3") == 2
    with Store.open(Path(".nbflow"), create=False) as store:
        assert store.history.query("SELECT count(*) FROM meta WHERE key LIKE 'note of run%'").fetchone() == (0,)


def test_all_stay_if_one_of_them_does_not_exist_or_goes_on(shell: Shell) -> None:
    assert shell("delete", "flow.ipynb", "1", "9").code == 2
    with Store.open(Path(".nbflow"), create=False) as store, store.writer() as writer:
        writer.begin_run("flow", kind=RunKind.INTERACTIVE)
    found = shell("delete", "flow.ipynb", "1", "4")
    assert found.code == 1
    assert "run 4 is open in a kernel: shut down or restart that kernel first" in found.err
    assert len(numbers(shell)) == 4
    assert re.match(r"4  open since \d\d:\d\d  ", shell("runs", "flow.ipynb").out)


def test_while_the_store_is_in_use_the_space_is_freed_later(shell: Shell) -> None:
    with Store.open(Path(".nbflow"), create=False) as store, store.lease():
        assert shell("delete", "flow.ipynb", "1").out == "deleted run 1: nbflow gc frees the space when nothing runs\n"
    assert re.search(r"deleted 0 runs, .*300 kB", shell("gc").out)


def test_diff_tells_the_older_run_first(shell: Shell) -> None:
    forwards, backwards = shell("diff", "flow.ipynb", "1", "2").out, shell("diff", "flow.ipynb", "2", "1").out
    assert forwards == backwards
    assert "shift  1.0 → 3.0" in forwards


def test_diff_tells_of_steps_that_one_run_did_not_finish_and_of_artifacts_it_does_not_have(shell: Shell) -> None:
    fails = shell.write("half", "%%step load\nnumbers = [1]\nextra = 1", "%%step end --in numbers\nbest = numbers[1]")
    assert shell("run", fails).code == 1
    shell.write("half", "%%step load\nnumbers = [1]", "%%step end --in numbers\nbest = numbers[0]")
    assert shell("run", fails).code == 0
    assert shell("diff", fails, "1", "2", "end").out.endswith("artifacts\n  end  - → 1 task finished\n")
    assert shell("diff", fails, "1", "2", "load").out.endswith("artifacts\n  load.extra  1 → -\n")


def test_a_tag_is_a_text(shell: Shell) -> None:
    answer = shell("tag", "flow.ipynb", "1", " ")
    assert (answer.code, "a tag is a text that is not empty" in answer.err) == (2, True)
