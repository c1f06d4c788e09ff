"""Checks temporary files: Python deletes them with the object that made them, which a step keeps until it ends."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nbflow.flow.effects.statement_effects import imports_of, layered, origin_of
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parsed
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import StepSpec

_MAKERS = {
    "tempfile.TemporaryDirectory": ("folder", "tempfile.mkdtemp(), which returns the path of a folder that stays"),
    "tempfile.NamedTemporaryFile": ("file", "delete=False in the call, and close the file"),
}
_OF_PATHS = frozenset(
    (
        *("Path", "PurePath", "str", "fspath", "join", "joinpath", "with_name", "with_suffix", "abspath", "realpath"),
        *("resolve", "absolute", "as_posix", "list", "tuple", "dict", "sorted", "format", "glob", "rglob", "iterdir"),
    )
)
"""The functions whose result for a path is, or holds, a path too."""


def temporary_files(graph: Graph) -> Iterator[Problem]:
    """Find temporary folders and files of a step that a step below reads: they are deleted when the step ends."""
    makers = ["Temporary", *(name for name, origin in graph.prelude.origins.items() if origin in _MAKERS)]
    for step in graph.steps.values():
        body = step.source.body
        if any(name in body for name in makers) and ".cleanup()" not in body:
            yield from _deleted(graph, step)


def _deleted(graph: Graph, step: StepSpec) -> Iterator[Problem]:
    nodes = parsed(step.source.body)
    inside = imports_of(inner for node in nodes for inner in every_node(node))
    origins = layered(graph.prelude.origins, inside)
    for number, node in enumerate(nodes):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                origin = origin_of(call.func, origins)
                if (
                    origin in _MAKERS
                    and not _stays(call)
                    and (found := _reader(graph, step, {name}, nodes[number + 1 :]))
                ):
                    yield _told(step, call, _MAKERS[origin], found)


def _stays(call: ast.Call) -> bool:
    """Return whether a call says `delete=`: it is for the author to say what then happens."""
    return any(one.arg in ("delete", None) for one in call.keywords)


def _reader(graph: Graph, step: StepSpec, paths: set[str], below: Iterable[ast.stmt]) -> tuple[str, str] | None:
    """Return a step below that reads one of the names, or a path made of them, and what it reads."""
    for node in below:
        paths |= _paths_made(node, paths)
    for name, linked in graph.links.items():
        for binding in linked.bindings:
            if binding.name in paths and step.name in binding.writers:
                return name, binding.name
    return None


def _paths_made(node: ast.stmt, paths: set[str]) -> frozenset[str]:
    """Return the names that a statement binds to paths made of those in `paths`."""
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or value is None or not _is_path(value, paths):
        return frozenset()
    return names_of([node]).writes


def _is_path(value: ast.expr, paths: set[str]) -> bool:
    nodes = [*every_node(value)]
    calls = (one.func for one in nodes if isinstance(one, ast.Call))
    called = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls}
    return called <= _OF_PATHS and any(isinstance(one, ast.Name) and one.id in paths for one in nodes)


def _told(step: StepSpec, call: ast.Call, made: tuple[str, str], found: tuple[str, str]) -> Problem:
    what, fix = made
    reader, name = found
    message = f"the temporary {what} is deleted when step '{step.name}' ends; step '{reader}' reads '{name}'"
    place = replace(step.place, line=step.source.body_line + call.lineno - 1)
    return Problem("temporary-file", message, f"Write {fix}", place, step.name, warning=True)


TEMPORARY_RULES = (temporary_files,)
