"""Chooses repairs for problems. Each function returns None where only the user can decide, or where code is unclear."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from nbflow.flow.source.cell import Cell
from nbflow.flow.source.ipython import MagicRefused, read_line
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.repairs import (
    MoveStatement,
    RemoveStatement,
    RenameName,
    Repair,
    SplitCell,
    WriteLine,
)
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.statement_lines import (
    import_of,
    is_read_only,
    line_of_deletion,
    lines_of_statement,
    uses_of_name,
)


def cell_at(cells: Sequence[Cell], number: int) -> Cell:
    """Return the cell with a number."""
    return next(cell for cell in cells if cell.number == number)


def rewrite_header(cell: Cell, old: str, new: str) -> WriteLine | None:
    """Return the repair that writes a word of the header in another way."""
    line = read_header(cell.source).line
    return rewrite_line(cell, line, old, new) if line else None


def rewrite_line(cell: Cell, line: int, old: str, new: str) -> WriteLine | None:
    """Return the repair that writes a word of a line in another way; the word stands there once."""
    text = lines_of(cell.source)[line - 1]
    right, count = re.subn(rf"(?<![\w-]){re.escape(old)}(?![\w-])", lambda _: new, text)
    return WriteLine(cell.number, line, right.rstrip()) if count == 1 else None


def remove_deletion(cell: Cell, name: str) -> RemoveStatement | None:
    """Return the repair that removes `del name` from a cell."""
    line = line_of_deletion(cell.source, name)
    return RemoveStatement(cell.number, line) if line else None


def remove_statement(cell: Cell, line: int) -> RemoveStatement | None:
    """Return the repair that removes the statement at a line."""
    return RemoveStatement(cell.number, line) if lines_of_statement(cell.source, line) else None


def move_statement(cell: Cell, line: int) -> MoveStatement | None:
    """Return the repair that moves the statement at a line to an ordinary cell above its own."""
    return MoveStatement(cell.number, line, cell.number) if lines_of_statement(cell.source, line) else None


def move_import(cell: Cell, name: str) -> MoveStatement | None:
    """Return the repair that moves the import of a name out of a step."""
    line = import_of(cell.source, name)
    return MoveStatement(cell.number, line, cell.number, is_import=True) if line else None


def rename(cells: Iterable[Cell], old: str, new: str, taken: Collection[str] = ()) -> RenameName | None:
    """Return the repair that writes another name, which no cell uses for something else."""
    changing = [cell for cell in cells if old in cell.source]
    if new in taken or not changing or not all(uses_of_name(cell.source, old) for cell in changing):
        return None
    return RenameName(tuple(cell.number for cell in changing), old, new)


def read_from(cell: Cell, name: str, where: str) -> RenameName | None:
    """Return the repair that reads a name as an attribute: `inputs.score` for `score`."""
    return rename([cell], name, f"{where}.{name}") if is_read_only(cell.source, name) else None


def move_refused(refusal: MagicRefused, words: str, cell: Cell, line: int) -> Repair | None:
    """Return the repair that moves a line to where it may stand; the value of a magic is needed where it is."""
    read = read_line(words)
    is_plain = read is not None and not read.target and not read.name.startswith("%")
    match refusal.goes:
        case "own cell":
            return SplitCell(cell.number, line)
        case "ordinary cell" if is_plain:
            return move_statement(cell, line)
        case "nowhere" if is_plain:
            return remove_statement(cell, line)
        case _:
            return None
