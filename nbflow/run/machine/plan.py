"""Decides which steps take part in a run, and which of them may be taken from the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import Reuse, TaskFailed


@dataclass(frozen=True)
class RunPlan:
    """Holds one entry in `reuse` per step that takes part; a step without an entry does not run.

    `anew` holds single tasks, as (step, path), that run whatever the store holds. `slots` is the number of worker
    processes, `memory` is in bytes; a task starts when the slots and the memory that it asks for are free. `left_out`
    holds, by their keys, tasks that failed in an earlier run and do not run again: the run goes on without their items.
    """

    reuse: Mapping[str, Reuse]
    anew: frozenset[tuple[str, tuple[int, ...]]] = frozenset()
    slots: int = 1
    memory: int | None = None
    left_out: Mapping[str, TaskFailed] = field(default_factory=dict)


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
