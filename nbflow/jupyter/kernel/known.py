"""Finds out with the run machine which tasks a step needs and which are stored; it executes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import StepSpec
from nbflow.jupyter.kernel.interactive import LiveJournal
from nbflow.run.events.events import (
    FinishRun,
    Instruction,
    Reuse,
    StartTask,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
)
from nbflow.run.left_out import find_left_out
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.keys import Keys


def find_start(graph: Graph, target: TaskId, stored: Mapping[TaskId, TaskReused]) -> StartTask | None:
    """Return how a task starts if the stored tasks of a run come before it; None if the run does not reach it."""
    run = RunMachine(graph, RunPlan(dict.fromkeys(graph.links, Reuse.ANY), slots=len(stored) + 1))
    agenda: deque[Instruction] = deque(run.start())
    while agenda:
        instruction = agenda.popleft()
        if isinstance(instruction, StartTask):
            if instruction.task == target:
                return instruction
            event = stored.get(instruction.task) or TaskMissing(instruction.task)
            agenda.extend(run.handle(event))
    return None


Anew = frozenset[tuple[str, tuple[int, ...]]]
"""The tasks that run even if they are stored, as in a plan."""

Stored = TaskReused | TaskFailed
"""A stored task, or one that failed and without which a join goes on."""

_Find = Callable[[StartTask], Stored | None]


@dataclass
class KnownTasks:
    """Holds the stored tasks of a step and of those above.

    `start` is the first task of the step that is not stored; None if all are stored or a step above is `missing`.
    """

    found: list[Stored] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    start: StartTask | None = None

    def of(self, step: str) -> list[TaskReused]:
        """Return the stored tasks of a step."""
        return [event for event in self.found if event.task.step == step and isinstance(event, TaskReused)]


def look_up(run: RunMachine, step: str, find: _Find, target: TaskId | None = None) -> KnownTasks:
    """Advance a run as far as tasks are stored; with a `target`, to that task, even if its siblings are not stored."""
    known = KnownTasks()
    agenda: deque[Instruction] = deque(run.start())
    while agenda:
        instruction = agenda.popleft()
        if isinstance(instruction, FinishRun):
            break
        if not isinstance(instruction, StartTask):
            continue
        reused = find(instruction)
        if reused is not None:
            known.found.append(reused)
            agenda.extend(run.handle(reused))
            if isinstance(reused, TaskFailed) and not run.tasks[reused.task].tolerated:
                known.missing.append(reused.task.step)
        elif instruction.task.step == step and target in (None, instruction.task):
            known.start = instruction
            return known
        else:
            known.missing += [instruction.task.step] if instruction.task.step != step else []
            agenda.extend(run.handle(TaskMissing(instruction.task)))
    known.missing = list(dict.fromkeys(known.missing))
    return known


def run_above(graph: Graph, start: StartTask, find_in: Callable[[RunMachine], _Find]) -> RunMachine:
    """Return a run of all that is stored of the steps above a task, up to the task.

    This includes steps that the task does not wait for and that the run of its own step has not looked up.
    """
    above = list(graph.links)[: list(graph.links).index(start.task.step)]
    run = RunMachine(graph, RunPlan(dict.fromkeys([*above, start.task.step], Reuse.ONLY), slots=len(above) + 1))
    find = find_in(run)
    agenda: deque[Instruction] = deque(run.start())
    while agenda:
        instruction = agenda.popleft()
        if isinstance(instruction, StartTask) and instruction.task != start.task:
            agenda.extend(run.handle(find(instruction) or TaskMissing(instruction.task)))
    return run


def find_stored(start: StartTask, run: RunMachine, keys: Keys, journal: LiveJournal) -> Stored | None:
    """Return the stored task that can replace a task, else None; the journal then knows the task's key.

    A task above the executed step may also be one that failed and without which a join goes on.
    """
    key, step = keys.key(start), run.graph.steps[start.task.step]
    item = _item_of(start, step)
    journal.expect(start, key, item)
    found = None if start.reuse is Reuse.NEVER else journal.find(start, key, item, step.options.cache)
    if found is not None and run.accepts(found):
        return found
    is_above = start.reuse is Reuse.ONLY
    return find_left_out(journal.history, run.graph, start, key) if is_above else None


def _item_of(start: StartTask, step: StepSpec) -> str:
    if step.control.foreach is None or start.task.split:
        return ""
    return next((one.summary.text for one in start.inputs if one.name == step.control.foreach.var), "")
