"""What Shift+Enter on a step cell does, without a kernel."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from nbflow.errors import (
    AncestorsMissing,
    FlowRefused,
    NoRunYet,
    NothingToUndo,
    StoreError,
    StoreReadOnly,
    TasksFailed,
    UnknownName,
    Untrusted,
    VerbUnknown,
)
from nbflow.store.artifact import Component
from nbflow.store.rows import RunKind, RunStatus, TaskStatus
from nbflow.store.store import Store
from tests.jupyter.live import Live
from tests.jupyter.notebooks import write


def rows(live: Live, step: str) -> list[TaskStatus]:
    """What became of the tasks of a step in the interactive run, every execution counted."""
    assert live.session.interactive is not None
    run = live.session.interactive.row.id
    return [row.status for row in live.session.store().history.tasks(run, step, superseded=True) if not row.split]


# the body and its names


def test_a_step_runs_in_the_kernel_and_its_artifacts_are_bound(live: Live) -> None:
    live.run("%%step one\nx = [1, 2]\n_hidden = 3\nfor i in x:\n    pass")
    assert live.names["x"] == [1, 2]
    assert live.user_names() == {"x"}


def test_a_step_that_asks_for_input_is_told_to_use_a_parameter(live: Live) -> None:
    with pytest.raises(EOFError, match="make the value a parameter"):
        live.run("%%step ask\nname = input('who? ')")


def test_a_widget_that_reaches_the_session_is_lost_by_itself_and_the_rest_comes_back(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    button = ipywidgets.Button()
    session = live.session
    button.on_click(lambda _button: session.use("run"))
    live.names.update(button=button, kept=[1, 2])
    live.use("checkpoint mine")
    live.names.update(kept=None)
    live.use("restore mine kept")
    assert live.names["kept"] == [1, 2]
    assert "a widget belongs to its front end; create it again" in capsys.readouterr().out


def test_a_step_does_not_see_the_scratch_of_the_kernel(live: Live) -> None:
    live.run("import os\nscratch = os.getpid()")
    with pytest.raises(FlowRefused, match="scratch"):
        live.run("%%step one\nx = scratch")


def test_a_name_that_only_the_namespace_has_does_not_leak_in_by_way_of_a_function(live: Live) -> None:
    live.run("def peek():\n    return globals().get('secret', 'nothing')")
    live.names["secret"] = 1
    live.run("%%step one\nx = peek()")
    assert live.names["x"] == "nothing"
    assert live.names["secret"] == 1


def test_all_names_of_the_user_are_back_after_a_step_as_the_very_objects(live: Live) -> None:
    lock = threading.Lock()
    live.names.update(lock=lock, x="mine")
    live.run("%%step one\ny = 1")
    assert live.names["lock"] is lock
    assert live.names["x"] == "mine"


def test_the_bound_artifact_is_the_object_that_the_body_made(live: Live) -> None:
    live.run("def remember(value, kept=[]):\n    kept.append(value)\n    return kept")
    live.run("%%step one\nx = [1]\nremember(x)")
    assert live.names["remember"].__defaults__[0][0] is live.names["x"]


def test_classes_of_the_notebook_are_the_same_for_cells_artifacts_and_hits(live: Live) -> None:
    live.run("class Film:\n    def __init__(self, name):\n        self.name = name")
    live.run("%%step one\nfilm = Film('Jaws')")
    assert isinstance(live.names["film"], live.names["Film"])
    live.run("%%step one\nfilm = Film('Jaws')")
    assert isinstance(live.names["film"], live.names["Film"])
    live.run("%%step two\nassert isinstance(film, Film)\nname = film.name")
    assert live.names["name"] == "Jaws"


def test_a_named_tuple_class_made_by_a_constructor_keeps_its_identity_too(live: Live) -> None:
    live.run("from collections import namedtuple\nPoint = namedtuple('Point', 'x y')")
    live.run("%%step one\np = Point(1, 2)")
    assert type(live.names["p"]) is live.names["Point"]


def test_a_constant_is_what_its_cell_says_not_what_was_done_to_it(live: Live) -> None:
    live.run("WORDS = ['a']\ndef grow():\n    WORDS.append('b')")
    live.names["grow"]()
    live.run("%%step one\nx = list(WORDS)")
    assert live.names["x"] == ["a"]
    assert live.names["WORDS"] == ["a", "b"]


def test_a_function_that_a_step_needs_is_defined_in_a_kernel_that_has_not_executed_its_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "def double(x):\n    return 2 * x", "%%step one\ny = double(4)")
    names: dict[str, Any] = {"__name__": "__main__"}
    live = Live(names, tmp_path, path)
    live.run("%%step one\ny = double(4)")
    assert names["y"] == 8
    assert names["double"](5) == 10
    live.session.close()


def test_inputs_come_from_the_store_whatever_was_done_to_the_live_names(live: Live) -> None:
    live.run("%%step one\nx = [1]")
    live.names["x"].append("changed by hand")
    live.run("%%step two\ny = list(x)")
    assert live.names["y"] == [1]


# hits


def test_a_second_execution_executes_nothing_and_shows_the_output_again(live: Live) -> None:
    live.run("%%step one\nprint('loud')\nx = 1\nx")
    said = live.run("%%step one\nprint('loud')\nx = 1\nx")
    assert said == ["one · from run 1, just now"]
    assert [output.get("text") or output["data"]["text/plain"] for output in live.screen.replayed] == ["loud\n", "1"]
    assert rows(live, "one") == [TaskStatus.SUCCEEDED]


def test_a_hit_binds_what_was_stored(live: Live) -> None:
    live.run("%%step one\nx = [1]")
    live.names["x"] = "something else"
    live.run("%%step one\nx = [1]")
    assert live.names["x"] == [1]


def test_comments_and_layout_do_not_run_a_step_again(live: Live) -> None:
    live.run("%%step one\nx = 1")
    assert live.run("%%step one\n# a comment\nx   =  1") == ["one · from run 1, just now"]


def test_a_changed_helper_runs_its_readers_only(live: Live) -> None:
    live.run("def f():\n    return 1")
    live.run("%%step one\nx = f()")
    live.run("%%step two\ny = 5")
    live.run("def f():\n    return 2")
    live.run("%%step one\nx = f()")
    assert live.run("%%step two\ny = 5") == ["two · from run 1, just now"]
    assert live.names["x"] == 2


def test_another_session_takes_over_what_the_first_one_made(live: Live) -> None:
    live.run("%%step one\nx = {'a': 1}")
    names: dict[str, Any] = {"__name__": "__main__"}
    other = Live(names, live.session.folder)
    assert other.run("%%step one\nx = {'a': 1}") == ["one · from run 1, just now"]
    assert names["x"] == {"a": 1}
    other.session.close()


def test_a_step_that_is_never_cached_counts_in_its_own_session(live: Live) -> None:
    live.run("%%step one --cache off\nx = 1")
    live.run("%%step two\ny = x + 1")
    assert live.names["y"] == 2
    live.run("%%step one --cache off\nx = 1")
    assert rows(live, "one") == [TaskStatus.SUCCEEDED] * 2


# ancestors


def test_a_missing_ancestor_is_named_with_the_command_and_nothing_runs(live: Live, tmp_path: Path) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = x")
    live.session.document.execute("%%step one\nx = 2")
    with pytest.raises(AncestorsMissing) as caught:
        live.run("%%step two\ny = x")
    assert str(caught.value) == (
        "step 'two' needs 'one' (last took 0.00 s), which is not stored as the notebook stands now. "
        "Run what is missing: %flow run --to two"
    )


def test_executing_a_step_again_makes_stale_what_depends_on_it_and_keeps_the_older_task(live: Live) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = x")
    live.run("%%step one\nx = 2")
    assert live.names["y"] == 1
    live.run("%%step two\ny = x")
    assert live.names["y"] == 2
    assert rows(live, "two") == [TaskStatus.SUCCEEDED] * 2


def test_an_error_in_an_unrelated_cell_below_does_not_stop_a_step(live: Live) -> None:
    with pytest.raises(FlowRefused):
        live.run("%%step broken\ny = nowhere")
    live.run("%%step one\nx = 1")
    assert live.names["x"] == 1


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%step\nx = 1", "the step has no name"),
        ("%%step a-b\nx = 1", "cannot name a step"),
        ("%%step one --nope\nx = 1", "nope"),
        ("%%step one\nx = (", "Python cannot read this"),
        ("%%step one\nx = unknown_name", "unknown_name"),
        ("%%step one --after nothing\nx = 1", "no cell defines 'nothing'"),
        ("%%step one\n!ls", "is no Python"),
    ],
)
def test_a_wrong_header_or_body_is_refused_before_anything_runs(live: Live, cell: str, words: str) -> None:
    with pytest.raises(FlowRefused, match=words):
        live.run(cell)
    assert live.session.interactive is None


# failures


def test_a_failure_is_the_bodys_own_error_and_keeps_what_was_bound(live: Live) -> None:
    live.run("%%step one\nx = [0]")
    with pytest.raises(ZeroDivisionError) as caught:
        live.run("%%step two\n_half = 1\ny = x[0] + 1\nz = y / x[0]")
    assert live.session.body_error is caught.value
    assert (live.names["y"], live.names["_half"]) == (1, 1)
    assert "z" not in live.names
    assert rows(live, "two") == [TaskStatus.FAILED]


def test_the_frames_of_a_failure_are_in_cell_coordinates(live: Live) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        live.run("%%step two\n\ny = 1 / 0")
    last = caught.traceback[-1]
    assert (last.frame.code.raw.co_filename, last.lineno + 1) == ("console · step two · cell 1", 3)


def test_a_retry_runs_the_body_again_in_the_kernel(live: Live, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    live.run(f"from pathlib import Path\nMARK = Path({str(mark)!r})")
    said = live.run("%%step one --retry 2\nwas = MARK.exists()\nMARK.touch()\nassert was")
    assert said == ["one · attempt 1 of 3 failed · AssertionError: "]
    assert live.names["was"] is True


def test_a_body_that_takes_longer_than_its_timeout_is_stopped(live: Live) -> None:
    with pytest.raises(TimeoutError, match=r"longer than its --timeout of 0\.05 s"):
        live.run("%%step one --timeout 0.05s\nwhile True:\n    pass")
    live.run("%%step one --timeout 60\nx = 1")
    assert live.names["x"] == 1


def test_an_edited_local_module_is_imported_again(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "local_films.py"
    module.write_text("STARS = 1\n")
    live.run("import local_films")
    live.run("%%step one\nx = local_films.STARS")
    module.write_text("STARS = 22\n")
    said = live.run("%%step one\nx = local_films.STARS")
    assert said == ["local_films changed on disk: imported again"]
    assert live.names["x"] == 22
    monkeypatch.delitem(sys.modules, "local_films")


def test_an_interrupt_of_a_body_is_not_tried_again(live: Live) -> None:
    with pytest.raises(KeyboardInterrupt):
        live.run("%%step one --retry 3\nx = 1\nraise KeyboardInterrupt")
    assert rows(live, "one") == [TaskStatus.CANCELLED]
    live.run("%%step two\ny = 1")
    assert live.names["y"] == 1


def test_what_an_interrupted_body_had_shown_and_bound_is_kept(live: Live) -> None:
    with pytest.raises(KeyboardInterrupt):
        live.run("%%step one\nx = 1\nprint('begun')\nraise KeyboardInterrupt")
    assert live.names["x"] == 1
    history = live.session.store().history
    (task,) = history.tasks(history.runs()[0].id, "one")
    assert json.loads(history.text(task.outputs or "") or "") == [
        {"output_type": "stream", "name": "stdout", "text": "begun\n"}
    ]


def test_a_mutation_that_nobody_could_see_becomes_an_artifact_and_is_remembered(live: Live) -> None:
    live.run("def sneak(values):\n    values.append(9)")
    live.run("%%step one\nx = [1]")
    said = live.run("%%step two\nsneak(x)\ny = len(x)")
    assert said == [
        "two · changes x in place: from now on an artifact of two, and what had used the old value is stale"
    ]
    assert live.names["x"] == [1, 9]
    live.run("%%step three\nz = list(x)")
    assert live.names["z"] == [1, 9]


def test_a_value_that_cannot_be_stored_is_there_and_said_to_be_lost(live: Live) -> None:
    said = live.run("%%step one\nimport threading\nx = {'lock': threading.Lock()}")
    assert said[0].startswith("one · x['lock'] is a")
    assert live.names["x"]["lock"].acquire()


def test_a_guard_that_does_not_hold_skips_the_step(live: Live) -> None:
    live.run("%%step one\nroute = 'quick'")
    said = live.run("%%step two --if route == full\nx = 1")
    assert said == ["two · skipped: its condition did not hold"]
    assert "x" not in live.names


def test_a_loop_turns_in_the_kernel_and_every_turn_is_a_task(live: Live) -> None:
    live.run("%%step one\nn = 0")
    live.run("%%step grow --while again\nn = n + 1\nagain = n < 3")
    assert live.names["n"] == 3
    assert rows(live, "grow") == [TaskStatus.SUCCEEDED] * 3


# foreach


def test_a_foreach_runs_in_workers_and_binds_no_name_of_a_single_item(live: Live) -> None:
    live.run("%%step each --foreach i in [1, 2, 3]\nsquare = i * i")
    assert live.user_names() == set()
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    assert live.names["total"] == 14


def test_a_join_sees_the_items_of_today_only(live: Live) -> None:
    live.run("%%step each --foreach i in [1, 2, 3]\nsquare = i * i")
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    live.run("%%step each --foreach i in [1, 2]\nsquare = i * i")
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    assert live.names["total"] == 5


def test_one_failed_item_fails_the_cell_keeps_its_siblings_and_can_be_debugged(live: Live) -> None:
    cell = "%%step each --foreach i in range(3)\nif i == {}:\n    raise ValueError('bad item')\nsquare = i * i"
    with pytest.raises(TasksFailed) as caught:
        live.run(cell.format(1))
    assert caught.value.failures == {"each[1]": "ValueError: bad item"}
    assert caught.value.total == 3
    live.use("debug each[1]")
    assert live.names["i"] == 1
    with pytest.raises(ValueError, match="bad item"):
        live.run(cell.format(1))
    live.run(cell.format(7))
    assert live.names["square"] == 1
    live.run("%%step total --join each\ntotal = sum(inputs.square)")
    assert live.names["total"] == 5


# parameters


def test_parameters_are_bound_and_read_by_steps(live: Live) -> None:
    live.run("%%parameters\ntop_k: int = 3  # how many\ngenre: str = 'Drama'")
    assert (live.names["top_k"], live.names["genre"]) == (3, "Drama")
    live.run("%%step one\nx = top_k + 1")
    assert live.names["x"] == 4


def test_a_parameter_set_in_the_form_holds_for_cells_until_its_cell_is_executed(live: Live) -> None:
    live.run("%%parameters\ntop_k: int = 3")
    live.session.choose({"top_k": 10})
    live.run("%%step one\nx = top_k")
    assert (live.names["x"], live.names["top_k"]) == (10, 10)
    live.run("%%parameters\ntop_k: int = 3")
    live.run("%%step one\nx = top_k")
    assert live.names["x"] == 3


def test_a_wrong_parameter_cell_is_refused_with_its_fix(live: Live) -> None:
    with pytest.raises(FlowRefused, match="top_k"):
        live.run("%%parameters\ntop_k: int = 'three'")


# runs and history


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
    with pytest.raises(TasksFailed, match=r"one failed · it is not stored.* %flow run --to two"):
        live.use("run --only two")
    assert "one · nothing is stored for it that still holds: %flow run --to one\n" in live.screen.said


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
        ("run --nonsense", VerbUnknown, "no option --nonsense"),
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
    for line in ("status", "runs", "restore one", "card one", "debug"):
        with pytest.raises(NoRunYet):
            live.use(line)


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NBFLOW_HOME", str(tmp_path / "file" / "store"))
    with pytest.raises(StoreReadOnly, match="NBFLOW_HOME"):
        live.run("%%step one\nx = 1")
    assert live.user_names() == set()


def test_two_sessions_on_one_notebook_do_not_disturb_each_other(live: Live) -> None:
    other = Live({"__name__": "__main__"}, live.session.folder)
    for number in range(3):
        live.run(f"%%step one\nx = {number}")
        other.run(f"%%step one\nx = {number + 10}")
    assert (live.names["x"], other.names["x"]) == (2, 12)
    assert len(live.session.store().history.runs()) == 2
    other.session.close()


def test_a_mutation_found_in_a_worker_is_known_to_the_cells_below(live: Live) -> None:
    live.run("def sneak(values):\n    values.append(9)")
    live.run("%%step one\nx = [1]")
    live.run("%%step each --foreach i in [1, 2]\nsneak(x)\ny = len(x) + i")
    live.run("%%step total --join each\nseen = inputs.x")
    assert live.names["seen"] == [[1, 9], [1, 9]]


def test_a_step_inside_a_foreach_runs_once_per_item(live: Live) -> None:
    live.run("%%step each --foreach i in [1, 2, 3]\nsquare = i * i")
    live.run("%%step half\nhalf = square / 2")
    assert rows(live, "half") == [TaskStatus.SUCCEEDED] * 3
    live.run("%%step total --join each\ntotal = sum(inputs.half)")
    assert live.names["total"] == 7.0


def test_a_store_that_was_deleted_is_begun_anew(live: Live) -> None:
    live.run("%%step one\nx = 1")
    shutil.rmtree(live.session.root)
    live.run("%%step one\nx = 1")
    assert rows(live, "one") == [TaskStatus.SUCCEEDED]


def test_status_says_what_is_stale_after_a_step_above_was_executed_anew(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    live.run("%%step one\nx = 1")
    live.run("%%step two\ny = x")
    live.run("%%step one\nx = 2")
    live.use("why two")
    assert "one, above it: its code changed" in capsys.readouterr().out


# what others have signed, and what is damaged


def test_what_somebody_else_signed_is_neither_reused_nor_restored_until_it_is_trusted(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live.run("%%step one\nx = [1]")
    live.session.close()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "somebody else"))
    other = Live({"__name__": "__main__"}, live.session.folder)
    other.session.document.execute("%%step one\nx = [1]")
    with pytest.raises(Untrusted, match="trust"):
        other.use("restore 1/one")
    assert "x" not in other.names
    assert other.run("%%step one\nx = [1]") == []
    other.use("trust")
    assert "trusted from now on" in capsys.readouterr().out
    other.names["x"] = None
    other.use("restore 1/one")
    assert other.names["x"] == [1]
    other.session.close()


def test_a_damaged_object_leaves_the_namespace_as_it_was(live: Live) -> None:
    live.run("import numpy as np")
    live.run("%%step one\nx = np.arange(300_000.0)\ny = 1")
    live.run("%%step two\nx = x + 1\ny = 2")
    history, run = live.session.store().history, live.session.interactive.row.id
    component = history.component(dict(history.views(run, ["one"]))["one", ()]["x"].component)
    (blob,) = (path for path in live.session.root.glob("blobs/**/*") if path.is_file() and blob_is(path, component))
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-8])
    before = dict(live.names)
    with pytest.raises(StoreError, match="nbflow verify"):
        live.use("restore one")
    assert all(live.names[name] is value for name, value in before.items())
    assert live.names.keys() == before.keys()


def blob_is(path: Path, component: Component) -> bool:
    return any(path.name in digest or digest.endswith(path.name) for digest in component.buffers)


# beside the cells


def test_a_step_in_the_background_returns_at_once_and_the_next_that_needs_it_waits(live: Live, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    live.run(f"%%step one --bg\nwith open({str(gate)!r}) as file:\n    x = file.read()")
    assert "x" not in live.names
    threading.Thread(target=gate.write_text, args=("through",)).start()
    said = live.run("%%step two\ny = x.upper()")
    assert said == ["waiting for one, running in the background"]
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
