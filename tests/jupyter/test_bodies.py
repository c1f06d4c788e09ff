"""How the body of a step ends in a kernel: it fails, is stopped, is skipped, is found to have changed something."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from nbflow.store.catalog.rows import TaskStatus
from tests.jupyter.live import Live, rows


def test_a_failure_is_the_bodys_own_error_and_keeps_what_was_bound(live: Live) -> None:
    live.run("%%step one\nx = [0]")
    with pytest.raises(ZeroDivisionError) as caught:
        live.run("%%step two\n_half = 1\ny = x[0] + 1\nz = y / x[0]")
    assert live.session.steps.body_error is caught.value
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
        "two · changes x in place, which is an artifact of two from now on; steps that used the old value are stale"
    ]
    assert live.names["x"] == [1, 9]
    live.run("%%step three\nz = list(x)")
    assert live.names["z"] == [1, 9]


@pytest.mark.parametrize("body", ["len(x)", "x.append(2)", "more = [x]"])
def test_names_share_objects_after_a_body_that_failed_as_before_it(live: Live, body: str) -> None:
    live.run("%%step make\nx = [1]\nother = {'x': x}\nalone = [5]")
    with pytest.raises(ZeroDivisionError):
        live.run(f"%%step use\n{body}\n1 / 0")
    assert live.names["other"]["x"] is live.names["x"]
    assert live.names["x"] == ([1, 2] if "append" in body else [1])
    live.names["other"]["x"].append(3)
    assert live.names["x"][-1] == 3
    assert live.names["alone"] == [5]
    live.run("%%step use\nx.append(4)")
    assert (live.names["x"], live.names["other"]["x"] is live.names["x"]) == ([1, 4], True)


def test_a_value_that_cannot_be_stored_is_there_and_said_to_be_lost(live: Live) -> None:
    said = live.run("%%step one\nimport threading\nx = {'lock': threading.Lock()}\nheld = x['lock'].acquire()")
    assert said[0].startswith("one · x['lock'] is a")
    assert live.names["x"]["lock"].locked()


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
