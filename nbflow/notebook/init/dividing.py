"""Divides a cell between its statements. The code keeps its order."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, pairwise, takewhile

from nbflow.flow.names.statements import DEFINING, first_line
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.groups import CellPart, Group
from nbflow.notebook.init.planned_kind import Becomes


def divided(group: Group, lines: Collection[int]) -> Iterator[Group]:
    """Yield the parts of a cell: ordinary cells for statements that begin in `lines`, with imports and functions around
    them, and step cells for the rest. Yield nothing for a cell that cannot be divided.
    """
    tree = tree_of(group.source)
    if tree is None or not tree.body or len(group.parts) > 1:
        return
    kinds = [node.lineno in lines for node in tree.body]
    _spread(tree.body, kinds, range(1, len(kinds)), -1)
    _spread(tree.body, kinds, range(len(kinds) - 2, -1, -1), 1)
    for is_ordinary, part in parts_of(group.parts[0], tree, kinds):
        yield Group((part,), Becomes.ORDINARY if is_ordinary else Becomes.STEP)


def _spread(body: Sequence[ast.stmt], kinds: list[bool], order: Iterable[int], step: int) -> None:
    """Keep imports and definitions in the part of the statements beside them."""
    for at in order:
        kinds[at] = kinds[at] or (kinds[at + step] and isinstance(body[at], DEFINING))


def parts_of(part: CellPart, tree: ast.Module, kinds: Collection[bool]) -> Iterator[tuple[bool, CellPart]]:
    """Yield the kind and the lines of each run of statements of one kind. No part begins with an empty line."""
    lines = lines_of(part.source)
    runs = [
        (kind, [node for node, _ in run])
        for kind, run in groupby(zip(tree.body, kinds, strict=True), lambda one: one[1])
    ]
    pieces = [(kind, 0) for kind, _ in runs[:1]]
    ends: list[int] = []
    for (_, above), (kind, run) in pairwise(runs):
        end = above[-1].end_lineno or 0
        if first_line(run[0]) > end:
            ends.append(part.start + end)
            empty = takewhile(lambda line: not line.strip(), lines[end:])
            pieces.append((kind, end + sum(1 for _ in empty)))
    for (kind, start), until in zip(pieces, [*ends, part.end], strict=True):
        yield kind, CellPart(part.cell, part.start + start, until)
