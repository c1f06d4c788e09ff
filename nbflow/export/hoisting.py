"""Moves imports, functions and classes of steps to the top of a script, where its methods share them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from nbflow.flow.graph.graph import Graph, Link
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.names.statements import first_line
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.definition import Definition, Prelude
from nbflow.flow.syntax.specs import StepSpec


@dataclass(frozen=True)
class Hoisted(Graph):
    """Gives each step its own definitions from the prelude, as the steps below get them."""

    def prelude_of(self, step: str) -> Prelude:
        return self.prelude_below(step)


def hoist(graph: Graph) -> Hoisted:
    """Take the definitions that steps share out of the bodies. The lines that stay keep their numbers."""
    code = {name: definitions for name in graph.code_of if (definitions := _movable(graph, name))}
    steps = (_without(step, code[step.name]) if step.name in code else step for step in graph.flow.steps)
    links = {name: _with_names(linked, code.get(name, ())) for name, linked in graph.links.items()}
    return Hoisted(replace(graph.flow, steps=tuple(steps)), links, learned=graph.learned)


def modules_written(graph: Graph) -> frozenset[str]:
    """Return the modules that steps write: the top of a script cannot import them yet."""
    uses = (use for linked in graph.links.values() for use in linked.files if use.access.writes)
    return frozenset(PurePath(use.path).stem for use in uses if use.path.endswith(".py"))


def is_written(definition: Definition, modules: frozenset[str]) -> bool:
    """Tell whether a definition imports one of these modules."""
    return any(name.partition(".")[0] in modules for name in definition.modules)


def _movable(graph: Graph, step: str) -> tuple[Definition, ...]:
    written = modules_written(graph)
    found = [one for one in graph.code_of[step] if not is_written(one, written)]
    if not any(one.options.env for one in graph.steps.values()):
        return tuple(found)
    shared = _used_elsewhere(graph, step).union(*(one.wants for one in found))
    return tuple(one for one in found if one.kind != "import" or not one.names.isdisjoint(shared))


def _used_elsewhere(graph: Graph, step: str) -> frozenset[str]:
    """Return the names that other steps use of the code of a step.

    Its other imports stay in its method, because the environment of another step may lack these packages.
    """
    return frozenset[str]().union(*(linked.prelude for name, linked in graph.links.items() if name != step))


def imports_inside(graph: Graph) -> tuple[Definition, ...]:
    """Return imports of ordinary cells that stand in the methods, because an environment may lack these packages.

    Only a body uses them: what the top of the script needs, its functions included, must be there in any environment.
    """
    if not any(one.options.env for one in graph.steps.values()):
        return ()
    needed = _needed_outside(graph)
    return tuple(one for one in graph.prelude.definitions if _is_package(one) and one.names.isdisjoint(needed))


def _is_package(definition: Definition) -> bool:
    roots = {name.partition(".")[0] for name in definition.modules}
    own = sys.stdlib_module_names | {"nbflow", "metaflow"}
    return definition.kind == "import" and "*" not in definition.names and bool(roots) and roots.isdisjoint(own)


def _needed_outside(graph: Graph) -> frozenset[str]:
    """Return the names that more than plain reads of bodies use, and those that cells give several meanings."""
    found = {name for name, places in graph.prelude.places.items() if len(places) > 1}
    for one in (*graph.prelude.definitions, *(one for name in graph.code_of for one in graph.code_of[name])):
        found |= one.wants
    for name, step in graph.steps.items():
        names = names_of(parse(step.source.body))
        foreach = step.control.foreach
        found |= (graph.links[name].prelude - names.free) | names.bound | (foreach.reads if foreach else frozenset())
    return frozenset(found)


def hoisted_from(graph: Graph, step: str) -> str:
    """Return what `hoist` takes out of a body, with the comments above each definition."""
    lines = lines_of(graph.steps[step].source.body)
    cuts = _cuts(graph.steps[step], _movable(graph, step))
    return "\n".join("\n".join(lines[first:last]) for first, last in cuts)


def _with_names(linked: Link, code: tuple[Definition, ...]) -> Link:
    return replace(linked, prelude=linked.prelude.union(*(one.names for one in code)))


def _without(step: StepSpec, code: tuple[Definition, ...]) -> StepSpec:
    lines = lines_of(step.source.body)
    for first, last in _cuts(step, code):
        lines[first:last] = [""] * (last - first)
    body = "\n".join(lines)
    names = frozenset[str]().union(*(one.names for one in code))
    mentions = step.names.mentions | (names_of(body).free & names)
    imports = frozenset(pair for pair in step.names.imports if pair[0] not in names)
    return replace(
        step,
        source=replace(step.source, body=body),
        names=replace(step.names, mentions=mentions, imports=imports),
    )


def _cuts(step: StepSpec, code: tuple[Definition, ...]) -> Iterator[tuple[int, int]]:
    """Yield the lines of each definition, from 0, without the end. A line that holds more than it stays."""
    lines, tree = lines_of(step.source.body), parse(step.source.body)
    starts = {one.place.line - step.source.body_line + 1 for one in code}
    for node in tree.body:
        first, last = first_line(node) - 1, node.end_lineno or node.lineno
        if first_line(node) in starts and _is_alone(node, tree):
            while first and lines[first - 1].startswith("#"):
                first -= 1
            yield first, last


def _is_alone(node: ast.stmt, tree: ast.Module) -> bool:
    others = (one for one in tree.body if one is not node)
    last = node.end_lineno or node.lineno
    return not any(first_line(one) <= last and (one.end_lineno or 0) >= first_line(node) for one in others)
