"""Mends the cells of a notebook as a repair says. Nothing is executed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from nbflow.errors import NbflowError
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.repairs import (
    AddImport,
    AddOption,
    MakeStep,
    MoveCell,
    MoveStatement,
    RemoveStatement,
    RenameName,
    Repair,
    SplitCell,
    WriteLine,
)
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.flow.syntax.possible_repairs import cell_at
from nbflow.flow.syntax.statement_lines import lines_of_statement, tree_of, uses_of_name
from nbflow.notebook.convert import with_header
from nbflow.notebook.init.dividing import divided
from nbflow.notebook.init.groups import group_of
from nbflow.notebook.init.planned_kind import Becomes


class NotMended(NbflowError):
    """Raised instead of a change of cells that would not do what was offered."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"nothing was changed: {why}. Read the message again, and edit the cell")


@dataclass(frozen=True, slots=True)
class MendedCell:
    """Gives a cell this source. Cell 0 is a new one. With `above`, it stands directly above that cell."""

    cell: int
    source: str
    above: int = 0


def mend(cells: Sequence[Cell], repair: Repair) -> tuple[MendedCell, ...]:
    """Return the changes that a repair makes. Raises NotMended."""
    match repair:
        case MakeStep():
            return tuple(_make_step(cell_at(cells, repair.cell), repair))
        case MoveCell(number, above):
            return (MendedCell(number, cell_at(cells, number).source, above),)
        case SplitCell(number, line):
            return tuple(_split(cell_at(cells, number), line))
        case WriteLine(number, line, text):
            return (_with_lines(cell_at(cells, number), range(line, line + 1), [text]),)
        case AddOption(number, option):
            cell = cell_at(cells, number)
            line = read_header(cell.source).line
            header = lines_of(cell.source)[line - 1].rstrip()
            return (_with_lines(cell, range(line, line + 1), [f"{header} {option}"]),)
        case RemoveStatement(number, line):
            return (_with_lines(cell_at(cells, number), _statement(cell_at(cells, number), line)),)
        case MoveStatement():
            return tuple(_move(cells, repair))
        case AddImport(statement, above):
            return (_import(cells, [statement], above),)
        case RenameName(numbers, old, new):
            return tuple(_renamed(cell_at(cells, number), old, new) for number in numbers)
        case _:
            assert_never(repair)


def mended(cells: Sequence[Cell], changes: Iterable[MendedCell]) -> list[Cell]:
    """Return the cells after these changes; new and moved cells get new numbers."""
    changes = [*changes]
    known = {change.cell: change for change in changes if change.cell}
    found: list[Cell] = []
    for cell in cells:
        for change in changes:
            if change.above == cell.number:
                moved = cell_at(cells, change.cell) if change.cell else Cell(0, "")
                found.append(replace(moved, source=change.source))
        own = known.get(cell.number)
        if own is None or not own.above:
            found.append(replace(cell, source=own.source) if own else cell)
    return [replace(cell, number=number) for number, cell in enumerate(found, 1)]


def _make_step(cell: Cell, repair: MakeStep) -> Iterator[MendedCell]:
    parts = [*divided(group_of(cell), {*repair.stays})] if repair.stays else []
    if repair.stays and not parts:
        raise NotMended(f"cell {cell.number} cannot be divided")
    for part in parts[:-1]:
        yield MendedCell(0, _with_header(part.source, repair, part.becomes), cell.number)
    last, becomes = (parts[-1].source, parts[-1].becomes) if parts else (cell.source, Becomes.STEP)
    yield MendedCell(cell.number, _with_header(last, repair, becomes), repair.above)


def _with_header(source: str, repair: MakeStep, becomes: Becomes) -> str:
    return with_header(repair.header, source) if becomes is Becomes.STEP else source


def _split(cell: Cell, line: int) -> Iterator[MendedCell]:
    lines = lines_of(cell.source)
    yield MendedCell(0, "\n".join(lines[: line - 1]).rstrip(), cell.number)
    yield MendedCell(cell.number, "\n".join(lines[line - 1 :]))


def _with_lines(cell: Cell, where: range, new: Sequence[str] = ()) -> MendedCell:
    lines = lines_of(cell.source)
    return MendedCell(cell.number, "\n".join([*lines[: where.start - 1], *new, *lines[where.stop - 1 :]]))


def _statement(cell: Cell, line: int) -> range:
    found = lines_of_statement(cell.source, line)
    if found is None:
        raise NotMended(f"line {line} of cell {cell.number} holds more than one statement")
    return found


def _move(cells: Sequence[Cell], repair: MoveStatement) -> Iterator[MendedCell]:
    cell = cell_at(cells, repair.cell)
    where = _statement(cell, repair.line)
    moved = lines_of(cell.source)[where.start - 1 : where.stop - 1]
    yield _import(cells, moved, repair.above) if repair.is_import else MendedCell(0, "\n".join(moved), repair.above)
    yield _with_lines(cell, where)


def _import(cells: Sequence[Cell], lines: Sequence[str], above: int) -> MendedCell:
    """Return the change that writes an import below those of the first cell with imports, else into a new cell."""
    for cell in cells:
        ours = [one for one in _imports(cell) if one] if cell.number < above else []
        if ours:
            end = ours[-1].stop
            return _with_lines(cell, range(end, end), lines)
    return MendedCell(0, "\n".join(lines), above)


def _imports(cell: Cell) -> Iterator[range | None]:
    """Yield the lines of each import of an ordinary cell, None for one that shares its line."""
    tree = tree_of(cell.source) if read_header(cell.source).kind is CellKind.ORDINARY else None
    for node in tree.body if tree else ():
        if type(node).__name__ in ("Import", "ImportFrom"):
            yield lines_of_statement(cell.source, node.lineno)


def _renamed(cell: Cell, old: str, new: str) -> MendedCell:
    lines = [line.encode() for line in lines_of(cell.source)]
    for line, column in reversed(uses_of_name(cell.source, old) or ()):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + new.encode() + text[column + len(old.encode()) :]
    return MendedCell(cell.number, b"\n".join(lines).decode())
