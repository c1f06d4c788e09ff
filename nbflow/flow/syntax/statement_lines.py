"""Finds the lines of the statements of a cell, and the places where it uses a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from nbflow.flow.names.statements import first_line
from nbflow.flow.names.text import blank, parse_step
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.header import CellKind, read_header

_OURS = (CellKind.STEP, CellKind.PARAMETERS, CellKind.SHARED, CellKind.ENVIRONMENT)


@lru_cache(4096)
def tree_of(source: str) -> ast.Module | None:
    """Return the code below the header of a cell, as a step would execute it; None if it is not valid Python."""
    header = read_header(source)
    try:
        return parse_step(blank(source, header.line if header.kind in _OURS else 0)).tree
    except SyntaxError:
        return None


def lines_of_statement(source: str, line: int) -> range | None:
    """Return the lines of the statement that begins at a line; None if there is none, or another on the same lines."""
    tree, lines = tree_of(source), lines_of(source)
    nodes = [(first_line(node), node.end_lineno or 0) for node in tree.body] if tree else []
    found = next((one for one in nodes if one[0] == line), None)
    if found is None:
        return None
    first, last = found
    while lines[last - 1].endswith("\\") and last < len(lines):  # a magic on several lines is one line of Python
        last += 1
    is_alone = sum(start <= last and end >= first for start, end in nodes) == 1
    return range(first, last + 1) if is_alone else None


def line_of_deletion(source: str, name: str) -> int | None:
    """Return the line of the statement `del name` at the top level of a cell that deletes nothing else."""
    tree = tree_of(source)
    for node in tree.body if tree else ():
        match node:
            case ast.Delete(targets=[ast.Name(id=deleted)], lineno=line) if deleted == name:
                return line if lines_of_statement(source, line) else None
    return None


def import_of(source: str, name: str) -> int | None:
    """Return the line of the import at the top level of a cell that binds a name."""
    tree = tree_of(source)
    for node in tree.body if tree else ():
        if isinstance(node, ast.Import | ast.ImportFrom) and name in map(_bound_by, node.names):
            return node.lineno if lines_of_statement(source, node.lineno) else None
    return None


def _bound_by(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def uses_of_name(source: str, name: str) -> tuple[tuple[int, int], ...] | None:
    """Return the line and the column (in bytes) of each use of a name; None if it cannot be renamed everywhere."""
    tree = tree_of(source)
    if tree is None:
        return None
    nodes = [node for statement in tree.body for node in every_node(statement)]
    uses = [(one.lineno, one.col_offset) for one in nodes if isinstance(one, ast.Name) and one.id == name]
    lines = [line.encode() for line in lines_of(source)]
    are_found = all(lines[line - 1][column:].startswith(name.encode()) for line, column in uses)
    return tuple(sorted(uses)) if are_found and name not in _other_bindings(nodes) else None


def _other_bindings(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the names that are bound in other ways than by an assignment: a use may mean something else there."""
    for node in nodes:
        match node:
            case ast.arg(arg=name):
                yield name
            case ast.alias():
                yield _bound_by(node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def is_read_only(source: str, name: str) -> bool:
    """Tell whether a cell reads a name and binds it nowhere, also not in a comprehension."""
    tree = tree_of(source)
    nodes = [node for statement in tree.body for node in every_node(statement)] if tree else []
    return all(isinstance(one.ctx, ast.Load) for one in nodes if isinstance(one, ast.Name) and one.id == name)
