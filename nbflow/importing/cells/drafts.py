"""Holds the cells of a notebook before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell


@dataclass(frozen=True, slots=True)
class CellDraft:
    """Holds one planned cell. `line` is the script line it comes from, `step` the name of its step, if it is one."""

    source: str
    markdown: bool = False
    line: int = 0
    step: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class HeaderDraft:
    """Holds the header of a planned step cell, option by option."""

    name: str
    foreach: str = ""
    join: str = ""
    guard: str = ""
    loop: str = ""
    options: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        after = [f"--after {','.join(self.after)}"] if self.after else []
        reads = [f"--in {','.join(self.reads)}"] if self.reads else []
        parts = [f"%%step {self.name}", *after, self.foreach, self.join, self.guard, self.loop, *reads, *self.options]
        return " ".join(part for part in parts if part)


@dataclass
class StepDrafts:
    """Holds the planned step cells in order, and the cells above them; both can still change."""

    around: tuple[CellDraft, ...]
    headers: dict[str, HeaderDraft]
    bodies: dict[str, str]
    lines: Mapping[str, int]

    @property
    def drafts(self) -> list[CellDraft]:
        return [
            CellDraft(f"{header.text}\n{self.bodies[name]}", line=self.lines[name], step=name)
            for name, header in self.headers.items()
        ]

    def graph(self) -> Graph:
        return link(read_flow(cells_of([*self.around, *self.drafts]), "", ""))


def cells_of(drafts: Iterable[CellDraft]) -> list[Cell]:
    return [Cell(number, draft.source) for number, draft in enumerate(drafts, 1)]
