"""Represents what can be done about a problem without the user: the facts from which buttons and edits are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MakeStep:
    """Writes a header on top of a cell; the lines `stays` go to ordinary cells. With `above`, it moves there first."""

    cell: int
    header: str = ""
    stays: tuple[int, ...] = ()
    above: int = 0


@dataclass(frozen=True, slots=True)
class MoveCell:
    """Moves a cell directly above another one."""

    cell: int
    above: int


@dataclass(frozen=True, slots=True)
class SplitCell:
    """Starts a new cell with a line of a cell."""

    cell: int
    line: int


@dataclass(frozen=True, slots=True)
class WriteLine:
    """Writes another text in the place of a line."""

    cell: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class AddOption:
    """Writes an option at the end of the header of a cell."""

    cell: int
    option: str


@dataclass(frozen=True, slots=True)
class RemoveStatement:
    """Removes the statement that begins at a line."""

    cell: int
    line: int


@dataclass(frozen=True, slots=True)
class MoveStatement:
    """Moves the statement or the magic that begins at a line to an ordinary cell above the cell `above`."""

    cell: int
    line: int
    above: int
    is_import: bool = False


@dataclass(frozen=True, slots=True)
class AddImport:
    """Writes an import in an ordinary cell above a cell."""

    statement: str
    above: int


@dataclass(frozen=True, slots=True)
class RenameName:
    """Writes another expression wherever these cells use a name."""

    cells: tuple[int, ...]
    old: str
    new: str


Repair = (
    MakeStep | MoveCell | SplitCell | WriteLine | AddOption | RemoveStatement | MoveStatement | AddImport | RenameName
)
"""A change of cells after which a problem is gone. Lines count from 1 at the top of the cell."""
