"""Decides on which host a task runs: where its large inputs are, if that host has a slot free.

A host keeps what its tasks have read and made, in its copy of the store or in its memory. Without this, dask spreads
the tasks, and each large value is sent to whichever host is next.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from nbflow.run.task.job import Job
from nbflow.store.values.artifact_ref import ArtifactRef

LARGE = 16 << 20
"""A value of fewer bytes is sent sooner than a task waits for a certain host."""


class InputPlaces:
    """Knows which dask workers have large values, by their addresses, and how many jobs each of them has."""

    def __init__(self) -> None:
        self._holders: dict[str, set[str]] = defaultdict(set)  # of a component, by its digest
        self._slots: dict[str, int] = {}
        self._batches: dict[int, tuple[str, int]] = {}
        self._busy: Counter[str] = Counter()

    @property
    def slots(self) -> int:
        """Return how many tasks the workers that are known perform at the same time."""
        return sum(self._slots.values())

    def note(self, worker: str, values: Iterable[ArtifactRef]) -> None:
        """Note that a worker has these values."""
        for value in values:
            if worker and value.size >= LARGE:
                self._holders[value.component].add(worker)

    def nearest(self, jobs: Iterable[Job]) -> str:
        """Return the worker with a free slot that has most of the inputs; "" if none has a large one."""
        sizes = {value.component: value.size for job in jobs for value in inputs_of(job)}
        found: Counter[str] = Counter()
        for component, size in sizes.items():
            found.update(dict.fromkeys(self._holders.get(component, ()), size))
        free = (worker for worker, _ in found.most_common() if self._busy[worker] < self._slots.get(worker, 0))
        return next(free, "")

    def put(self, batch: int, worker: str, jobs: int, slots: int = 0) -> None:
        """Note that a worker has a batch of so many jobs, or soon gets it; `slots` are its slots, if it said so."""
        self.remove(batch)
        if slots:
            self._slots[worker] = slots
        self._batches[batch] = worker, jobs
        self._busy[worker] += jobs

    def answer(self, batch: int) -> None:
        """Note that a job of a batch is answered: its slot is free before dask says that the batch is over."""
        if batch in self._batches:
            worker, jobs = self._batches[batch]
            self._batches[batch] = worker, jobs - 1
            self._busy[worker] -= 1

    def remove(self, batch: int) -> None:
        """Note that nobody has a batch any more."""
        worker, jobs = self._batches.pop(batch, ("", 0))
        self._busy[worker] -= jobs


def inputs_of(job: Job) -> Iterator[ArtifactRef]:
    """Yield the stored values that a job may load."""
    yield from job.inputs
    yield from job.partners
    for done in job.joined:
        yield from done.artifacts
