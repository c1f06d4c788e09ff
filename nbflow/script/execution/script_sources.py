"""Writes a script as the catalog keeps it: with its files and its graph, so that a run can be read without them."""

from __future__ import annotations

import json
from typing import Any

from nbflow.flow.flowspec.classes import Script
from nbflow.flow.graph.graph import Graph


def write_script_sources(script: Script, graph: Graph) -> str:
    """Return the files and the graph of a script as JSON."""
    return json.dumps({"script": script.document, "sources": dict(script.sources), "steps": list(_steps(graph))})


def _steps(graph: Graph) -> Any:
    for name, step in graph.steps.items():
        linked = graph.links[name]
        control = step.control
        leads = control.next
        yield {
            "name": name, "line": step.place.line, "doc": step.doc, "code": step.source.code, "scope": linked.scope,
            "led": linked.led, "joined": linked.joined, "opened": linked.opened, "loop": control.loop,
            "rank": linked.rank, "foreach": control.foreach and control.foreach.expr,
            "reads": sorted(step.names.reads),
            "next": leads and [leads.kind, leads.targets, leads.foreach, leads.condition, leads.cases],
        }  # fmt: skip
