"""Writes the cells of a flow for the catalog, and reads the flow of a stored run again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from nbflow.flow.graph.graph import Graph, Link, Passage
from nbflow.flow.source.cell import Cell, Place
from nbflow.flow.syntax.specs import ControlFlow, FlowSource, Foreach, Next, NextKind, StepNames, StepSource, StepSpec
from nbflow.garbage import without_gc
from nbflow.store.catalog.columns import reads_row


@without_gc()
def write_cells(cells: Iterable[Cell]) -> str:
    """Return cells as JSON."""
    return json.dumps([(cell.number, cell.source, sorted(cell.tags) if cell.tags else ()) for cell in cells])


@reads_row("the cells of a run")
def read_stored_cells(text: str) -> list[Cell]:
    """Return the cells that `write_cells` has written."""
    return [Cell(number, source, tags=frozenset(tags)) for number, source, tags in json.loads(text)]


@reads_row("the graph of a run")
def read_graph(text: str, flow: str, document: str) -> Graph | None:
    """Return the graph that is stored with the run of a script; None if the text holds cells of a notebook."""
    facts = json.loads(text)
    if not isinstance(facts, dict):
        return None
    steps = {one["name"]: _step(one, document) for one in facts["steps"]}
    links = {one["name"]: _link(one) for one in facts["steps"]}
    return Graph(FlowSource(flow, document, tuple(steps.values())), links, Passage.BY_EDGE)


@reads_row("the sources of a run")
def read_sources(text: str, document: str) -> dict[str, str]:
    """Return the sources of a stored run: by file for a script, by cell for a notebook."""
    facts = json.loads(text)
    if isinstance(facts, dict):
        return dict(facts["sources"])
    return {f"{document} · cell {cell.number}": cell.source for cell in read_stored_cells(text)}


def _step(facts: dict[str, Any], document: str) -> StepSpec:
    leads = facts["next"]
    return StepSpec(
        facts["name"],
        Place(document, 0, facts["line"]),
        StepSource(code=facts["code"]),
        doc=facts["doc"],
        names=StepNames(frozenset(facts["reads"])),
        control=ControlFlow(
            foreach=Foreach("input", facts["foreach"]) if facts["foreach"] else None,
            loop=facts["loop"],
            next=leads and Next(NextKind(leads[0]), tuple(leads[1]), leads[2], leads[3], tuple(map(tuple, leads[4]))),
        ),
    )


def _link(facts: dict[str, Any]) -> Link:
    led, scope, joined, opened = (tuple(facts[name]) for name in ("led", "scope", "joined", "opened"))
    return Link(upstream=led, scope=scope, rank=facts["rank"], joined=joined, opened=opened, led=led)
