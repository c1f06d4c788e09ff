"""What a kernel tells while a flow runs in it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.jupyter.kernel import broadcast as broadcasts
from nbflow.jupyter.kernel.broadcast import Broadcast, Going
from nbflow.jupyter.protocol.messages import StepLine
from nbflow.jupyter.protocol.wire import to_json
from nbflow.progress.status import RunStatus
from nbflow.progress.tally import Tally
from nbflow.run.events.events import (
    Event,
    Failure,
    FailureKind,
    ForeachSplit,
    RunCancelled,
    TaskFailed,
    TaskId,
    TaskReused,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.store.catalog.rows import RunKind, RunRow
from nbflow.store.values.artifact_ref import ArtifactRef, Summary
from tests.flows import Shape
from tests.jupyter.kernels import Kernel

FOREACH = Shape("foreach", """
%%step grid
grid = [1, 2]
---
%%step fit --foreach k in grid
score = k
---
%%step best --join fit
best = max(inputs.score)
""", {})  # fmt: skip

ITEM = ArtifactRef("k", "c", 0, 8, Summary("int", "1"))
RUN = RunRow(9, "foreach", 4, kind=RunKind.RUN, started=1.0, parameters={"text": "x" * 100_000, "n": 3})


class Heard:
    """A sink that keeps what it is told, and can be waited for."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []
        self._news = threading.Condition()

    def __call__(self, snapshot: Mapping[str, Any]) -> None:
        with self._news:
            self.told.append(snapshot)
            self._news.notify_all()

    def wait_for(self, **wanted: str) -> None:
        """Until the last message says that it is over, and that these steps stand so."""

        def is_there() -> bool:
            last = self.told[-1] if self.told else None
            return last is not None and bool(last["run"]["finished"]) and wanted.items() <= statuses(last).items()

        with self._news:
            assert self._news.wait_for(is_there, 20)


def going_through(*events: Event, status: RunStatus = RunStatus.SUCCEEDED) -> Heard:
    heard, tally = Heard(), Tally(FOREACH.graph, FOREACH.graph.links)
    going = Broadcast(heard).begin(RUN, tally, "/x/foreach.ipynb")
    for event in events:
        going.count(event)
    going.end(status)
    heard.wait_for()
    return heard


def statuses(snapshot: Mapping[str, Any]) -> dict[str, str]:
    return {line["step"]: line["status"] for line in snapshot["lines"]}


def fit(number: int) -> TaskId:
    return TaskId("fit", (number,))


def test_the_last_message_says_how_far_all_steps_came_and_that_it_is_the_last() -> None:
    last = going_through(
        TaskReused(TaskId("grid"), (), "1/1", seconds=3.0), ForeachSplit(TaskId("fit", split=True), (ITEM, ITEM)),
        TaskStarted(fit(0)), TaskStarted(fit(1)), TaskSucceeded(fit(0), (), seconds=0.5),
        TaskFailed(fit(1), Failure(FailureKind.ERROR, "ValueError", "no\nmore"), seconds=0.25),
        status=RunStatus.FAILED,
    ).told[-1]  # fmt: skip
    assert statuses(last) == {"grid": "reused", "fit": "failed", "best": "missing"}
    line = last["lines"][1]
    counted = {name: line[name] for name in ("total", "done", "failed", "running", "seconds", "run", "reasons")}
    assert counted == {
        "total": 2, "done": 1, "failed": 1, "running": 0, "seconds": 0.5, "run": 4,
        "reasons": ["fit[1] failed · ValueError: no"],
    }  # fmt: skip
    run = last["run"]
    assert (run["status"], run["total"], run["done"], run["reused"], run["failed"]) == ("failed", 4, 1, 1, 1)
    assert run["parameters"]["n"] == 3
    assert len(run["parameters"]["text"]) < 200


def test_what_ran_when_a_run_was_cancelled_is_cancelled_and_the_rest_missing() -> None:
    events = [TaskReused(TaskId("grid"), (), "1/1"), ForeachSplit(TaskId("fit", split=True), (ITEM, ITEM))]
    last = going_through(*events, TaskStarted(fit(0)), RunCancelled("cancelled"), status=RunStatus.CANCELLED).told[-1]
    assert statuses(last) == {"grid": "reused", "fit": "cancelled", "best": "missing"}


def test_ten_thousand_tasks_fit_into_five_kilobytes_and_few_messages() -> None:
    split = ForeachSplit(TaskId("fit", split=True), (ITEM,) * 10_000)
    tasks = [event for n in range(10_000) for event in (TaskStarted(fit(n)), TaskSucceeded(fit(n), (), seconds=0.1))]
    began = time.monotonic()
    heard = going_through(TaskReused(TaskId("grid"), (), "1/1"), split, *tasks)
    assert max(len(to_json(dict(one)).encode()) for one in heard.told) <= 5_000
    assert len(heard.told) <= 2 + (time.monotonic() - began) / broadcasts.BROADCAST_PAUSE
    assert heard.told[-1]["lines"][1]["done"] == 10_000


def test_the_graph_of_a_large_flow_is_not_sent_each_time() -> None:
    cells = "\n---\n".join(f"%%step s{n}\nx{n} = 1" for n in range(broadcasts.LARGE_FLOW + 1))
    graph = Shape("large", cells, {}).graph
    going = Broadcast().begin(RUN, Tally(graph, graph.links), "")
    first, second = going.snapshot(), going.snapshot()
    assert first.shape is not None
    assert len(first.shape.steps) == broadcasts.LARGE_FLOW + 1
    assert (second.shape, second.version) == (None, first.shape.version)


WRONG = Failure(FailureKind.ERROR, "ValueError", "no")
HAPPENING = [
    TaskStarted(TaskId("grid")), TaskSucceeded(TaskId("grid"), (), seconds=1.0),
    ForeachSplit(TaskId("fit", split=True), (ITEM, ITEM)), TaskReused(fit(1), (), "1/2", seconds=3.0),
    TaskStarted(fit(0)), TaskStarted(fit(1)), TaskFailed(fit(0), WRONG, seconds=1.0), TaskSucceeded(fit(1), ()),
    RunCancelled("cancelled"),
]  # fmt: skip


@given(st.lists(st.sampled_from(HAPPENING)), st.sampled_from(RunStatus))
def test_what_was_told_before_does_not_change_what_is_told_now(events: list[Event], status: RunStatus) -> None:
    often, once = (Broadcast().begin(RUN, Tally(FOREACH.graph, FOREACH.graph.links), "") for _ in range(2))
    for event in events:
        often.count(event)
        once.count(event)
        often.snapshot()
    assert lines_of(often) == lines_of(once)
    often.end(status)
    once.end(status)
    often.snapshot()
    assert lines_of(often) == lines_of(once)
    for going in (often, once):
        going.go_on(RUN, Tally(FOREACH.graph, ["best"]))
    assert lines_of(often) == lines_of(once)


def lines_of(going: Going) -> list[StepLine]:
    """Without the moment at which it began."""
    return [replace(line, began=float(line.began is not None)) for line in going.snapshot().lines]


def test_a_session_that_nobody_listens_to_has_no_thread() -> None:
    before = threading.active_count()
    tally = Tally(FOREACH.graph, FOREACH.graph.links)
    with Broadcast().step(RUN, tally, "") as going:
        going.count(TaskStarted(TaskId("grid")))
        assert threading.active_count() == before


def test_many_steps_in_a_row_are_told_together() -> None:
    heard, graph, began = Heard(), FOREACH.graph, time.monotonic()
    broadcast = Broadcast(heard)
    for _ in range(50):
        for step in ("grid", "best"):
            with broadcast.step(RUN, Tally(graph, [step]), "") as going:
                going.count(TaskReused(TaskId(step), (), "1/1"))
    heard.wait_for(grid="reused", best="reused")
    assert all("missing" not in statuses(one).values() for one in heard.told)
    assert len(heard.told) <= 3 + (time.monotonic() - began) / broadcasts.BROADCAST_PAUSE


def test_a_step_that_is_interrupted_is_cancelled_with_its_session() -> None:
    heard, tally = Heard(), Tally(FOREACH.graph, ["grid"])
    with suppress(KeyboardInterrupt), Broadcast(heard).step(RUN, tally, "") as going:
        going.count(TaskStarted(TaskId("grid")))
        going.stop()
        raise KeyboardInterrupt
    heard.wait_for(grid="cancelled")
    assert heard.told[-1]["run"]["status"] == "cancelled"


@pytest.mark.parametrize(("error", "status"), [(OSError(), "failed"), (KeyboardInterrupt(), "cancelled")])
def test_a_step_that_is_left_by_an_error_is_over(error: BaseException, status: str) -> None:
    heard, tally = Heard(), Tally(FOREACH.graph, ["grid"])
    with suppress(type(error)), Broadcast(heard).step(RUN, tally, "") as going:
        going.count(TaskStarted(TaskId("grid")))
        raise error
    heard.wait_for(grid="cancelled")
    assert heard.told[-1]["run"]["status"] == status


# in a kernel


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("telling")
    kernel = Kernel(folder, folder / "told.ipynb")
    yield kernel
    kernel.stop()


def is_over(step: str, status: str) -> Any:
    return lambda snapshot: bool(snapshot["run"]["finished"]) and statuses(snapshot).get(step) == status


def test_a_step_in_the_kernel_is_told_while_it_runs_and_when_it_is_over(telling: Kernel) -> None:
    gate = telling.folder / "gate"
    os.mkfifo(gate)
    message = telling.send(f"%%step slow\nopen({str(gate)!r}).read()\nslow = 1")
    running = telling.wait_for_snapshot(lambda one: statuses(one) == {"slow": "running"})
    with gate.open("w"):
        pass
    telling.read(message)
    over = telling.wait_for_snapshot(is_over("slow", "done"))
    assert (running["path"], running["run"]["kind"]) == (str(telling.folder / "told.ipynb"), "interactive")
    assert running["lines"][0]["began"] is not None
    assert [step["name"] for step in over["shape"]["steps"]] == ["slow"]
    telling.run("%%step slow --cache off\n1 / 0\nslow = 1")
    failed = telling.wait_for_snapshot(is_over("slow", "failed"))
    assert failed["lines"][0]["reasons"] == ["slow failed · ZeroDivisionError: division by zero"]


def test_a_step_from_the_store_is_told_as_reused(telling: Kernel) -> None:
    telling.ok("%%step known\nknown = 1")
    telling.ok("%%step known\nknown = 1")
    telling.wait_for_snapshot(is_over("known", "reused"))


def test_workers_and_runs_are_told_in_front_and_beside_the_cells(telling: Kernel) -> None:
    telling.ok("%%step each --foreach n in range(3)\neach = n")
    over = telling.wait_for_snapshot(is_over("each", "done"))
    (line,) = (line for line in over["lines"] if line["step"] == "each")
    assert (line["total"], line["done"]) == (3, 3)
    telling.ok("%%step slow\nslow = 1")
    telling.ok("%flow run --fresh --to each")
    front = telling.wait_for_snapshot(lambda one: is_over("each", "done")(one) and one["run"]["kind"] == "run")
    telling.ok("%flow rerun each --bg")
    beside = telling.wait_for_snapshot(lambda one: is_over("each", "done")(one) and one["run"]["kind"] == "resume")
    assert (front["run"]["status"], beside["run"]["status"]) == ("succeeded", "succeeded")
    assert len(json.dumps(beside)) < 5_000


def test_nothing_is_told_while_no_flow_runs(telling: Kernel, tmp_path: Path) -> None:
    telling.ok("%%step last\nlast = 1")
    telling.wait_for_snapshot(is_over("last", "done"))
    telling.ok("import threading, time\nwhile any(t.name == 'nbflow broadcast' for t in threading.enumerate()): pass")
    told = len(telling.snapshots)
    telling.ok("time.sleep(1.5)")
    assert len(telling.snapshots) == told
