"""Which steps a run takes part in, and which of them may come from the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbflow.flow.graph.link import Graph
from nbflow.run.events.events import Reuse


@dataclass(frozen=True)
class RunPlan:
    """`reuse` has one entry per step that takes part; a step that is not in it does not run.

    `anew` are single tasks, (step, path), that run whatever the store holds. `slots` are worker processes, `memory`
    bytes; a task is started while what it asks for is free.
    """

    reuse: Mapping[str, Reuse]
    anew: frozenset[tuple[str, tuple[int, ...]]] = frozenset()
    slots: int = 1
    memory: int | None = None


def plan_run(
    graph: Graph,
    *,
    fresh: bool = False,
    to: str | None = None,
    start: str | None = None,
    only: str | None = None,
    rerun: Iterable[tuple[str, tuple[int, ...]]] = (),
    slots: int = 1,
    memory: int | None = None,
) -> RunPlan:
    """Take part: everything, or what `to` needs, or `start` and what follows from it, or `only` one step.

    What stands above `start` or `only` comes from the store where it holds; above `only` it must.
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
    return RunPlan({name: reuse[name] for name in graph.links if name in reuse}, frozenset(rerun), slots, memory)
