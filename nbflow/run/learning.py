"""Links a flow with the writes that earlier runs have found in its steps, and remembers those of a run."""

from __future__ import annotations

from collections.abc import Mapping

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.graph.link_memory import LinkMemory
from nbflow.flow.syntax.specs import FlowSource
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.writer import CatalogWriter


def keep_learned(writer: CatalogWriter, graph: Graph, learned: Mapping[str, frozenset[str]]) -> None:
    """Remember for the next graph which steps change what they read; `learned` maps a step to the names."""
    for step, names in learned.items():
        for name in names:
            writer.learn(graph.flow.name, step, graph.steps[step].source.code, name)


def link_known(flow: FlowSource, history: CatalogReader, memory: LinkMemory | None = None) -> Graph:
    """Return the graph of a flow, with the writes that earlier runs have found in its steps as they are now."""
    return link_learned(flow, history.learned(flow.name), memory)


def link_learned(
    flow: FlowSource, known: Mapping[tuple[str, str], frozenset[str]], memory: LinkMemory | None = None
) -> Graph:
    """Return the graph of a flow; `known` maps (step, digest of its code) to the names that it was found to write."""
    if not known:
        return link(flow, memory=memory)
    written = ((step.name, known.get((step.name, step.source.code))) for step in flow.steps)
    return link(flow, {step: names for step, names in written if names is not None}, memory)
