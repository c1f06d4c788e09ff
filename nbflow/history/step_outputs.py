"""Gives the outputs of a step in a run as they stand under its cell: of one task, or of the items of a foreach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.history.archive import Archive, item_of, task_name
from nbflow.progress.pictures import count
from nbflow.progress.status import StepStatus, status_of_task
from nbflow.run.events.events import Failure
from nbflow.run.events.replay import read_failure
from nbflow.run.output.live_output import last_words
from nbflow.run.output.outputs import Output, size_of
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.harmless import harmless
from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.writer import LIVE_FOLDER

MOST_TASKS = 50
"""The number of tasks of one step whose outputs stand under its cell; those that failed come first."""

MOST_CONTENT = 5_000_000
"""The number of characters after which no further task of a step is shown."""

_ORDER = (
    StepStatus.FAILED, StepStatus.CANCELLED, StepStatus.RUNNING, StepStatus.DONE, StepStatus.REUSED, StepStatus.SKIPPED,
)  # fmt: skip
"""The status of a step is the first of these that one of its tasks has."""


@dataclass(frozen=True)
class CellOutputs:
    """Holds what stands under the cell of a step: outputs in the notebook format, and the states of their widgets.

    `began` and `ended` are in seconds since 1970; None for a step without tasks.
    """

    status: StepStatus
    outputs: Sequence[Output] = ()
    widgets: Mapping[str, Any] = field(default_factory=dict)
    began: float | None = None
    ended: float | None = None
    first: int = 0  # the number of the task that began first
    tasks: int = 0
    failed: int = 0  # of these tasks
    seconds: float = 0.0  # of all tasks together
    source: int | None = None  # the run that the result of the only task was taken from


def outputs_of_step(archive: Archive, row: RunRow, step: str, command: str) -> CellOutputs:
    """Return what the tasks of a step have displayed in a run, those so far if it goes on.

    `command` is the notebook in suggested commands.
    """
    graph, tasks = archive.graph(row), archive.reader.tasks(row.id, step)
    if not tasks:
        return CellOutputs(StepStatus.WAITING if row.status is RunStatus.RUNNING else StepStatus.MISSING)
    told = [task for task in tasks if task.outputs or task.failure or task.status is TaskStatus.RUNNING]
    shown = _Shown(archive, row, command)
    is_one = not graph.links[step].scope and len(tasks) == 1
    outputs = shown.of_task(tasks[0]) if is_one else shown.of_tasks(told)
    ended = None if any(one.finished is None for one in tasks) else max(one.finished or 0.0 for one in tasks)
    first = min(tasks, key=lambda one: (one.started, one.number))
    items = [one for one in tasks if not one.split]
    source = items[0].source if len(items) == 1 else None
    failed = sum(one.status is TaskStatus.FAILED for one in items)
    return CellOutputs(
        _status(row, graph, tasks), outputs, shown.widgets, first.started, ended, first.number, len(items), failed,
        sum(one.seconds or 0.0 for one in items), int(source.partition("/")[0]) if source else None,
    )  # fmt: skip


def _status(row: RunRow, graph: Graph, tasks: Sequence[TaskRow]) -> StepStatus:
    is_over = row.status is not RunStatus.RUNNING
    found = {_status_of(one, is_over) for one in tasks if not one.split or one.status is not TaskStatus.SUCCEEDED}
    if StepStatus.FAILED in found and (row.status is RunStatus.SUCCEEDED or _are_tolerated(graph, tasks)):
        found = found - {StepStatus.FAILED} | {StepStatus.DONE}
    return next((status for status in _ORDER if status in found), StepStatus.DONE)


def _status_of(task: TaskRow, is_over: bool) -> StepStatus:
    status = status_of_task(task.status)
    return StepStatus.CANCELLED if is_over and status is StepStatus.RUNNING else status


def _are_tolerated(graph: Graph, tasks: Sequence[TaskRow]) -> bool:
    """Return whether no more items of the foreach have failed than its `--allow-failures` says."""
    step = tasks[0].step
    options = [graph.steps[one].options for one in (step, *graph.links[step].scope[-1:])]
    allowance = next((one.allow_failures for one in options if one.allow_failures), None)
    if allowance is None or any(one.split and one.status is TaskStatus.FAILED for one in tasks):
        return False
    for around in {one.path[:-1] for one in tasks if not one.split}:
        inside = [one for one in tasks if not one.split and one.path[:-1] == around]
        if sum(one.status is TaskStatus.FAILED for one in inside) > allowance.limit(len(inside)):
            return False
    return True


class _Shown:
    """Collects the outputs of the tasks of one step, and the states of the widgets in them."""

    def __init__(self, archive: Archive, row: RunRow, command: str) -> None:
        self._reader, self._command = archive.reader, command
        self._live = archive.root / LIVE_FOLDER / str(row.id)
        self.widgets: dict[str, Any] = {}

    def of_task(self, task: TaskRow) -> list[Output]:
        """Return the outputs of a task; the error is the last one."""
        if task.status is TaskStatus.RUNNING:
            return harmless(last_words(self._live, task_name(task)))  # nobody has signed it yet
        outputs = [self._as_saved(one) for one in stored_outputs(self._reader, task)]
        return [*outputs, *([_error(read_failure(task.failure))] if task.failure else [])]

    def of_tasks(self, told: Sequence[TaskRow]) -> list[Output]:
        """Return the outputs of tasks that have some, in the order of their items, each below a line that names it."""
        first = sorted(told, key=lambda one: (one.status is not TaskStatus.FAILED, one.path, one.turn, not one.split))
        chosen, size = dict[int, list[Output]](), 0
        for task in first[:MOST_TASKS]:
            if size > MOST_CONTENT:
                break
            outputs = self.of_task(task)
            size += sum(map(size_of, outputs))
            chosen[task.number] = [_heading(task), *outputs] if outputs else []
        in_order = sorted(told, key=lambda one: (one.path, one.turn, not one.split))
        shown = [output for one in in_order for output in chosen.get(one.number, ())]
        left = len(told) - len(chosen)
        return [*shown, *([self._rest(told[0].step, left)] if left else [])]

    def _rest(self, step: str, left: int) -> Output:
        said = f"{count(left, 'more task')} of {step} displayed something: nbflow logs {self._command} {step}"
        return _line(said, f"<em>{escape(said)}</em>")

    def _as_saved(self, output: Mapping[str, Any]) -> Output:
        """Return an output with the fields that a notebook file has, and keep the states of its widgets."""
        match output["output_type"]:
            case "stream":
                return {name: output[name] for name in ("output_type", "name", "text")}
            case "error":
                return {name: output[name] for name in ("output_type", "ename", "evalue", "traceback")}
        data = dict(output.get("data", {}))
        if "widgets" in output:
            self.widgets |= output["widgets"]["state"]
            data.setdefault("text/plain", output["widgets"]["text"])
        kept = {"output_type": output["output_type"], "data": data, "metadata": dict(output.get("metadata", {}))}
        return {**kept, **({"execution_count": None} if output["output_type"] == "execute_result" else {})}


def _heading(task: TaskRow) -> Output:
    item = f" · {item_of(task)}" if task.item else ""
    name = f"{task_name(task)}"
    heading = _line(f"{name}{item}", f"<b>{escape(name)}</b>{escape(item)}")
    return {**heading, "metadata": {"nbflow": {"task": name, "number": task.number, "status": task.status}}}


def _line(text: str, html: str) -> Output:
    return {"output_type": "display_data", "data": {"text/plain": text, "text/html": html}, "metadata": {}}


def _error(failure: Failure) -> Output:
    name, message = failure.type.rpartition(".")[2], failure.message
    traceback = failure.traceback or f"{name}: {message}"
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": traceback.rstrip("\n").split("\n")}
