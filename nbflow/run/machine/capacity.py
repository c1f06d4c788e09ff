"""Counts the slots and the memory that the running tasks of a run take."""

from __future__ import annotations

from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.events.events import TaskId
from nbflow.run.machine.plan import RunPlan

BRIEF = 0.01
"""A task that takes fewer seconds is brief, because handing it out takes as long."""

BRIEF_AT_ONCE = 16
"""So many brief tasks share a slot: a worker holds them together, so that it need not wait between them."""


class Capacity:
    """Knows what the running tasks take of the slots and the memory of a plan, and which steps have brief tasks."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self._shares: dict[TaskId, tuple[float, int]] = {}
        self._slots, self._memory = 0.0, 0  # taken
        self._brief: set[str] = set()

    @property
    def running(self) -> tuple[TaskId, ...]:
        """Return the running tasks in their order."""
        return tuple(sorted(self._shares))

    @property
    def is_idle(self) -> bool:
        """Return whether no task is running."""
        return not self._shares

    def is_brief(self, step: str) -> bool:
        """Return whether the last task of this step that succeeded was brief."""
        return step in self._brief

    def note_duration(self, step: str, seconds: float) -> None:
        """Note how long a task of this step took."""
        if 0 < seconds < BRIEF:
            self._brief.add(step)
        else:
            self._brief.discard(step)

    def take(self, task: TaskId, step: StepSpec) -> bool:
        """Let a task of this step run if there is room for it, and return whether there is."""
        slots, memory = self._share(step)
        if self._slots + slots > self._plan.slots or self._memory + memory > (self._plan.memory or 0):
            return False
        self._shares[task] = slots, memory
        self._slots, self._memory = self._slots + slots, self._memory + memory
        return True

    def give_back(self, task: TaskId) -> None:
        """Note that a task does not run any more; it may not have run at all."""
        slots, memory = self._shares.pop(task, (0, 0))
        self._slots, self._memory = self._slots - slots if self._shares else 0.0, self._memory - memory

    def _share(self, step: StepSpec) -> tuple[float, int]:
        """Return how many slots, and how many bytes of memory, a task of this step takes."""
        slots = min(step.options.cpu, self._plan.slots)
        memory = min(step.options.memory or 0, self._plan.memory or 0)
        return (1 / BRIEF_AT_ONCE if slots == 1 and self.is_brief(step.name) else slots), memory
