"""Runs, history and restores that a session is asked for, in the cell and beside the cells."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbflow.errors import (
    AncestorsMissing,
    NoRunYet,
    NothingToRun,
    NothingToUndo,
    ResultEvicted,
    TasksFailed,
    UnknownName,
    VerbUnknown,
)
from nbflow.store.catalog.rows import RunKind, RunStatus
from nbflow.store.store import Store
from tests.jupyter.live import Live

# in the cell


def test_run_binds_its_results_as_run_all_would(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    live.session.document.execute("%%step one\nx = 1")
    live.session.document.execute("%%step two\nx = x + 1\ny = 'two'")
    live.session.document.execute("%%step each --foreach i in range(2)\nz = i")
    live.use("run -j 1")
    assert (live.names["x"], live.names["y"]) == (2, "two")
    assert "z" not in live.names
    live.run("%%step two\nx = x + 1\ny = 'two'")
    assert live.names["x"] == 2


def test_a_run_of_one_step_alone_says_what_must_be_stored_first(live: Live) -> None:
    live.session.document.execute("%%step one\nx = 1")
    live.session.document.execute("%%step two\ny = x")
    with pytest.raises(TasksFailed, match=r"one failed · its result is not stored.* %flow run --to two"):
        live.use("run --only two")
    assert "one · the store has no valid result of it: %flow run --to one\n" in live.screen.said


def test_a_join_takes_what_a_run_without_the_failed_items_has_stored(live: Live) -> None:
    each = "%%step each --foreach i in range(3) --retry 1\nif i == 1:\n    raise ValueError(i)\nz = i"
    join = "%%step join --join each\nzs = inputs.z\nwhy = [one.item for one in inputs.failed]"
    with pytest.raises(TasksFailed):
        live.run(each)
    with pytest.raises(AncestorsMissing):
        live.run(join)
    live.use("resume --without-failed each")
    live.names.clear()
    assert live.run(join) == ["join · from run 2, just now"]
    assert (live.names["zs"], live.names["why"]) == ([0, 2], [1])
    assert live.run(join.replace("zs =", "more =")) == []
    assert live.names["more"] == [0, 2]
    live.use("run --only join")
    history = live.session.store().history
    assert history.runs()[0].status is RunStatus.SUCCEEDED
    with pytest.raises(TasksFailed):  # to execute the step itself takes it up again
        live.run(each)
    with pytest.raises(AncestorsMissing):
        live.run(join)


def test_a_join_does_without_the_failures_that_the_header_allows(live: Live) -> None:
    each = "%%step each --foreach i in range(3) --allow-failures 1\nif i in bad:\n    raise ValueError(i)\nz = i"
    join = "%%step join --join each\nzs = inputs.z\nwhy = [one.item for one in inputs.failed]"
    live.run("%%step bad\nbad = [1]")
    live.run(each)
    live.run(join)
    assert (live.names["zs"], live.names["why"]) == ([0, 2], [1])
    live.run(join.replace("zs =", "more ="))
    assert live.names["more"] == [0, 2]
    live.run("%%step bad\nbad = [1, 2]")
    with pytest.raises(TasksFailed):
        live.run(each)
    with pytest.raises(AncestorsMissing, match="'each'"):
        live.run(join)


def test_parameters_of_a_run_are_options_of_the_magic(live: Live) -> None:
    live.run("%%parameters\ntop_k: int = 3")
    live.session.document.execute("%%step one\nx = top_k")
    live.use("run --top_k 8")
    assert live.names["x"] == 8


def test_the_interactive_run_is_one_run_of_its_kind(live: Live) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = 1")
    history = live.session.store().history
    assert [(row.kind, row.status) for row in history.runs()] == [(RunKind.INTERACTIVE, RunStatus.RUNNING)]
    root = live.session.root
    live.session.close()
    with Store.reader(root) as reader:
        assert [row.status for row in reader.runs()] == [RunStatus.SUCCEEDED]


def test_restore_goes_back_and_undo_forward_to_the_very_objects(live: Live) -> None:
    live.run("%%step one\nx = [1]")
    live.run("%%step two\nx = x + [2]\ny = 1")
    made = live.names["x"]
    live.use("restore one")
    assert live.names["x"] == [1]
    assert "y" not in live.names
    live.use("undo")
    assert live.names["x"] is made
    with pytest.raises(NothingToUndo):
        live.use("undo")


def test_a_dry_run_of_a_restore_changes_nothing(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    live.run("%%step one\nx = [1]")
    live.run("%%step two\nx = x + [2]")
    live.use("restore one --dry-run")
    assert live.names["x"] == [1, 2]
    assert "changed  x" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("restore 99/one", UnknownName, "no run '99'"),
        ("restore bad", Exception, "bad is failed"),
        ("restore one z", UnknownName, "no artifact 'z'"),
        ("restore nowhere", UnknownName, "nowhere"),
        ("restore one --as other", VerbUnknown, "--as takes one NAME"),
        ("restore", VerbUnknown, "Missing argument"),
        ("restroe one", UnknownName, "did you mean 'restore'"),
        ("run --to nothing", UnknownName, "no step 'nothing'"),
        ("run --nonsense", VerbUnknown, "has no option --nonsense"),
        ("run 'unclosed", VerbUnknown, "close the quotes"),
        ("cancel", VerbUnknown, "nothing runs in the background"),
        ("convert --to magic", VerbUnknown, "does not know the file"),
    ],
)
def test_what_is_asked_wrongly_is_answered_with_what_to_do(
    live: Live, line: str, error: type[Exception], words: str
) -> None:
    live.run("%%step one\nx = 1")
    with pytest.raises(ZeroDivisionError):
        live.run("%%step bad\nz = 1 / 0")
    with pytest.raises(error, match=words):
        live.use(line)
    assert live.names["x"] == 1


def test_history_of_a_flow_that_never_ran_says_so(live: Live) -> None:
    for line in ("runs", "restore one", "card one", "debug"):
        with pytest.raises(NoRunYet):
            live.use(line)


@pytest.mark.parametrize(
    "line", ["run", "run --bg", "run --to one", "resume", "status", "show", "why one", "export f.py"]
)
def test_without_steps_there_is_nothing_to_run(live: Live, line: str) -> None:
    with pytest.raises(NothingToRun, match="there is nothing to run: console has no steps"):
        live.use(line)
    assert not (live.session.folder / ".nbflow").exists()


def test_status_says_what_is_stale_after_a_step_above_was_executed_anew(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = x")
    live.run("%%step one\nx = 2")
    live.use("why two")
    assert "one, above it: its code changed" in capsys.readouterr().out


# beside the cells


def test_a_step_in_the_background_returns_at_once_and_the_next_that_needs_it_waits(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, say = tmp_path / "gate", live.screen.say
    os.mkfifo(gate)
    live.run(f"%%step one --bg\nwith open({str(gate)!r}) as file:\n    x = file.read()")
    assert "x" not in live.names

    def open_gate(text: str) -> None:
        say(text)
        if text.startswith("waiting"):
            gate.write_text("through")

    monkeypatch.setattr(live.screen, "say", open_gate)
    said = live.run("%%step two\ny = x.upper()")
    assert said == ["waiting for one, which runs in the background"]
    assert live.names["y"] == "THROUGH"
    live.session.runs.background.wait()
    live.session.runs.settle()
    assert live.names["x"] == "through"


def test_cancel_ends_the_run_in_the_background_and_keeps_what_has_finished(live: Live, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    live.session.document.execute("%%step one\nx = 1")
    live.session.document.execute(f"%%step two\nopen({str(gate)!r}).read()\ny = x")
    live.use("run --bg -j 1")
    with pytest.raises(VerbUnknown, match="still runs in the background"):
        live.use("run --bg")
    live.session.runs.background.wait(["one"])
    live.use("cancel")
    assert live.names["x"] == 1
    assert [row.status for row in live.session.store().history.runs()] == [RunStatus.CANCELLED]


# all of one run

ALPHA = "%%parameters\nalpha: int = 1"
CELLS = (ALPHA, "%%step one\na = alpha * 10", "%%step two\nb = a + 1", "%%step apart\nc = 7")


def test_a_run_leaves_its_parameters_and_its_artifacts(live: Live) -> None:
    for cell in CELLS:
        live.run(cell)
    live.use("run --alpha 2")
    assert [live.names[name] for name in ("alpha", "a", "b", "c")] == [2, 20, 21, 7]
    (said,) = live.run(CELLS[2])
    assert said.startswith("two · from run 2, ")
    assert live.run("%%step two\nb = a + 2") == []
    assert live.names["b"] == 22


def test_a_run_leaves_the_very_values_of_its_parameters(live: Live) -> None:
    (live.session.folder / "in.txt").write_text("text")
    live.run("%%parameters\nd = {'a': 1, 3: 2}\nt = (1, [2])\nx: float = 1\nf: File = 'in.txt'")
    step = "%%step show\nseen = repr((d, t, x, f))"
    live.run(step)
    assert live.names["seen"] == "({'a': 1, 3: 2}, (1, [2]), 1, 'text')"
    live.use("run --d '{1: (3, 4)}'")
    assert repr([live.names[name] for name in "dtxf"]) == "[{1: (3, 4)}, (1, [2]), 1, 'text']"
    assert live.names["seen"] == "({1: (3, 4)}, (1, [2]), 1, 'text')"
    assert "from run 2" in live.run(step)[0]


def test_the_parameters_of_a_run_hold_until_they_are_stated_again(live: Live) -> None:
    for cell in CELLS:
        live.run(cell)
    live.use("run --alpha 2")
    live.run(ALPHA)
    for cell in CELLS:
        live.run(cell)
    assert [live.names[name] for name in ("alpha", "a", "b")] == [1, 10, 11]
    live.use("run --alpha 2")
    live.use("run")
    assert [live.names[name] for name in ("alpha", "a", "b")] == [1, 10, 11]


def test_what_another_run_made_of_other_values_goes_and_the_rest_stays(live: Live) -> None:
    for cell in CELLS:
        live.run(cell)
    live.run("mine = 5")
    said = live.screen.said
    live.use("run --to one --alpha 2")
    assert "removed b: another run made this from other values, and this run did not make it again" in said
    assert live.user_names() >= {"alpha", "a", "c", "mine"}
    assert "b" not in live.names


def test_what_goes_with_a_run_stays_when_the_run_is_of_a_part(live: Live) -> None:
    for cell in CELLS:
        live.run(cell)
    live.use("run --to one")
    assert [live.names[name] for name in ("a", "b", "c")] == [10, 11, 7]


def test_what_a_step_makes_that_failed_this_time_goes(live: Live) -> None:
    cells = (ALPHA, "%%step one\na = alpha", "%%step two\nb = 1 / a")
    for cell in cells:
        live.run(cell)
    with pytest.raises(TasksFailed):
        live.use("run --alpha 0")
    assert live.names["a"] == 0
    assert "b" not in live.names


def test_a_name_that_a_step_deletes_is_gone_after_a_run(live: Live) -> None:
    live.run("%%step one\nx = [1]\ny = [2]")
    live.run("%%step two\nz = x + y\ndel x")
    live.use("run")
    assert "x" not in live.names
    assert (live.names["y"], live.names["z"]) == ([2], [1, 2])


def test_names_of_several_steps_share_what_they_share(live: Live) -> None:
    live.run("%%step one\na = [1]")
    live.run("%%step two\nb = {'a': a}")
    live.use("run")
    assert live.names["b"]["a"] is live.names["a"]


def test_a_store_with_a_limit_forgets_old_results_and_a_session_computes_them_again(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_STORE_LIMIT", "1KB")
    live.session.document.execute("%%parameters\nn: int = 1")
    live.session.document.execute("%%step load\nbig = bytes([n]) * 300_000")
    live.session.document.execute("%%step use\nother = big[:9] * 40_000")
    for n in (1, 2):
        live.use(f"run -j 1 --n {n}")
    assert any("evicted 2 old results, 660 kB" in line for line in live.screen.said)
    live.run("%%step end\nsize = len(other)")
    live.use("run -j 1 --n 1")
    assert (live.names["size"], live.names["big"][0]) == (360_000, 1)


def test_restore_of_an_evicted_result_says_which_step_to_run(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_STORE_LIMIT", "1KB")
    live.session.document.execute("%%parameters\nn: int = 1")
    live.session.document.execute("%%step load\nbig = bytes([n]) * 300_000")
    for n in (1, 2):
        live.use(f"run -j 1 --n {n}")
    with pytest.raises(ResultEvicted, match=r"big of .*/1/load was evicted on .*: run load again"):
        live.use("restore 1/load")
    assert live.names["big"][0] == 2
    live.use("rerun --bg 1/load")
    live.use("restore 1/load")
    assert live.names["big"][0] == 1


def test_du_shows_the_open_notebook(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    live.session.document.execute("%%step load\nbig = bytes(300_000)")
    live.use("run -j 1")
    live.use("du")
    shown = capsys.readouterr().out
    assert "\nsteps of " in shown
    assert shown.endswith("\nnbflow gc would free 0 B\n")
    live.use("gc --older 30d --keep-tagged")
    assert capsys.readouterr().out == "deleted 0 runs, 0 objects, 0 B\n"
