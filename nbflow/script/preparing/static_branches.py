"""Finds changes of shared objects that an exported script would lose at a static split.

In a notebook all steps see one object, also under several names. In a script every branch has a copy of its own: a step
in another branch, or a join that takes a name from another branch, would go on with the old value. So an exported
script fails there. In a script that was written by hand, the copies are meant.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from nbflow.flow.flowspec.classes import Script
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import NextKind

EXPORTED = "# Exported by nbflow from "
"""Begins the first line of the marks of an exported script."""


SHARED = "# of each process: "
"""Begins the line of the marks with the names that `%%shared` cells bind."""

SILENT = "# not known to draw from "
"""Begins the lines of the marks that name methods of which the export does not know that they draw random numbers."""

METHOD_CELLS = "# cells of the methods: "
"""Begins the line of the marks that says for each method the number of the cell that it was made of, or made for."""

_CELL = re.compile(r"\s*# cell \d+$")
"""Matches the line of a method above what it has of a cell."""

SEEDING = " (seeds)"
"""Stands in these lines behind methods that seed the generator before their body, because another step needs it."""


@dataclass(frozen=True)
class Branches:
    """Holds what the marks of an exported script say, and finds changes that do not reach other branches."""

    notebook: str
    shared: frozenset[str] = frozenset()  # names that steps may change in their own process
    silent: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)  # step -> random module -> whether it seeds
    taken: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)  # join -> (step, name) of its inputs
    cells: Mapping[str, int] = field(default_factory=dict)  # step -> number of its cell in the notebook
    stored: Mapping[str, frozenset[str]] = field(default_factory=dict)  # step -> attributes that it sets
    read: Mapping[str, frozenset[str]] = field(default_factory=dict)  # step -> attributes whose present value it reads
    mentioned: frozenset[str] = frozenset()  # attributes that the script may read; the others are only results

    def left_behind(self, graph: Graph, step: str, names: Collection[str]) -> tuple[str, str] | None:
        """Return a name that a change of the step does not reach, and the step that would use the old value."""
        found = (*self._read_beside(graph, step, names), *self._taken_from_beside(graph, step, names))
        return next(iter(found), None)

    def _read_beside(self, graph: Graph, step: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
        for other in graph.steps:
            beside = not graph.links[other].joined and _are_beside(graph, step, other)
            if beside and not self.is_earlier(other, step):
                shared = self._stored_above(graph, step, other).intersection(names)
                yield from ((name, other) for name in sorted(self.read.get(other, frozenset()) & shared))

    def _stored_above(self, graph: Graph, one: str, other: str) -> frozenset[str]:
        """Return what two branches have in common: the names that steps above both store."""
        above = graph.ancestors(one) & graph.ancestors(other)
        return frozenset(name for step in above for name in self.stored.get(step, ()))

    def is_earlier(self, one: str, other: str) -> bool:
        """Tell whether a step certainly stands above another one in the notebook, and so sees no change of it there."""
        return one in self.cells and other in self.cells and self.cells[one] < self.cells[other]

    def _taken_from_beside(self, graph: Graph, step: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
        for join in graph.descendants(step):
            for above, name in sorted(self.taken.get(join, ())):
                if name in names and above != step and step not in graph.ancestors(above):
                    yield name, join


def branches_of(script: Script, graph: Graph) -> Branches | None:
    """Return the branches of an exported script; None for one that was written by hand."""
    for source in script.sources.values():
        found = re.search(rf"^{EXPORTED}(?P<notebook>.+) with --target ", source, re.MULTILINE)
        if found is not None:
            joins = {name: linked.joined for name, linked in graph.links.items() if linked.joined and not linked.opened}
            lines = lines_of(source)
            taken = {name: frozenset(_taken(script.steps[name].tree, joined, lines)) for name, joined in joins.items()}
            stored = {name: frozenset(_set_by(method.tree)) for name, method in script.steps.items()}
            read = {name: frozenset(_read_by(method.tree)) for name, method in script.steps.items()}
            mentioned = frozenset(_mentioned(parse(source)))
            shared = frozenset(items_of_marks(source, SHARED))
            return Branches(
                found["notebook"], shared, _silent(source), taken, cells_in(source), stored, read, mentioned
            )  # fmt: skip
    return None


def cells_in(source: str) -> dict[str, int]:
    """Return the cell of each method, as the marks of a script say it."""
    return {name: int(number) for name, number in map(str.split, items_of_marks(source, METHOD_CELLS))}


def silent_in(source: str) -> dict[str, list[str]]:
    """Return per random module what the marks of a script say about methods that are not known to draw from it."""
    found = re.finditer(rf"^{SILENT}(\w+): (.+)$", source, re.MULTILINE)
    return {line[1]: line[2].split(", ") for line in found}


def _silent(source: str) -> Mapping[str, Mapping[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for module, methods in silent_in(source).items():
        for step in methods:
            found.setdefault(step.removesuffix(SEEDING), {})[module] = step.endswith(SEEDING)
    return found


def items_of_marks(source: str, beginning: str) -> list[str]:
    """Return what a line of the marks lists; nothing if there is no such line."""
    found = re.search(rf"^{beginning}(.+)$", source, re.MULTILINE)
    return found[1].split(", ") if found else []


def _mentioned(tree: ast.AST) -> Iterator[str]:
    """Yield the names that stand in a script as attributes that are read, or in texts, such as `foreach="films"`."""
    for node in every_node(tree):
        match node:
            case ast.Attribute(attr=attr, ctx=ast.Load()):
                yield attr
            case ast.Constant(value=str(text)):
                yield text


def _set_by(tree: ast.AST) -> Iterator[str]:
    """Yield each name of a `self.name = …`."""
    return (node.attr for node in every_node(tree) if _is_own(node) and isinstance(node.ctx, ast.Store))


def _read_by(tree: ast.AST) -> Iterator[str]:
    """Yield each name of a `self.name` that is read, except for copies of what a step has made: `inputs.start.rows`."""
    nodes = [*every_node(tree)]
    copies = {id(node) for one in nodes if _defines_inputs(one) for node in every_node(one)}
    return (node.attr for node in nodes if _is_own(node) and isinstance(node.ctx, ast.Load) and id(node) not in copies)


def _is_own(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _defines_inputs(node: ast.AST) -> bool:
    """Tell whether this is `inputs = SimpleNamespace(start=SimpleNamespace(rows=self.start_rows))`."""
    return isinstance(node, ast.Assign) and ast.unparse(node).startswith("inputs = SimpleNamespace(")


def _taken(tree: ast.FunctionDef, joined: tuple[str, ...], lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (step, name) for each `rows = inputs.clean.rows` or `inputs[0].rows` above the cell of a join.

    What the cell itself asks of its `inputs` is what a step has made, in a notebook too.
    """
    inside = range(tree.lineno, tree.end_lineno or tree.lineno)
    cell = next((number for number in inside if _CELL.match(lines[number])), inside.stop)
    for node in every_node(tree):
        match node:
            case ast.Attribute(lineno=line) if line > cell:
                pass
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="inputs"), attr=step), attr=name):
                yield step, name
            case ast.Attribute(
                value=ast.Subscript(value=ast.Name(id="inputs"), slice=ast.Constant(value=int(place))), attr=name
            ) if place < len(joined):
                yield joined[place], name


def _are_beside(graph: Graph, one: str, other: str) -> bool:
    """Tell whether two steps are in different branches of a static split."""
    above, also = graph.ancestors(one) | {one}, graph.ancestors(other) | {other}
    if one in also or other in above:
        return False
    splits = (graph.steps[name].control.next for name in above & also)
    return any(
        leads is not None
        and leads.kind is NextKind.BRANCH
        and not {target for target in leads.targets if target in above} & {t for t in leads.targets if t in also}
        for leads in splits
    )
