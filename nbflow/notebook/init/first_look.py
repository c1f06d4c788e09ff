"""Begins a plan: what the first look at a cell shows, and what the user has decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.groups import CellPart, Group, group_of
from nbflow.notebook.init.planned_kind import Becomes


@dataclass(frozen=True, slots=True)
class Choices:
    """Holds what the user decides instead of a rule.

    `kinds` says by the number of a cell what it becomes, `names` by the key of a group how its step is called, and
    `parameters` names the offered literals that become parameters. With `only`, no other cells than these change.
    """

    kinds: Mapping[int, Becomes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()
    only: frozenset[int] | None = None


def first_look(cell: Cell, choices: Choices) -> Group:
    """Return the group of a cell, as the user wants it. A cell that is not valid Python stays as it is."""
    group = group_of(cell)
    kind = choices.kinds.get(cell.number)
    if kind is not None:
        return _as_chosen(group, kind)
    if choices.only is not None:
        return replace(group, settled=True)
    if not group.settled and tree_of(cell.source) is None:
        return group.become(Becomes.ORDINARY, "left alone: it is not valid Python", settled=True)
    return group


def _as_chosen(group: Group, kind: Becomes) -> Group:
    if group.settled and group.becomes is kind:
        return group
    bare = replace(group, parts=_without_header(group.parts[0].cell), settled=False)
    match kind:
        case Becomes.STEP:
            return replace(bare.become_step(""), chosen=True)
        case Becomes.ORDINARY:
            return replace(bare.become(kind, "", settled=True), chosen=True)
        case _:
            return bare.become(kind, "as you chose")


def _without_header(cell: Cell) -> tuple[CellPart, ...]:
    """Return the lines of a cell above and below its header."""
    header = read_header(cell.source)
    if header.kind not in (CellKind.STEP, CellKind.PARAMETERS, CellKind.SHARED):
        return (CellPart(cell),)
    above = CellPart(cell, 0, header.line - 1)
    return (*([above] if above.source.strip() else []), CellPart(cell, header.line))
