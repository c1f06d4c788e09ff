"""Notebooks as one text: cells are divided by a line of three dashes."""

from __future__ import annotations

from collections.abc import Mapping

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.specs import FlowSource


def flow_of(text: str) -> FlowSource:
    cells = [Cell(number, source.strip("\n")) for number, source in enumerate(text.split("\n---\n"), 1)]
    return read_flow(cells, "nb", "nb.ipynb")


def graph_of(text: str, learned: Mapping[str, frozenset[str]] | None = None) -> Graph:
    return link(flow_of(text), learned)


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in check_flow(graph_of(text))]


def writers(graph: Graph, step: str) -> dict[str, tuple[str, ...]]:
    return {binding.name: binding.writers for binding in graph.links[step].bindings}
