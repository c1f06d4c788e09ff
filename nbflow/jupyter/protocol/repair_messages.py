"""Defines the messages about repairs: what a button beside a problem does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

REPAIRS = "application/vnd.nbflow.repairs.v1+json"
"""The MIME type in which the kernel shows, below the error of a cell, the repairs for it."""


class RepairKind(StrEnum):
    """Says what a repair does: most change cells, the last four act on runs and parameters."""

    MAKE_STEP = "make-step"
    MOVE_CELL = "move-cell"
    SPLIT_CELL = "split-cell"
    WRITE_LINE = "write-line"
    ADD_OPTION = "add-option"
    REMOVE_STATEMENT = "remove-statement"
    MOVE_STATEMENT = "move-statement"
    MOVE_IMPORT = "move-import"
    ADD_IMPORT = "add-import"
    RENAME = "rename"
    RUN_FIRST = "run-first"
    RUN_AGAIN = "run-again"
    DEBUG = "debug"
    SET_PARAMETERS = "set-parameters"


@dataclass(frozen=True, slots=True)
class RepairLine:
    """Describes a repair. `cell` is the id of the cell that changes, `number` and `above` count the cells from 1.

    `text` is what is written: a header, a line, an option, an import, a name. `old` is the name that it replaces.
    `target` is a step up to which is run, or a task such as `fit[3]`; `steps` are those without a stored result, which
    took `seconds` together.
    """

    kind: RepairKind
    cell: str = ""
    number: int = 0
    line: int = 0
    above: int = 0
    text: str = ""
    old: str = ""
    target: str = ""
    steps: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RepairList:
    """Holds the repairs for the error of a cell."""

    repairs: tuple[RepairLine, ...]
