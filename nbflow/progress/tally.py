"""Counts the tasks of each step of a run from its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from nbflow.flow.graph.graph import Graph
from nbflow.progress.status import StepStatus
from nbflow.run.events.events import (
    Event,
    FailureKind,
    ForeachSplit,
    RunCancelled,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.store.catalog.rows import StepRow, TaskStatus


@dataclass(slots=True)
class Count:
    """Counts the tasks of one step.

    `total` grows while foreaches above the step split; a loop counts as one task. `known` is false while the step is
    inside a foreach that has not split yet.
    """

    total: int = 0
    known: bool = True
    running: int = 0
    ran: int = 0
    reused: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0  # the time of all its tasks together
    saved: float = 0.0  # the time that reused tasks took when they ran

    @property
    def passed(self) -> int:
        """Return how many tasks have ended without a failure."""
        return self.ran + self.reused + self.skipped

    @property
    def over(self) -> int:
        """Return how many tasks have ended."""
        return self.passed + self.failed

    @property
    def is_empty(self) -> bool:
        """Return whether the step is in a foreach that has no items, so that none of its tasks is ever there."""
        return self.known and not self.total

    @property
    def status(self) -> StepStatus:
        """Return the status of the step in the run, as far as counts can tell."""
        if self.failed:
            return StepStatus.FAILED
        if self.running:
            return StepStatus.RUNNING
        if self.is_empty:
            return StepStatus.DONE
        if not self.over or self.over < self.total:
            return StepStatus.WAITING
        if self.skipped == self.over:
            return StepStatus.SKIPPED
        return StepStatus.REUSED if self.reused == self.over else StepStatus.DONE

    def add(self, one: StepRow) -> None:
        """Add the tasks that a row of the catalog counts."""
        if one.split and one.status not in (TaskStatus.SKIPPED, TaskStatus.FAILED):
            return
        match one.status:
            case TaskStatus.RUNNING:
                self.running += one.tasks
            case TaskStatus.SUCCEEDED:
                self.ran += one.tasks - one.again
            case TaskStatus.REUSED:
                self.reused += one.tasks - one.again
            case TaskStatus.SKIPPED:
                self.skipped += one.tasks
            case TaskStatus.FAILED:
                self.failed += one.tasks
            case TaskStatus.CANCELLED:
                pass
        self.seconds += one.seconds


def describe_counts(steps: Iterable[StepRow]) -> str:
    """Return how many tasks ran, were reused or failed, as the last line of a run says it: `9 ran, 3 reused`."""
    found = Count()
    for one in steps:
        found.add(one)
    words = {"ran": found.ran, "reused": found.reused, "failed": found.failed}
    return ", ".join(f"{number:,} {word}" for word, number in words.items() if number)


class Tally:
    """Counts the tasks of all steps that take part in a run.

    When a graph grows during a run, the run reuses its own tasks: they are not counted again.
    """

    def __init__(self, graph: Graph, steps: Iterable[str]) -> None:
        self.graph = graph
        self._over: set[TaskId] = set()
        self.counts = {name: _uncounted(graph, name) for name in steps}
        self._inside: dict[str, list[str]] = {}
        for name in self.counts:
            for foreach in graph.links[name].scope[-1:]:
                self._inside.setdefault(foreach, []).append(name)

    def add(self, event: Event) -> bool:
        """Count an event, and return whether it is new."""
        match event:
            case TaskStarted():
                self._run(event.task, 1)
            case TaskSucceeded():
                self._succeed(event)
            case TaskReused():
                return self._is_new(event.task) and self._reuse(event)
            case ForeachSplit():
                if self._is_new(event.task):
                    self._widen(event.task.step, len(event.items))
            case TaskSkipped():
                self._run(event.task, -1)
                self.counts[event.task.step].skipped += self._is_new(event.task)
            case TaskFailed():
                self._run(event.task, -1)
                self.counts[event.task.step].failed += not self.will_retry(event)
            case TaskMissing():
                self.counts[event.task.step].failed += 1
            case RunCancelled():
                self._stop()
            case _:
                assert_never(event)
        return True

    def _is_new(self, task: TaskId) -> bool:
        before = len(self._over)
        self._over.add(task)
        return len(self._over) > before

    def will_retry(self, event: TaskFailed) -> bool:
        """Tell whether a failed task runs again."""
        return (
            event.failure.kind is FailureKind.STALE or event.attempt < self.graph.steps[event.task.step].options.retry
        )

    def _run(self, task: TaskId, change: int) -> None:
        if not task.split:
            self.counts[task.step].running += change

    def _stop(self) -> None:
        for count in self.counts.values():
            count.running = 0

    def _succeed(self, event: TaskSucceeded) -> None:
        self._run(event.task, -1)
        count = self.counts[event.task.step]
        count.seconds += event.seconds
        count.ran += self._is_new(event.task) and not event.again

    def _widen(self, foreach: str, width: int) -> None:
        for name in self._inside.get(foreach, ()):
            self.counts[name].total += width
            self.counts[name].known = True

    def _reuse(self, event: TaskReused) -> bool:
        count = self.counts[event.task.step]
        if event.task.split:
            self._widen(event.task.step, len(event.artifacts))
        elif event.skipped:
            count.skipped += 1
        else:
            count.reused += not event.again
            count.saved += event.seconds
        return True


def _uncounted(graph: Graph, step: str) -> Count:
    return Count(0, known=False) if graph.links[step].scope else Count(1)
