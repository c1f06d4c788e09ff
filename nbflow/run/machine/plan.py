"""Decides which steps take part in a run, and which of them may be taken from the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import Reuse, TaskFailed


@dataclass(frozen=True)
class Resources:
    """Says what the tasks that run at the same time share.

    Attributes:
        slots: The number of worker processes.
        memory: The bytes of memory; None if they are not counted.
        gpus: The names of the GPUs, as in CUDA_VISIBLE_DEVICES; None if they are not counted.
    """

    slots: int = 1
    memory: int | None = None
    gpus: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RunPlan:
    """Holds one entry in `reuse` per step that takes part; a step without an entry does not run.

    `anew` holds single tasks, as (step, path), that run whatever the store holds. A task starts when what it asks for
    is free: of the `slots`, `memory` and `gpus`, or of what is `here` if its step is not to run on the cluster of the
    run; `here` is None in a run without a cluster. `left_out` holds, by their keys, tasks that failed in an earlier run
    and do not run again: the run goes on without their items.
    """

    reuse: Mapping[str, Reuse]
    anew: frozenset[tuple[str, tuple[int, ...]]] = frozenset()
    slots: int = 1
    memory: int | None = None
    left_out: Mapping[str, TaskFailed] = field(default_factory=dict)
    gpus: tuple[str, ...] | None = None
    here: Resources | None = None

    @property
    def resources(self) -> Resources:
        """Return what the tasks share that run where most of them run."""
        return Resources(self.slots, self.memory, self.gpus)


def plan_run(
    graph: Graph,
    *,
    fresh: bool = False,
    to: str | None = None,
    start: str | None = None,
    only: str | None = None,
    rerun: Iterable[tuple[str, tuple[int, ...]]] = (),
    left_out: Mapping[str, TaskFailed] | None = None,
    slots: int = 1,
    memory: int | None = None,
) -> RunPlan:
    """Return the plan of a whole run, of what `to` needs, of `start` and what follows it, or of `only` one step.

    The steps above `start` are taken from the store where that is valid. The steps above `only` must be in the store.
    With `fresh` nothing is taken from the store. `rerun` holds tasks that run in any case, `left_out` tasks that do not
    run.
    """
    if only is not None:
        reuse = dict.fromkeys(graph.ancestors(only), Reuse.ONLY) | {only: Reuse.NEVER}
    elif start is not None:
        below = graph.descendants(start) | {start}
        above = frozenset().union(*(graph.ancestors(name) for name in below)) - below
        reuse = dict.fromkeys(above, Reuse.ANY) | dict.fromkeys(below, Reuse.NEVER)
    else:
        wanted = graph.ancestors(to) | {to} if to is not None else frozenset(graph.links)
        reuse = dict.fromkeys(wanted, Reuse.NEVER if fresh else Reuse.ANY)
    taken = {name: reuse[name] for name in graph.links if name in reuse}
    return RunPlan(taken, frozenset(rerun), slots, memory, left_out or {})
