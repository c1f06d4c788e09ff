"""Describes the new cells of a plan in the order of the file, before they are written."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.notebook.convert import convert_header, with_header
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.init_plan import InitPlan

LOAD = "%load_ext nbflow"


@dataclass(frozen=True, slots=True)
class LineRange:
    """Names lines of a cell of the file. Cells of every kind are counted; without `end`, all lines to the last."""

    cell: int
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class NewCell:
    """Describes a cell of the new file: lines of old cells below added lines. Without old lines it is a new cell."""

    lines: tuple[LineRange, ...] = ()
    added: tuple[str, ...] = ()
    source: str = ""
    is_code: bool = True

    @property
    def is_kept(self) -> bool:
        return not self.added and len(self.lines) == 1 and self.lines[0] == LineRange(self.lines[0].cell)

    @property
    def base(self) -> int:
        """Return the number of the old cell whose metadata it keeps; 0 for none."""
        return self.lines[-1].cell if self.lines and self.lines[-1].end is None else 0

    @property
    def swallowed(self) -> tuple[int, ...]:
        """Return the old cells that end in it, without the last one."""
        return tuple(one.cell for one in self.lines[:-1] if one.end is None)


def new_cells(plan: InitPlan, count: int, form: str) -> list[NewCell]:
    """Return what becomes of the `count` cells of a file. Texts between merged cells move above them."""
    by_cell: dict[int, list[Group]] = {}
    for group in plan.groups:
        by_cell.setdefault(group.last, []).append(group)
    inside = {part.cell.number for group in plan.groups for part in group.parts}
    loading = _loading(plan)
    found = [] if loading is not None or not plan.loads else [NewCell(added=(LOAD,), source=LOAD)]
    for number in range(1, count + 1):
        if number not in inside:
            found.append(NewCell((LineRange(number),), is_code=False))
        found += [_new_cell(group, form, loads=group is loading) for group in by_cell.get(number, ())]
    return found


def _loading(plan: InitPlan) -> Group | None:
    """Return the first cell if it can also load nbflow: an ordinary cell that begins with no header or option."""
    first = plan.groups[0] if plan.groups else None
    if first is None or not plan.loads or first.is_new or first.settled:
        return None
    return None if first.source.lstrip().startswith(("%%", "#|")) or not first.source.strip() else first


def _new_cell(group: Group, form: str, *, loads: bool) -> NewCell:
    lines = tuple(LineRange(part.cell.number, part.start, part.end) for part in group.parts)
    header = convert_header(group.header, form) if group.is_new else ""
    added = (header,) if header else (LOAD,) if loads else ()
    source = with_header(header, group.source) if header else "\n".join([*added, group.source])
    return NewCell(lines, added, source)
