"""Counts the slots, the memory and the GPUs that the running tasks of a run take."""

from __future__ import annotations

from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.events.events import TaskId
from nbflow.run.machine.plan import Resources

BRIEF = 0.01
"""A task that takes fewer seconds is brief, because handing it out takes as long."""

BATCH_SECONDS = 0.06
"""Brief tasks that together take about so many seconds share a slot, so that their worker never waits for the next."""

LARGEST_BATCH = 128

_OWN_SECONDS = 0.0003  # that a task takes in its worker beside its body


class Capacity:
    """Knows what the running tasks take of some resources, and which steps have brief tasks."""

    def __init__(self, resources: Resources) -> None:
        self._all = resources
        self._shares: dict[TaskId, tuple[float, int]] = {}
        self._slots, self._memory = 0.0, 0  # taken
        self._free_gpus = [*(resources.gpus or ())]
        self._gpus: dict[TaskId, tuple[str, ...]] = {}
        self._batches: dict[str, int] = {}

    @property
    def running(self) -> tuple[TaskId, ...]:
        """Return the running tasks."""
        return tuple(self._shares)

    def batch(self, step: str) -> int:
        """Return how many tasks of this step a worker may hold, from how long the last one that succeeded took."""
        return self._batches.get(step, 1)

    def note_duration(self, step: str, seconds: float) -> None:
        """Note how long a task of this step took."""
        self._batches[step] = _batch_of(seconds) if 0 < seconds < BRIEF else 1

    def take(self, task: TaskId, step: StepSpec) -> bool:
        """Let a task of this step run if there is room for it, and return whether there is."""
        slots, memory = self._share(step)
        if self._slots + slots > self._all.slots or self._memory + memory > (self._all.memory or 0):
            return False
        if gpus := self.gpus_asked(step):
            if gpus > len(self._free_gpus):
                return False
            self._gpus[task], self._free_gpus = tuple(self._free_gpus[:gpus]), self._free_gpus[gpus:]
        self._shares[task] = slots, memory
        self._slots, self._memory = self._slots + slots, self._memory + memory
        return True

    def give_back(self, task: TaskId) -> None:
        """Note that a task does not run any more; it may not have run at all."""
        slots, memory = self._shares.pop(task, (0, 0))
        self._slots, self._memory = self._slots - slots if self._shares else 0.0, self._memory - memory
        if gpus := self._gpus.pop(task, ()):
            self._free_gpus = [one for one in self._all.gpus or () if one in gpus or one in self._free_gpus]

    def gpus_asked(self, step: StepSpec) -> int:
        """Return how many GPUs a task of this step waits for; 0 for one that asks for more than there are."""
        asked = step.options.gpu
        return asked if asked and asked <= len(self._all.gpus or ()) else 0

    def lacks_gpus(self, step: StepSpec) -> bool:
        """Return whether a task of this step must wait for the GPUs that other tasks have."""
        return self.gpus_asked(step) > len(self._free_gpus)

    def gpus_of(self, task: TaskId) -> tuple[str, ...]:
        """Return the GPUs that a running task has been given."""
        return self._gpus.get(task, ())

    def _share(self, step: StepSpec) -> tuple[float, int]:
        """Return how many slots, and how many bytes of memory, a task of this step takes."""
        slots, asked = min(step.options.cpu, self._all.slots), step.options.memory
        memory = min(asked.size, self._all.memory or 0) if asked else 0
        return (1 / self.batch(step.name) if slots == 1 and not self.gpus_asked(step) else slots), memory


def _batch_of(seconds: float) -> int:
    """Return how many tasks of so many seconds make a batch: a power of two, because sums of its shares are exact."""
    fitting = int(BATCH_SECONDS / (seconds + _OWN_SECONDS))
    return min(LARGEST_BATCH, 1 << (fitting.bit_length() - 1))
