"""Decides whether the items of a foreach share objects with what its body reads besides them."""

from __future__ import annotations

from typing import Protocol

from nbflow.flow.graph.graph import Graph, Passage
from nbflow.run.events.events import TaskId
from nbflow.store.values.artifact_ref import ArtifactRef


class Split(Protocol):
    """Describes a split as the driver knows it, or as its worker is told."""

    @property
    def task(self) -> TaskId: ...

    @property
    def inputs(self) -> tuple[ArtifactRef, ...]: ...

    @property
    def partners(self) -> tuple[ArtifactRef, ...]: ...


def reads_sharers(graph: Graph, split: Split) -> bool:
    """Return whether the body reads a name that shares objects with the names that hold the items."""
    if graph.passage is not Passage.BY_NAME:
        return False
    names = graph.steps[split.task.step].names_in(split=False)
    shared = {digest for one in split.inputs for digest in one.shares}
    read = (one for one in (*split.inputs, *split.partners) if one.name in names)
    return any(not shared.isdisjoint(one.shares) for one in read)
