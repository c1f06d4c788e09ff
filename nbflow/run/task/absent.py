"""Explains why a name that a body reads does not exist: a step above has deleted it, or did not assign it."""

from __future__ import annotations

from collections.abc import Collection

from nbflow.flow.graph.graph import Graph


def explain_absence(error: BaseException, graph: Graph, step: str, given: Collection[str]) -> None:
    """Add a note to a NameError that names the step which removed the name; `given` are the inputs of the task."""
    name = getattr(error, "name", None)
    if isinstance(error, NameError) and isinstance(name, str) and name not in given:
        for reason in _reasons(graph, step, name):
            error.add_note(reason)


def _reasons(graph: Graph, step: str, name: str) -> list[str]:
    linked = graph.links[step]
    ended = dict(linked.ended)
    if name in ended:
        return [f"{_place(graph, ended[name])} deleted '{name}'"]
    writers = next((one.writers for one in linked.bindings if one.name == name), ())
    enders = [writer for writer in writers if name in graph.links[writer].ends]
    if enders:
        return [f"{_place(graph, enders[0])} deleted '{name}'"]
    return [f"{_place(graph, writers[0])} did not assign '{name}' this time"] if writers else []


def _place(graph: Graph, step: str) -> str:
    return f"step '{step}' (cell {graph.steps[step].place.cell})"
