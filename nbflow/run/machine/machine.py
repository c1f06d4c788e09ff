"""Keeps the state of a run, and answers each event with instructions. It uses no clock, no process and no disk.

`RunMachine.handle` is the entry: it records what became of a task, counts down what waits for it (`Progress`), starts
tasks that became ready while slots and memory are free, and ends the run when nothing is left to do. When a task
turns out to write a name that the graph does not know, the machine drains and starts again on a corrected graph. What
a running task reads may then be of no use; it is cancelled, because it may wait for ever for what it has not got.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from nbflow.errors import ChangeNotPassedOn
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.run.dataflow.choose import choose_dataflow
from nbflow.run.dataflow.dataflow import Dataflow
from nbflow.run.events.counters import Path, Progress
from nbflow.run.events.events import (
    NOTHING_PASSED_ON,
    CancelTasks,
    Event,
    FailureKind,
    FinishRun,
    ForeachSplit,
    Instruction,
    Outcome,
    PassedOn,
    Reuse,
    RunCancelled,
    StartTask,
    TaskDone,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.events.task_table import TaskEntry, TaskPhase, Tasks
from nbflow.run.machine.admission import Admission
from nbflow.run.machine.capacity import Capacity
from nbflow.run.machine.plan import RunPlan
from nbflow.store.values.artifact_ref import ArtifactRef


class RunMachine:
    """Drives one run of a graph. Call `start()`, then `handle` every event; perform the returned instructions in order.

    A task is ready when every step that it waits for is over, below the part of the path that both share. A failed task
    is never over, so the tasks that need it never start, and the run ends when nothing else is left. A tolerated
    failure is over, and the tasks after it at the same item are skipped. When a task writes a name that the graph did
    not know, the run lets its running tasks finish and starts again on a graph that knows it; finished tasks are then
    reused by their keys.

    `before` is a run that has succeeded, with some of the steps: they are linked in this graph as they were, and wait
    for none of the others. Their tasks are taken as they are, so that `start` begins with the others.
    """

    def __init__(self, graph: Graph, plan: RunPlan, before: RunMachine | None = None) -> None:
        self.plan = plan
        self.learned: dict[str, frozenset[str]] = {}  # writes that the graph did not know when the run began
        self._corrected: Graph | None = None  # the graph on which the run starts again when it has drained
        self.outcome: Outcome | None = None
        self._cancelled = False
        self._regrown = False
        self._misled: set[TaskId] = set()  # running tasks that read other artifacts on the corrected graph
        self._enter(graph, before)

    def _enter(self, graph: Graph, before: RunMachine | None = None) -> None:
        self.graph = graph
        steps = frozenset(self.plan.reuse) & frozenset(graph.links)
        self._progress: Progress = Progress(graph, steps, before._progress if before else None)
        self._known: Tasks = before._known.continued(graph, self._progress) if before else Tasks(graph, self._progress)
        self.tasks = self._known.entries
        self._dataflow: Dataflow = before._dataflow.continued(self._known) if before else choose_dataflow(self._known)
        self._failed: dict[tuple[str, Path], int] = {}
        self._misled.clear()
        self.admission = Admission(self.plan)

    @classmethod
    def replay(cls, graph: Graph, plan: RunPlan, events: Iterable[Event]) -> RunMachine:
        """Return the run as these events leave it."""
        run = cls(graph, plan)
        run.start()
        for event in events:
            run.handle(event)
        return run

    def start(self) -> list[Instruction]:
        """Begin the run, and return the instructions that start its first tasks."""
        for name in self._progress.further:
            for path in self._progress.paths(name, ()):
                self._await(name, path)
        return self._next()

    def handle(self, event: Event) -> list[Instruction]:
        """Record an event, and return what is to be done next."""
        match event:
            case TaskStarted():
                pass
            case TaskSucceeded():
                self.capacity_of(event.task.step).note_duration(event.task.step, event.seconds)
                self._succeed(event.task, event.artifacts, event.again, event.chose, event.passed_on)
                self._learn(event.task.step, frozenset(event.learned) - self.graph.links[event.task.step].writes)
            case TaskReused():
                self._reuse(event)
            case ForeachSplit():
                self._split(event.task, event.items)
            case TaskSkipped():
                self._skip(event.task)
            case TaskFailed():
                self._fail(event)
            case TaskMissing():
                self._end(event.task, TaskPhase.FAILED)
            case RunCancelled():
                return self._cancel()
            case _:
                assert_never(event)
        return self._next()

    def capacity_of(self, step: str) -> Capacity:
        """Return the capacity of the place where a step runs."""
        return self.admission.capacity_of(self.graph.steps[step])

    # the results of tasks

    def _end(self, task: TaskId, state: TaskPhase) -> TaskEntry:
        self.admission.give_back(task)
        entry = self.tasks[task]
        entry.state = state
        return entry

    def _succeed(
        self, task: TaskId, artifacts: tuple[ArtifactRef, ...], again: bool, chose: str, passed_on: PassedOn
    ) -> None:
        entry = self._end(task, TaskPhase.SUCCEEDED)
        artifacts = (*artifacts, *self._handed_on(task, artifacts, passed_on))
        entry.artifacts = {**self._dataflow.inherited(task), **{artifact.name: artifact for artifact in artifacts}}
        entry.chose = chose
        if task.turn:
            self._known.last_turn[task.step, task.path] = task.turn
        self._pass_on(task, artifacts, passed_on)
        if again:
            self._make_ready(task._replace(turn=task.turn + 1))
        else:
            self._finish(task.step, task.path)

    def _handed_on(self, task: TaskId, artifacts: Iterable[ArtifactRef], passed_on: PassedOn) -> Iterator[ArtifactRef]:
        """Yield the constants that a task only shared when it ran, and that its step is now known to write."""
        made = {one.name for one in artifacts}
        return (one for one in passed_on.tied if one.name in self.graph.links[task.step].writes - made)

    def _reuse(self, event: TaskReused) -> None:
        if event.skipped:
            self._skip(event.task)
        elif event.task.split:
            self._split(event.task, event.artifacts)
        else:
            self._succeed(event.task, event.artifacts, event.again, event.chose, event.passed_on)

    def _skip(self, task: TaskId) -> None:
        self._end(task, TaskPhase.SKIPPED)
        if task.split:
            self._open(task.step, task.path, ())
        else:
            self._pass_on(task, (), NOTHING_PASSED_ON)
            self._finish(task.step, task.path)

    def _split(self, task: TaskId, items: tuple[ArtifactRef, ...]) -> None:
        self._end(task, TaskPhase.SUCCEEDED)
        self._open(task.step, task.path, items)

    def _fail(self, event: TaskFailed) -> None:
        task = event.task
        if self.is_misled(task):
            self._end(task, TaskPhase.CANCELLED)
            return
        if not event.left_out and self._tries_again(event):
            self.admission.give_back(task)
            self.tasks[task].attempt = event.attempt + 1
            self.tasks[task].failure = event.failure
            self._make_ready(task, first=True)
            return
        entry = self._end(task, TaskPhase.FAILED)
        entry.failure = event.failure
        entry.artifacts = {artifact.name: artifact for artifact in event.artifacts}
        if event.left_out or (not task.split and self._tolerates(task)):
            entry.tolerated = True
            self._finish(task.step, task.path)

    def _tries_again(self, event: TaskFailed) -> bool:
        """Return whether the task gets another attempt; a step with `@catch` gets one more when its process is gone."""
        step = self.graph.steps[event.task.step]
        ended = event.failure.kind in (FailureKind.CRASH, FailureKind.TIMEOUT)
        attempts = step.options.retry + (1 if step.method.catch and ended and not event.task.split else 0)
        return event.attempt < attempts and not self._cancelled

    def _tolerates(self, task: TaskId) -> bool:
        allowance = self.graph.allowance(task.step)
        if allowance is None:
            return False
        foreach, path = self.graph.links[task.step].scope[-1], task.path[:-1]
        failed = self._failed[foreach, path] = self._failed.get((foreach, path), 0) + 1
        return failed <= allowance.limit(self._progress.width(foreach, path) or 0)

    def _pass_on(self, task: TaskId, artifacts: tuple[ArtifactRef, ...], passed_on: PassedOn) -> None:
        """Learn which steps write a name, so that each change of a shared object reaches all names of the object."""
        for step, names in self._dataflow.note(task, artifacts, passed_on):
            self._learn(step, names)

    def partners_of(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], joined: Iterable[TaskDone] = ()
    ) -> tuple[ArtifactRef, ...]:
        """Return the other visible artifacts that share objects with these, or with those of the joined tasks."""
        return self._dataflow.partners(task, artifacts, joined)

    def shown(self, start: StartTask) -> Iterator[tuple[TaskId, bool, Iterable[ArtifactRef]]]:
        """Yield the tasks that `inputs` shows a task: (task, whether it failed, its artifacts).

        Of a loop whose last turn failed, the artifacts of the turn before are among them.
        """
        for done in start.joined:
            last = self._known.newest(done.task.step, done.task.path)
            found = (self.tasks.get(last._replace(turn=turn)) for turn in (last.turn, last.turn + 1))
            over = [one for one in found if one and one.state in (TaskPhase.SUCCEEDED, TaskPhase.FAILED)]
            if over:
                artifacts = [artifact for one in over for artifact in (one.artifacts or {}).values()]
                yield done.task, over[-1].state is TaskPhase.FAILED, artifacts

    def accepts(self, event: TaskReused) -> bool:
        """Tell whether a stored task may be reused in this run.

        It may not if it changed objects that are shared by other names now than they were then.
        """
        return event.task.split or self._dataflow.is_current(event.task, event.passed_on)

    def objection(self, step: str, names: Iterable[str]) -> ChangeNotPassedOn | None:
        """Return the error of a step that changed these names in place; None if it may, or is known to change them."""
        new = frozenset(names) - self.learned.get(step, frozenset()) - self.graph.links[step].writes
        problems = self._problems_of(step, new) if new else ()
        return ChangeNotPassedOn(step, sorted(new), [f"{one}." for one in problems]) if problems else None

    def _problems_of(self, step: str, new: frozenset[str]) -> tuple[Problem, ...]:
        """Return the errors that the flow would have if the step also wrote these names."""
        from nbflow.flow.checks.rules import check_flow  # noqa: PLC0415 - few runs learn anything, and scripts never do

        known = {(one.rule, one.message) for one in check_flow(self.graph)}
        found = check_flow(self._linked(self._with_learned(step, new)))
        return tuple(one for one in found if not one.warning and (one.rule, one.message) not in known)

    def _linked(self, learned: Mapping[str, frozenset[str]]) -> Graph:
        """Return the graph with these writes and all that it knows: a step that is reused learns nothing again."""
        from nbflow.flow.graph.link import link  # noqa: PLC0415 - as above

        known = self.graph.learned
        return link(
            self.graph.flow,
            {**known, **{step: known.get(step, frozenset()) | names for step, names in learned.items()}},
        )

    def _with_learned(self, step: str, new: frozenset[str]) -> dict[str, frozenset[str]]:
        return {**self.learned, step: self.learned.get(step, frozenset()) | new}

    def is_misled(self, task: TaskId) -> bool:
        """Return whether a running task reads what another one has changed, so that it must run again."""
        return task in self._misled

    def _learn(self, step: str, names: frozenset[str]) -> None:
        new = names - self.learned.get(step, frozenset())
        if new and not self._problems_of(step, new):
            self.learned = self._with_learned(step, new)
            self._corrected = self._linked(self.learned)

    # the tasks that become ready

    def _finish(self, step: str, path: Path) -> None:
        for over, prefix in list(self._progress.finish(step, path)):
            self._release(over, prefix)

    def _open(self, foreach: str, path: Path, items: tuple[ArtifactRef, ...]) -> None:
        self._known.items[foreach, path] = items
        over = list(self._progress.split(foreach, path, len(items)))
        for index in range(len(items)):
            self._make_ready(TaskId(foreach, (*path, index)))
            for step in self._progress.inside[foreach]:
                self._await(step, (*path, index))
        for step, prefix in over:
            self._release(step, prefix)

    def _await(self, step: str, path: Path) -> None:
        task = TaskId(step, path, split=self.graph.steps[step].control.foreach is not None)
        unfinished = sum(not self._progress.is_over(above, path[:depth]) for above, depth in self._progress.waits[step])
        self.tasks[task] = TaskEntry(waiting=unfinished)
        if not unfinished:
            self._admit(task)

    def _release(self, over: str, prefix: Path) -> None:
        for step in self._progress.awaited[over].get(len(prefix), ()):
            split = self.graph.steps[step].control.foreach is not None
            for path in list(self._progress.paths(step, prefix)):
                task = TaskId(step, path, split=split)
                entry = self.tasks.get(task)
                if entry is None:
                    continue  # the split that released it is about to make it
                entry.waiting -= 1
                if entry.waiting == 0:
                    self._admit(task)

    def _admit(self, task: TaskId) -> None:
        if self._dataflow.has_nothing_to_work_on(task):
            self._skip(task)
        else:
            self._make_ready(task)

    def _make_ready(self, task: TaskId, first: bool = False) -> None:
        entry = self.tasks.setdefault(task, TaskEntry())
        entry.state = TaskPhase.READY
        self.admission.add(task, self.graph.steps[task.step], first)

    # the next instructions

    def _next(self) -> list[Instruction]:
        if self.outcome is not None:
            return []
        if self._corrected is not None:
            return self._regrow(self._corrected) if self.admission.is_idle else self._cancel_misled(self._corrected)
        instructions: list[Instruction] = [self._start(task) for task in self.admission.admit(self.graph.steps)]
        if self.admission.is_idle:
            instructions.append(self._conclude())
        return instructions

    def _regrow(self, graph: Graph) -> list[Instruction]:
        self._corrected, self._regrown = None, True
        self._enter(graph)
        return self.start()

    def _cancel_misled(self, graph: Graph) -> list[Instruction]:
        """Cancel the running tasks that would read other artifacts on this graph, each once."""
        misled = {step for step, linked in graph.links.items() if linked.bindings != self.graph.links[step].bindings}
        found = tuple(one for one in self.admission.running if one.step in misled and one not in self._misled)
        self._misled.update(found)
        return [CancelTasks(found)] if found else []

    def _conclude(self) -> FinishRun:
        failed = any(task.state is TaskPhase.FAILED and not task.tolerated for task in self.tasks.values())
        self.outcome = Outcome.FAILED if failed else Outcome.SUCCEEDED
        return FinishRun(self.outcome)

    def _cancel(self) -> list[Instruction]:
        if self.outcome is not None:
            return []
        self._cancelled = True
        self.outcome = Outcome.CANCELLED
        running = self.admission.running
        for task in running:
            self._end(task, TaskPhase.CANCELLED)
        return [CancelTasks(running), FinishRun(self.outcome)]

    def _start(self, task: TaskId) -> StartTask:
        entry = self.tasks[task]
        entry.state = TaskPhase.RUNNING
        inputs, joined = self._dataflow.inputs(task), tuple(self._dataflow.joined(task))
        partners, stack = self.partners_of(task, inputs, joined), self._dataflow.levels(task)
        last = entry.attempt > self.graph.steps[task.step].options.retry
        failure = entry.failure if last else None
        return StartTask(task, inputs, joined, entry.attempt, self._reusable(task), stack, partners, failure)

    def _reusable(self, task: TaskId) -> Reuse:
        if (task.step, task.path) in self.plan.anew:
            return Reuse.OWN if self._regrown else Reuse.NEVER
        reuse = self.plan.reuse[task.step]
        return Reuse.OWN if self._regrown and reuse is Reuse.NEVER else reuse
