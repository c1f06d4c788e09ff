"""Groups cells, or parts of cells, that become one cell of the flow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nbflow.flow.reading.cells import cell_kind
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.notebook.init.planned_kind import Becomes


@dataclass(frozen=True, slots=True)
class CellPart:
    """Names lines of a cell from `start` (0 is the first) to before `end`; by default the whole cell."""

    cell: Cell
    start: int = 0
    end: int | None = None

    @property
    def source(self) -> str:
        if self.is_whole:
            return self.cell.source
        return "\n".join(lines_of(self.cell.source)[self.start : self.end])

    @property
    def is_whole(self) -> bool:
        return not self.start and self.end is None

    @property
    def is_last(self) -> bool:
        return self.end is None


@dataclass(frozen=True, slots=True)
class Group:
    """Describes one cell of the planned flow.

    `settled` means that init must not change it: it had a header already, nbflow cannot make a step of it, or the user
    wants it as it is. `chosen` means that the user has chosen what it becomes, and `divisible` that its cells were
    merged for their size alone. `why` gives the reason where the code alone does not show it.
    """

    parts: tuple[CellPart, ...]
    becomes: Becomes = Becomes.ORDINARY
    settled: bool = False
    why: str = ""
    name: str = ""
    after: tuple[str, ...] = ()
    chosen: bool = False
    divisible: bool = False

    @property
    def number(self) -> int:
        return self.parts[0].cell.number

    @property
    def source(self) -> str:
        """Return the code without the planned header."""
        return (
            "\n\n".join(part.source.rstrip("\r\n") for part in self.parts) if self.parts[1:] else self.parts[0].source
        )

    @property
    def is_new(self) -> bool:
        """Tell whether the cell gets a header that it did not have before."""
        return not self.settled and self.becomes is not Becomes.ORDINARY

    @property
    def is_open(self) -> bool:
        """Tell whether rules may still make something else of the cell."""
        return not self.settled and self.becomes in (Becomes.STEP, Becomes.ORDINARY)

    @property
    def header(self) -> str:
        """Return the header that the cell gets, as a magic; "" if it gets none."""
        if not self.is_new:
            return ""
        after = f" --after {','.join(self.after)}" if self.after else ""
        return f"%%step {self.name or self.key}{after}" if self.becomes is Becomes.STEP else f"%%{self.becomes}"

    @property
    def key(self) -> str:
        """Return a name for a step that has none yet."""
        return f"cell_{self.number}_{self.parts[0].start}"

    @property
    def cell(self) -> Cell:
        """Return the cell as the checker reads it, with its present number; a later part keeps its line numbers."""
        lines = [self.header, self.source] if self.is_new else [self.source]
        return replace(self.parts[0].cell, source="\n" * self.above + "\n".join(lines))

    @property
    def above(self) -> int:
        """Return how many blank lines replace the parts of the cell above this one and their header."""
        return self.parts[0].start + 1 if self.parts[0].start else 0

    @property
    def last(self) -> int:
        return self.parts[-1].cell.number

    def become(self, becomes: Becomes, why: str, *, settled: bool = False) -> Group:
        return replace(self, becomes=becomes, why=why, settled=settled)

    def become_step(self, why: str) -> Group:
        """Return the group as a step, without a `%%time` on top: the time of every task is stored anyway."""
        first = self.parts[0]
        start = _lines_of_timing(first.source)
        parts = (replace(first, start=first.start + start), *self.parts[1:]) if start else self.parts
        return replace(self, parts=parts, becomes=Becomes.STEP, why=why)


def _lines_of_timing(source: str) -> int:
    """Return how many lines a bare `%%time` takes, with the blank ones above it, at the beginning of a cell."""
    found = _TIMING.match(source)
    return found[0].count("\n") if found else 0


_TIMING = re.compile(r"(?:[ \t]*\n)*%%time[ \t]*\n")


def group_of(cell: Cell) -> Group:
    """Return a group of one cell; a cell that nbflow knows already stays what it is."""
    kind = cell_kind(cell, read_header(cell.source))
    known = {
        CellKind.STEP: (Becomes.STEP, "is a step already"),
        CellKind.PARAMETERS: (Becomes.PARAMETERS, "holds parameters already"),
        CellKind.SHARED: (Becomes.ORDINARY, "is shared already"),
        CellKind.ENVIRONMENT: (Becomes.ORDINARY, "names an environment already"),
    }
    if kind in known:
        becomes, why = known[kind]
        return Group((CellPart(cell),), becomes, settled=True, why=why)
    return Group((CellPart(cell),))
