"""Notebooks as one text: cells are divided by a line of three dashes."""

from __future__ import annotations

from collections.abc import Mapping

from nbflow.flow.cell import Cell
from nbflow.flow.cells import read_flow
from nbflow.flow.checks import check
from nbflow.flow.graph import Graph, link
from nbflow.flow.step import Flow


def flow_of(text: str) -> Flow:
    cells = [Cell(number, source.strip("\n")) for number, source in enumerate(text.split("\n---\n"), 1)]
    return read_flow(cells, "nb", "nb.ipynb")


def graph_of(text: str, learned: Mapping[str, frozenset[str]] | None = None) -> Graph:
    return link(flow_of(text), learned)


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in check(graph_of(text))]


def writers(graph: Graph, step: str) -> dict[str, tuple[str, ...]]:
    return {binding.name: binding.writers for binding in graph.links[step].bindings}
