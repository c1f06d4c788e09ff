"""The notebook on the screen, against what is stored."""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from nbflow.store.catalog.rows import RunKind, RunStatus, TaskRow, TaskStatus
from nbflow.store.store import Store
from tests.counting import count_calls
from tests.jupyter.live import Live
from tests.jupyter.panel.desk import Desk, line_of, statuses

LOAD = "%%step load\nfilms = [3, 1, 2]"
FIT = "%%step fit --foreach film in films\nscore = film * factor"
BEST = "%%step best --join fit\nbest = max(inputs.score)"
PARAMETERS = "%%parameters\nfactor: int = 2  # how much"
CELLS = (PARAMETERS, LOAD, FIT, BEST)


def test_before_any_run_there_is_the_graph_and_the_form(desk: Desk) -> None:
    desk.write(*CELLS)
    state = desk.flow(*CELLS)
    assert statuses(state) == {"load": "missing", "fit": "missing", "best": "missing"}
    assert (state["run"], state["problems"]) == (None, [])
    assert state["store"] == str(desk.folder / ".nbflow")
    assert state["parameters"] == [
        {
            "name": "factor", "type": "int", "default": "2", "value": "2", "help": "how much", "required": False,
            "choices": [],
        }
    ]  # fmt: skip
    fit = state["shape"]["steps"][1]
    assert fit == {
        "name": "fit", "cell": "cell-3", "number": 3, "mark": "foreach film in films",
        "upstream": [{"step": "load", "names": ["films"], "joins": False}], "scope": ["fit"], "rank": 1,
        "reads": ["films"], "writes": ["film", "score"], "parameters": ["factor"],
    }  # fmt: skip
    assert state["shape"]["steps"][2]["upstream"] == [{"step": "fit", "names": [], "joins": True}]
    assert not (desk.folder / ".nbflow").exists()


def test_runs_under_an_id_that_was_not_saved_are_those_of_a_notebook_with_one_of_their_steps(desk: Desk) -> None:
    desk.write(*CELLS)
    path = desk.folder / f"{desk.name}.ipynb"
    without = path.read_text()
    path.write_text(json.dumps(json.loads(without) | {"metadata": {"nbflow": {"id": "seven"}}}))
    assert desk.use("run").code == 0
    path.write_text(without)
    assert desk.flow(*CELLS, "%%step new\nx = 1")["lost_id"] == "seven"
    assert desk.flow("%%step load\nfilms = []", "%%step new\nx = 1")["lost_id"] == ""


def test_after_a_run_all_is_done_and_an_edit_on_the_screen_makes_stale(desk: Desk) -> None:
    desk.write(*CELLS)
    assert desk.use("run", "--factor", "5").code == 0
    state = desk.flow(*CELLS)
    assert statuses(state) == {"load": "done", "fit": "done", "best": "done"}
    fit = line_of(state, "fit")
    assert (fit["total"], fit["done"], fit["run"], fit["reasons"]) == (3, 3, 1, [])
    assert state["parameters"][0]["value"] == "5"
    assert (state["run"]["number"], state["run"]["total"], state["run"]["done"]) == (1, 5, 5)
    edited = desk.flow(PARAMETERS, LOAD, FIT + "  # said\nscore = -score", BEST)
    assert statuses(edited) == {"load": "done", "fit": "stale", "best": "stale"}
    assert line_of(edited, "fit")["reasons"] == ["its code changed"]
    assert line_of(edited, "best")["reasons"] == ["fit, above it: its code changed"]
    assert edited["shape"]["version"] == state["shape"]["version"]


def test_a_failed_step_says_which_error_it_failed_with(desk: Desk) -> None:
    broken = FIT + "\nif film == 1:\n    raise ValueError('too old')"
    desk.write(PARAMETERS, LOAD, broken, BEST)
    desk.use("run")
    fit = line_of(desk.flow(PARAMETERS, LOAD, broken, BEST), "fit")
    assert (fit["status"], fit["done"], fit["failed"], fit["total"]) == ("failed", 2, 1, 3)
    assert (fit["reasons"], fit["outdated"]) == (["fit[1] failed · ValueError: too old"], False)
    edited = line_of(desk.flow(PARAMETERS, LOAD, FIT, BEST), "fit")
    assert (edited["status"], edited["outdated"], edited["failed"]) == ("failed", True, 1)
    assert edited["reasons"] == ["its code changed", "fit[1] failed · ValueError: too old"]


def test_a_skipped_step_and_a_foreach_without_items_are_told_as_such(desk: Desk) -> None:
    cells = ("%%step a\nn = []\ngo = False", "%%step b --if go\nb = 1", "%%step c --foreach k in n\nc = k",
             "%%step d --join c\nd = len(inputs)")  # fmt: skip
    desk.write(*cells)
    desk.use("run")
    assert statuses(desk.flow(*cells)) == {"a": "done", "b": "skipped", "c": "done", "d": "done"}
    assert statuses(desk.ask("run", run=1)) == {"a": "done", "b": "skipped", "c": "done", "d": "done"}


def test_what_is_wrong_is_told_with_its_cell(desk: Desk) -> None:
    desk.write(LOAD)
    (problem,) = desk.flow(LOAD, "%%step next_one\nx = films[0] + nothing")["problems"]
    assert (problem["cell"], problem["line"], problem["step"], problem["warning"]) == ("cell-2", 2, "next_one", False)
    assert "nothing" in problem["message"]
    assert problem["fix"]


def test_a_broken_cell_and_no_cells_at_all_are_answered(desk: Desk) -> None:
    desk.write(LOAD)
    assert desk.flow(LOAD, "%%step x\nif (")["problems"][0]["cell"] == "cell-2"
    assert desk.flow()["shape"]["steps"] == []
    assert statuses(desk.flow(LOAD, LOAD)) == {"load": "missing"}
    assert len(desk.flow(LOAD, LOAD)["lines"]) == 1


def test_a_parameter_without_a_value_does_not_stand_in_the_way(desk: Desk) -> None:
    cells = ("%%parameters\nwho: str\nwhen: date | None = None", LOAD)
    desk.write(LOAD)
    desk.use("run")
    state = desk.flow(*cells)
    who, when = state["parameters"]
    assert (who["value"], who["required"], when["default"]) == ("", True, "none")
    assert statuses(state) == {"load": "done"}


def test_the_content_of_a_file_parameter_is_not_sent(desk: Desk) -> None:
    (desk.folder / "in.txt").write_text("x" * 10_000)
    cells = ("%%parameters\ntext: File = 'in.txt'", "%%step count\nn = len(text)")
    desk.write(*cells)
    desk.use("run")
    state = desk.flow(*cells)
    assert state["parameters"][0]["value"] == "in.txt"
    assert len(state["run"]["parameters"]["text"]) < 200
    assert statuses(state) == {"count": "done"}


def test_a_run_in_a_shell_is_seen_while_it_goes_on(desk: Desk) -> None:
    gate = desk.folder / "gate"
    os.mkfifo(gate)
    cells = (LOAD, f"%%step wait --foreach film in films\nprint('film', film)\n"
             f"if film != 3:\n    open({str(gate)!r}).read()\nseen = film",
             "%%step last --join wait\nlast = 1", "%%step apart\napart = 1")  # fmt: skip
    desk.write(*cells)
    command = [sys.executable, "-m", "nbflow", "run", str(desk.folder / "films.ipynb"), "--to", "last", "-j", "2"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with gate.open("w"):  # opens when a task reads: it is running now
            state = _until_done(desk, cells, "wait", 1)
            assert statuses(state) == {"load": "done", "wait": "running", "last": "waiting", "apart": "missing"}
            wait = line_of(state, "wait")
            assert (wait["total"], wait["done"], wait["run"]) == (3, 1, 1)
            assert wait["began"] > 0
            assert (state["run"]["status"], state["run"]["finished"], state["run"]["total"]) == ("running", None, 5)
            task = next(one for one in desk.ask("grid", step="wait")["tasks"] if one["label"] == "wait[1]")
            outputs = []
            while not outputs:
                outputs = desk.ask("task", run=1, task=task["number"])["outputs"]
            assert outputs == [{"output_type": "stream", "name": "stdout", "text": "film 1\n"}]
            running.kill()
            running.wait()
    finally:
        running.kill()
    state = desk.flow(*cells)
    assert state["run"]["status"] == "crashed"
    assert statuses(state) == {"load": "done", "wait": "cancelled", "last": "missing", "apart": "missing"}
    assert line_of(state, "wait")["reasons"] == ["its process died"]
    assert statuses(desk.ask("run", run=1)) == {"load": "done", "wait": "cancelled", "last": "missing"}


def test_the_form_holds_the_values_of_the_newest_run_while_an_older_one_goes_on(desk: Desk) -> None:
    gate = desk.folder / "gate"
    os.mkfifo(gate)
    cells = (PARAMETERS, LOAD, f"%%step fit\nif factor == 2:\n    open({str(gate)!r}).read()\nscore = factor")
    desk.write(*cells)
    command = [sys.executable, "-m", "nbflow", "run", str(desk.folder / "films.ipynb")]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with gate.open("w"):
            assert desk.use("run", "--factor", "7").code == 0
            state = desk.flow(*cells)
            assert (state["run"]["number"], state["newest"]["number"]) == (1, 2)
            assert [field["value"] for field in state["parameters"]] == ["7"]
        assert running.wait() == 0
    finally:
        running.kill()
    state = desk.flow(*cells)
    assert (state["run"]["number"], state["newest"]["number"]) == (2, 2)


def test_what_was_stopped_in_the_kernel_is_cancelled_until_it_is_edited(desk: Desk) -> None:
    stuck = "%%step stuck\nprint('begun')\nraise KeyboardInterrupt"
    desk.write(LOAD, stuck)
    live = Live({"__name__": "__main__"}, desk.folder, desk.folder / "films.ipynb")
    live.run(LOAD)
    with pytest.raises(KeyboardInterrupt):
        live.run(stuck)
    for _ in range(2):
        state = desk.flow(LOAD, stuck)
        assert statuses(state) == statuses(desk.ask("run", run=1)) == {"load": "done", "stuck": "cancelled"}
        assert line_of(state, "stuck")["reasons"] == ["it was stopped before it was done"]
        (task,) = desk.ask("grid", step="stuck")["tasks"]
        assert task["status"] == "cancelled"
        assert desk.ask("task", run=1, task=task["number"])["outputs"][0]["text"] == "begun\n"
        live.session.close()
    assert desk.use("why", "stuck").out.startswith("stuck was cancelled in run 1")
    assert statuses(desk.flow(LOAD, stuck + "\nnext = 1")) == {"load": "done", "stuck": "missing"}


def test_what_a_step_prints_in_the_kernel_is_read_while_it_runs_and_afterwards(desk: Desk) -> None:
    talking = "%%step talk\nimport sys\nprint('begun')\nprint('oh', file=sys.stderr)\nlook()\nx = 1"
    looking = "def look():\n    import builtins\n    builtins.look_at_the_log()"
    desk.write(looking, talking)
    names: dict[str, Any] = {"__name__": "__main__"}
    live = Live(names, desk.folder, desk.folder / "films.ipynb")
    live.run(looking)
    seen: list[Any] = []

    def look() -> None:
        (task,) = desk.ask("grid", step="talk")["tasks"]
        seen.append((task["status"], desk.ask("task", run=1, task=task["number"])["outputs"]))

    builtins.look_at_the_log = look  # type: ignore[attr-defined]
    live.run(talking)
    look()
    texts = [{"output_type": "stream", "name": "stdout", "text": "begun\n"},
             {"output_type": "stream", "name": "stderr", "text": "oh\n"}]  # fmt: skip
    assert seen == [("running", texts), ("done", texts)]
    assert not (desk.folder / ".nbflow" / "live" / "1").exists()
    live.session.close()


def test_a_failure_in_the_kernel_is_one_also_when_the_kernel_is_gone(desk: Desk) -> None:
    broken = "%%step broken\nfilms = 1 / 0"
    desk.write(broken)
    live = Live({"__name__": "__main__"}, desk.folder, desk.folder / "films.ipynb")
    with pytest.raises(ZeroDivisionError):
        live.run(broken)
    live.session.close()
    assert statuses(desk.flow(broken)) == {"broken": "failed"}


def test_a_foreach_that_got_fewer_items_in_the_kernel_is_done(desk: Desk) -> None:
    fewer = LOAD.replace("[3, 1, 2]", "[3, 1]")
    desk.write(fewer, BEST)
    live = Live({"__name__": "__main__"}, desk.folder, desk.folder / "films.ipynb")
    each = "%%step fit --foreach film in films\nscore = film"
    for cell in (LOAD, each, fewer, each):
        live.run(cell)
    state = desk.flow(fewer, each)
    assert statuses(state) == statuses(desk.ask("run", run=1)) == {"load": "done", "fit": "done"}
    live.session.close()


def _until_done(desk: Desk, cells: tuple[str, ...], step: str, number: int) -> object:
    while True:
        state = desk.flow(*cells)
        if line_of(state, step)["done"] >= number and line_of(state, step)["running"]:
            return state


def test_ten_thousand_tasks_are_listed_at_once(desk: Desk) -> None:
    desk.write(LOAD)
    desk.use("run")
    with Store.open(desk.folder / ".nbflow") as store, store.writer() as writer:
        row = store.history.runs()[0]
        many = writer.begin_run("films", "films.ipynb", RunKind.RUN, code=row.code, environment=row.environment)
        writer.put_tasks(
            TaskRow(many.id, "load", (n,), number=n + 1, status=TaskStatus.SUCCEEDED, started=1.0, finished=2.0)
            for n in range(10_000)
        )
        writer.update_run(many.id, status=RunStatus.SUCCEEDED, finished=3.0)
    tasks = desk.ask("grid", step="load")["tasks"]
    assert len(tasks) == 10_000
    assert tasks[-1]["label"] == "load[9999]"


def test_the_flow_of_a_run_is_not_linked_again_for_each_answer(desk: Desk) -> None:
    def calls(size: int) -> int:
        bodies = [f"x{n} = x{n - 1}" if n else "x0 = first" for n in range(size)]
        cells = ["%%parameters\nfirst: int = 0", *(f"%%step s{n}\n{body}" for n, body in enumerate(bodies))]
        desk.write(*cells)
        desk.use("run")
        desk.flow(*cells)
        return count_calls(lambda: desk.flow(*cells))

    few, many = calls(10), calls(40)
    assert many - few < 30 * 250  # to link a step takes almost as much
