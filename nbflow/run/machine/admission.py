"""Keeps the tasks that are ready, and lets them start while there is room for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from nbflow.flow.syntax.specs import Site, StepSpec
from nbflow.run.events.events import TaskId
from nbflow.run.machine.capacity import Capacity
from nbflow.run.machine.plan import Resources, RunPlan


class _Line:
    """Holds the ready tasks of one place, first come, first served: else a large one would wait behind small ones.

    Only tasks that wait for GPUs let others pass, and no other that asks for GPUs: so these become free in any case.
    """

    def __init__(self, resources: Resources) -> None:
        self.capacity = Capacity(resources)
        self.ready: deque[TaskId] = deque()
        self.awaits_gpus: deque[TaskId] = deque()

    def admit(self, steps: Mapping[str, StepSpec]) -> Iterator[TaskId]:
        """Let tasks run as long as there is room for the next one."""
        while self.awaits_gpus and not self.capacity.lacks_gpus(steps[self.awaits_gpus[0].step]):
            if not self.capacity.take(self.awaits_gpus[0], steps[self.awaits_gpus[0].step]):
                return
            yield self.awaits_gpus.popleft()
        while self.ready:
            task = self.ready[0]
            step = steps[task.step]
            if self.capacity.lacks_gpus(step) or (self.awaits_gpus and self.capacity.gpus_asked(step)):
                self.awaits_gpus.append(self.ready.popleft())
                continue
            if not self.capacity.take(task, step):
                return
            yield self.ready.popleft()


class Admission:
    """Has a line for each place where the tasks of a run start: one, unless some run here and others on a cluster."""

    def __init__(self, plan: RunPlan) -> None:
        first = _Line(plan.resources)
        self._lines = [first] if plan.here is None else [first, _Line(plan.here)]

    @property
    def running(self) -> tuple[TaskId, ...]:
        """Return the running tasks in their order."""
        return tuple(sorted(task for line in self._lines for task in line.capacity.running))

    @property
    def is_idle(self) -> bool:
        """Return whether no task is running."""
        return not any(line.capacity.running for line in self._lines)

    def add(self, task: TaskId, step: StepSpec, first: bool = False) -> None:
        """Let a task wait behind the others, or before them."""
        ready = self._line_of(step).ready
        (ready.appendleft if first else ready.append)(task)

    def admit(self, steps: Mapping[str, StepSpec]) -> Iterator[TaskId]:
        """Let those tasks run for which there is room now."""
        for line in self._lines:
            yield from line.admit(steps)

    def give_back(self, task: TaskId) -> None:
        """Note that a task does not run any more; it may not have run at all."""
        for line in self._lines:
            line.capacity.give_back(task)

    def capacity_of(self, step: StepSpec) -> Capacity:
        """Return the capacity of the place where a step runs."""
        return self._line_of(step).capacity

    def _line_of(self, step: StepSpec) -> _Line:
        return self._lines[-1 if step.options.on is Site.LOCAL else 0]
