"""Knows what the steps of a run ask of the workers of a dask cluster, and what these have.

They are dask's resources CPU, GPU and MEMORY (in bytes). Those that a worker does not declare itself are found out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from distributed.diagnostics.plugin import WorkerPlugin

from nbflow.errors import ResourceMissing
from nbflow.flow.graph.graph import Graph
from nbflow.run.local_resources import gpus_here, memory_here

CPU, GPU, MEMORY = "CPU", "GPU", "MEMORY"

RESOURCE_PLUGIN = "nbflow-resources"
"""The name of the plugin. It stays when a run is over, because all runs share what a worker has."""

REFUSED_AFTER = 6.0
"""A step is refused if for so many seconds there are workers, but none that has what it asks for."""

LOOKS_AT_RESOURCES_EVERY = 1.0
"""Workers are asked for what they have every so many seconds while tasks that ask for something do not begin."""

ResourceSizes = Mapping[str, float]
"""Maps the name of a resource to how much of it a task needs."""


class ResourcePlugin(WorkerPlugin):
    """Tells the scheduler what a dask worker has, and hands its GPUs out to the tasks of all runs."""

    name, idempotent = RESOURCE_PLUGIN, True

    async def setup(self, worker: Any) -> None:
        """Declare what the worker has not declared itself; called by dask."""
        known = dict(worker.state.total_resources)
        found = {CPU: worker.state.nthreads, GPU: len(gpus_here()), MEMORY: _memory_of(worker)}
        await worker.set_resources(**{**{name: size for name, size in found.items() if size}, **known})
        names = [*gpus_here(), *(str(number) for number in range(int(known.get(GPU, 0))))]
        self._gpus = list(dict.fromkeys(names))[: int(known.get(GPU, len(names)))]
        self._free, self._taking = {*self._gpus}, threading.Lock()

    @contextmanager
    def gpus(self, count: int) -> Iterator[tuple[str, ...]]:
        """Hand out so many GPUs. Dask lets no more tasks run than there are GPUs for."""
        with self._taking:
            given = tuple([one for one in self._gpus if one in self._free][:count])
            self._free -= {*given}
        try:
            yield given
        finally:
            with self._taking:
                self._free |= {*given}


def _memory_of(worker: Any) -> int:
    limit = getattr(getattr(worker, "memory_manager", None), "memory_limit", None)
    return limit or memory_here() or 0


def resources_of_workers(dask_scheduler: Any) -> dict[str, dict[str, float]]:
    """Return the resources of each worker, by its address; called on the scheduler."""
    return {address: dict(worker.resources) for address, worker in dask_scheduler.workers.items()}


class Requests:
    """Knows what each step of a run asks for, and since when nobody has it."""

    def __init__(self, graph: Graph, steps: Iterable[str]) -> None:
        chosen = {name: graph.steps[name].options for name in steps}
        counts_processors = any(one.cpu > 1 for one in chosen.values())
        self._asked: dict[str, dict[str, float]] = {}
        for name, one in chosen.items():
            asked = {
                CPU: one.cpu if counts_processors else 0,
                GPU: one.gpu,
                MEMORY: one.memory.size if one.memory else 0,
            }
            self._asked[name] = {resource: size for resource, size in asked.items() if size}
        self._lacking: dict[str, float] = {}
        self._looked = 0.0

    def __bool__(self) -> bool:
        return any(self._asked.values())

    def of(self, step: str) -> ResourceSizes:
        """Return what a task of a step asks for; nothing if it may run anywhere."""
        return self._asked.get(step, {})

    def is_special(self, step: str) -> bool:
        """Return whether a step asks for more than a processor."""
        return bool(self.of(step).keys() - {CPU}) or self.of(step).get(CPU, 0) > 1

    def is_due(self) -> bool:
        """Return whether it is time to look again at what the workers have."""
        now = time.monotonic()
        if now < self._looked + LOOKS_AT_RESOURCES_EVERY:
            return False
        self._looked = now
        return True

    def missing(self, step: str, there: Mapping[str, ResourceSizes]) -> ResourceMissing | None:
        """Return why a step has to be given up, because none of these workers has been able to run it for a while."""
        asked = self.of(step)
        if not there or any(_has(one, asked) for one in there.values()):
            self._lacking.pop(step, None)
            return None
        if time.monotonic() < self._lacking.setdefault(step, time.monotonic()) + REFUSED_AFTER:
            return None
        listed = "; ".join(sorted({_in_words(one) for one in there.values()}))
        fix = "Ask for less, or start a worker that has it: dask worker … --resources " + _as_option(asked)
        return ResourceMissing(step, _in_words(asked), f"no worker of the cluster has that. They have {listed}", fix)


def _has(worker: ResourceSizes, asked: ResourceSizes) -> bool:
    return all(worker.get(name, 0) >= size for name, size in asked.items())


def _in_words(sizes: ResourceSizes) -> str:
    """Return resources as `2 GPU, 8000 MB MEMORY`."""
    words = [f"{size / 10**6:.0f} MB {name}" if name == MEMORY else f"{size:g} {name}" for name, size in sizes.items()]
    return ", ".join(words) or "nothing"


def _as_option(sizes: ResourceSizes) -> str:
    return '"' + " ".join(f"{name}={size:g}" for name, size in sizes.items()) + '"'
