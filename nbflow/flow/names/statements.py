"""Splits cells into top-level statements, and finds the statements of a step that the steps below share."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from nbflow.flow.names.code import Names, code_digest, names_of
from nbflow.flow.names.kept_state import changed_by_calls
from nbflow.flow.names.scope import NameScope, imported_names
from nbflow.flow.names.text import Text
from nbflow.flow.source.cell import Place
from nbflow.flow.source.lines import lines_of


@dataclass(frozen=True, slots=True)
class Statement:
    """Represents one top-level statement of an ordinary cell with its names."""

    node: ast.stmt
    source: str
    place: Place
    names: Names
    code: str  # digest
    portable: bool = True  # whether it contains no magic, which only the notebook's own kernel understands


@lru_cache(2048)
def statements_of(text: Text, place: Place, *, lazy_annotations: bool = False) -> tuple[Statement, ...]:
    """Return the statements of a text whose first line is at `place`."""
    return tuple(
        Statement(
            node,
            _source_of(text.source, node),
            replace(place, line=place.line - 1 + (first := first_line(node)), column=node.col_offset),
            names_of_statement(node, lazy_annotations),
            code_digest(node),
            text.magic.isdisjoint(range(first, (node.end_lineno or first) + 1)),
        )
        for node in text.tree.body
    )


@lru_cache(4096)
def names_of_statement(node: ast.stmt, lazy_annotations: bool = False) -> Names:
    """Return the names of one statement, cached for its several readers."""
    return names_of(node, lazy_annotations=lazy_annotations)


def first_line(node: ast.stmt) -> int:
    """Return the first line of a statement, including its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _source_of(source: str, node: ast.stmt) -> str:
    lines = lines_of(source)[first_line(node) - 1 : node.end_lineno]
    if getattr(node, "decorator_list", None):
        return "\n".join(lines)
    if node.col_offset == 0 and lines[-1].isascii() and node.end_col_offset == len(lines[-1]):
        return "\n".join(lines)  # whole lines, the usual case
    return ast.get_source_segment(source, node) or ""


def is_future_import(node: ast.stmt) -> bool:
    """Return whether a statement is a `from __future__ import …`."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""The statements that only define something."""


def code_in(body: ast.Module) -> list[ast.stmt]:
    """Return the imports, functions and classes at the top level of a step's body that mean the same in the steps
    below.

    Names that the body binds twice or changes, and functions that change themselves when called, are values and are
    left out.
    """
    candidates = [node for node in body.body if isinstance(node, DEFINING)]
    if not candidates:
        return []
    counts = Counter(name for node in candidates for name in _names(node))
    scope = NameScope.of(body.body)
    others = NameScope.of(node for node in body.body if node not in candidates)
    changed = scope.mutated | scope.sent_out | others.stores | others.augmented
    changed |= changed_by_calls(candidates) | {name for name, count in counts.items() if count > 1}
    return [node for node in candidates if "*" not in _names(node) and changed.isdisjoint(_names(node))]


def _names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from imported_names(node)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
