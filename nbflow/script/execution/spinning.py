"""Runs one step again, with its present code and with the inputs that it had in a stored run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbflow import client
from nbflow.client.lineage import Lineage
from nbflow.errors import MetaflowException, MetaflowNotFound, PathspecError, UnknownName
from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import (
    Event,
    FinishRun,
    Instruction,
    Level,
    Outcome,
    Reuse,
    RunCancelled,
    StartTask,
    TaskDone,
    TaskFailed,
    TaskId,
    TaskSucceeded,
)
from nbflow.run.events.task_table import TaskEntry, TaskPhase
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from nbflow.script.execution.early import start_workers_early
from nbflow.script.execution.launch_script import Ended, announced, find_origin, launch_prepared, values_again
from nbflow.script.execution.script_program import Spin
from nbflow.script.execution.settings import Settings
from nbflow.script.inputs.parameters import script_file
from nbflow.script.preparing.prepared import Prepared, refuse_script_errors
from nbflow.store.catalog.rows import RunKind, TaskRow, TaskStatus
from nbflow.store.values.artifact_ref import ArtifactRef

_FORMS = "STEP, RUN/STEP, RUN/STEP/TASK"


class RunOfOne(RunMachine):
    """Runs a single task whose inputs are given."""

    def __init__(self, graph: Graph, start: StartTask) -> None:
        around = graph.links[start.task.step].scope  # progress is counted in the foreachs around a step
        super().__init__(graph, RunPlan(dict.fromkeys((*around, start.task.step), Reuse.NEVER)))
        self._only = start

    def start(self) -> list[Instruction]:
        self.tasks[self._only.task] = TaskEntry(TaskPhase.RUNNING)
        self.capacity_of(self._only.task.step).take(self._only.task, self.graph.steps[self._only.task.step])
        return [self._only]

    def handle(self, event: Event) -> list[Instruction]:
        match event:
            case RunCancelled():
                return self._cancel()
            case TaskSucceeded():
                self._end(event.task, TaskPhase.SUCCEEDED)
                self.outcome = Outcome.SUCCEEDED
            case TaskFailed():
                self._end(event.task, TaskPhase.FAILED).failure = event.failure
                self.outcome = Outcome.FAILED
            case _:
                return []
        return [FinishRun(self.outcome)]


def spin_script(prepared: Prepared, pathspec: str, settings: Settings, spin: Spin) -> Ended:
    """Run a step again on the inputs of the task that `pathspec` names; of the newest task if it names none.

    Raises UnknownName if there is no such step, MetaflowNotFound if there is no such run or task, PathspecError if the
    pathspec has another form, MetaflowException if the step has other inputs in the graph now, and FlowRefused if the
    checks find problems.
    """
    refuse_script_errors(prepared)
    task = find_task(prepared, pathspec)
    start_workers_early(script_file(prepared.cls), 1)
    row = task.step.run._row
    with announced(prepared, settings, None):
        values = values_again(prepared, row, {})
    start = start_again(task, prepared.graph)
    told = (parent.pathspec.partition("/")[2] for parent in task.parent_tasks)
    joined = dict(zip((one.task for one in start.joined), told, strict=False))
    spin = replace(spin, again=task.pathspec, joined=joined)
    return launch_prepared(prepared, values, RunOfOne(prepared.graph, start), settings, RunKind.SPIN, spin=spin)


# the task


def find_task(prepared: Prepared, pathspec: str) -> client.Task:
    """Return the stored task that a pathspec names; the newest one of the step if it names none."""
    run_id, step, task_id = pathspec_parts(prepared.cls.__name__, pathspec)
    if step not in prepared.graph.links:
        raise UnknownName("step", step, prepared.graph.links)
    run = _run(prepared, run_id)
    if step not in run:
        raise MetaflowNotFound(_never_ran(run, step))
    if task_id:
        return run[step][task_id]
    tasks = [task for task in run[step].tasks if task.status is not TaskStatus.SKIPPED]
    if not tasks:
        raise MetaflowNotFound(_never_ran(run, step))
    return max(tasks, key=lambda task: int(task.id))


def pathspec_parts(flow: str, pathspec: str) -> tuple[str, str, str]:
    """Return run, step and task of a pathspec; "" for a part that it does not name. Raises PathspecError."""
    parts = pathspec.split("/")
    if len(parts) > 2 and parts[0] == flow:
        parts = parts[1:]
    if not all(parts) or len(parts) > 3:
        raise PathspecError(pathspec, f"{_FORMS}, or one of the last two behind {flow}/")
    run, step, task = ["", *parts, ""] if len(parts) == 1 else [*parts, ""][:3]
    return run, step, task


def _run(prepared: Prepared, number: str) -> client.Run:
    newest = find_origin(prepared.cls, None)
    flow = client.Flow(prepared.cls.__name__, _namespace_check=False, _spins=False)
    return flow[number or newest.number]


def _never_ran(run: client.Run, step: str) -> str:
    others = [one.id for one in run.flow if step in one and one.id != run.id]
    fix = f"give a run in which it has, such as spin {others[0]}/{step}" if others else "run the flow up to it first"
    return f"step '{step}' has not run in run {run.id}: {fix}"


# its inputs


def start_again(task: client.Task, graph: Graph) -> StartTask:
    """Return the instruction that starts a stored task again, for the step as it is in the graph now."""
    lineage, row = task._lineage, task._row
    if lineage is None:
        raise MetaflowException(f"{task.pathspec} is a task of a notebook: execute its cell in the notebook")
    _refuse_moved(row.step, graph, lineage.graph, task)
    parents = tuple(lineage.parents(row))
    if not parents and lineage.graph.links[row.step].led:
        raise MetaflowNotFound(f"the tasks before {task.pathspec} are not stored: run the flow again")
    here = TaskId(row.step, row.path, row.turn)
    stack = tuple(_levels(lineage, row))
    if graph.links[row.step].joined and not row.turn:
        joined = tuple(
            TaskDone(TaskId(one.step, one.path, one.turn), _flowing(lineage, one), tuple(_levels(lineage, one)))
            for one in parents
        )
        return _admitted(task, StartTask(here, joined=joined, stack=stack))
    inputs = _flowing(lineage, parents[0]) if parents else ()
    return _admitted(task, StartTask(here, inputs, stack=stack))


def _refuse_moved(step: str, now: Graph, then: Graph, task: client.Task) -> None:
    ours, theirs = now.links[step], then.links[step]
    if (ours.scope, bool(ours.joined)) != (theirs.scope, bool(theirs.joined)):
        raise MetaflowException(
            f"step '{step}' has other inputs now than in run {task.step.run.id}: another foreach is around it, "
            "or only one of the two is a join: run the flow again"
        )


def _admitted(task: client.Task, start: StartTask) -> StartTask:
    """Return the instruction if all that it hands over may be loaded. Raises Untrusted."""
    stacks = (start.stack, *(one.stack for one in start.joined))
    items = [level.item for stack in stacks for level in stack]
    joined = [artifact for one in start.joined for artifact in one.artifacts]
    task.step.run.flow._store.gate.admit([*start.inputs, *joined, *items])
    return start


def _flowing(lineage: Lineage, row: TaskRow) -> tuple[ArtifactRef, ...]:
    return tuple(lineage.flowing(row).values())


def _splits(lineage: Lineage, step: str) -> Iterator[TaskRow]:
    return (row for row in lineage.reader.tasks(lineage.run, step) if row.split)


def _levels(lineage: Lineage, row: TaskRow) -> Iterator[Level]:
    """Yield the item of each foreach around the task, the outermost first."""
    for depth, index in enumerate(row.path):
        step = lineage.graph.links[row.step].scope[depth]
        split = next(one for one in _splits(lineage, step) if one.path == row.path[:depth])
        items = {one.name: one for one in lineage.reader.artifacts(split.id)}
        yield Level(index, len(items), items[str(index)])
