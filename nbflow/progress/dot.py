"""Draws a graph as DOT source, or as SVG with Graphviz."""

from __future__ import annotations

import subprocess

import graphviz

from nbflow.errors import NoDrawing
from nbflow.flow.graph.graph import Graph
from nbflow.progress.pictures import COLOURS, Statuses, box_label


def to_dot(graph: Graph, statuses: Statuses | None = None) -> str:
    """Return DOT source; steps that run per item are in a box with their foreach."""
    return str(_draw(graph, statuses or {}).source)


def to_svg(graph: Graph, statuses: Statuses | None = None) -> str:
    """Return an SVG document. Raises NoDrawing if the program `dot` is missing or fails."""
    try:
        return str(_draw(graph, statuses or {}).pipe(format="svg", encoding="utf-8"))
    except graphviz.ExecutableNotFound:
        raise NoDrawing("the program 'dot' is not installed") from None
    except subprocess.CalledProcessError as error:
        raise NoDrawing(f"the program 'dot' failed (exit code {error.returncode})") from None


def _draw(graph: Graph, statuses: Statuses) -> graphviz.Digraph:
    drawing = graphviz.Digraph(graphviz.escape(graph.flow.name), graph_attr={"rankdir": "LR"})
    drawing.attr("node", shape="box", style="rounded,filled", fillcolor="white", fontname="Helvetica")
    _fill(drawing, graph, statuses, ())
    for name, linked in graph.links.items():
        for above in linked.upstream:
            drawing.edge(above, name, **_edge(graph, above, name))
    return drawing


def _fill(drawing: graphviz.Digraph, graph: Graph, statuses: Statuses, scope: tuple[str, ...]) -> None:
    """Add the steps of one scope, and a box for each foreach directly in it."""
    for name, linked in graph.links.items():
        if linked.scope == scope:
            colour = COLOURS.get(statuses.get(name, ""), "white")
            drawing.node(name, label=graphviz.escape(box_label(graph, name)), fillcolor=colour)
        elif linked.scope == (*scope, name):
            with drawing.subgraph(name=f"cluster_{name}") as box:
                box.attr(style="rounded,dashed", color="grey", label="")
                _fill(box, graph, statuses, linked.scope)


def _edge(graph: Graph, above: str, below: str) -> dict[str, str]:
    """Return how to draw an edge: its tooltip lists the names it carries; an edge without any is dashed."""
    names = [binding.name for binding in graph.links[below].bindings if above in binding.writers]
    if above in graph.links[below].joined:
        return {"arrowhead": "inv"}
    return {"tooltip": ", ".join(names)} if names else {"style": "dashed"}
