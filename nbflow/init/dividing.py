"""A cell divided between its statements. Its code stays the same from top to bottom."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from nbflow.init.groups import Group, Part, tree_of

_SHARED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def divided(group: Group, lines: Collection[int]) -> Iterator[Group]:
    """The statements that begin in these lines, with the imports and functions around them, apart from all others."""
    tree = tree_of(group.source)
    if tree is None or len(group.parts) > 1:
        return
    kinds = [node.lineno in lines for node in tree.body]
    _spread(tree.body, kinds, range(1, len(kinds)), -1)
    _spread(tree.body, kinds, range(len(kinds) - 2, -1, -1), 1)
    for part in parts_of(group.parts[0], tree, kinds):
        yield Group((part,))


def _spread(body: Sequence[ast.stmt], kinds: list[bool], order: Iterable[int], step: int) -> None:
    """Keep imports and definitions with what stands beside them."""
    for at in order:
        kinds[at] = kinds[at] or (kinds[at + step] and isinstance(body[at], _SHARED))


def parts_of(part: Part, tree: ast.Module, kinds: Collection[bool]) -> Iterator[Part]:
    """The part of a cell in pieces, one for each run of statements of one kind."""
    runs = [[node for node, _ in run] for _, run in groupby(zip(tree.body, kinds, strict=True), key=lambda one: one[1])]
    ends = [run[-1].end_lineno or 0 for run in runs]
    starts = [0]
    for run, end in zip(runs[1:], ends, strict=False):
        if _first_line(run[0]) > end:
            starts.append(end)
    at = [part.start + start for start in starts]
    yield from (Part(part.cell, start, end) for start, end in zip(at, [*at[1:], part.end], strict=True))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
