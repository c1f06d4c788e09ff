"""Defines the messages about changes of cells: the plan that makes a flow of an ordinary notebook, and repairs."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.jupyter.protocol.messages import FlowShape, ProblemLine
from nbflow.notebook.init.planned_kind import PlannedKind


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """Says what becomes of cells, or of a part of one. `key` names the row while the text of the cells stays.

    `cells` are ids and `numbers` count the notebook's cells from 1. `renamable` tells whether the row is a new step,
    and `divisible` whether its cells could as well be steps of their own.
    """

    key: str
    cells: tuple[str, ...]
    numbers: tuple[int, ...]
    words: str
    kind: PlannedKind
    name: str
    why: str
    renamable: bool
    divisible: bool
    problems: tuple[ProblemLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ParameterOffer:
    """Describes a literal that could be a parameter, `EPOCHS = 10`, and whether it is one in this plan."""

    cell: str
    name: str
    text: str
    taken: bool


@dataclass(frozen=True, slots=True)
class CellEdit:
    """Describes a change of the notebook: the cell gets this source; without `cell`, a new cell gets it.

    A new cell stands directly above the cell `before`, or first of all; an old one moves there if `before` is not "".
    The `swallowed` cells are deleted, and the cell gets their outputs above its own.
    """

    cell: str
    before: str
    swallowed: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """Describes the flow that a notebook would be, with the edits that make it.

    `loops` are steps whose loop could be a foreach, with the option for that. `steps` counts the new steps, `errors`
    the problems that are left.
    """

    rows: tuple[PlannedRow, ...]
    offers: tuple[ParameterOffer, ...]
    loops: tuple[tuple[str, str], ...]
    shape: FlowShape
    edits: tuple[CellEdit, ...]
    steps: int
    errors: int


@dataclass(frozen=True, slots=True)
class RepairEdits:
    """Holds the changes that a repair makes, after which its problem is gone."""

    edits: tuple[CellEdit, ...]
