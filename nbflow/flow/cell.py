"""Cells of a document, places in them, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a cell. Cells count from 1 as they stand in the notebook, lines from the cell's first line as 1."""

    document: str
    cell: int
    line: int = 1

    def __str__(self) -> str:
        """A script has no cells: its places have cell 0."""
        cell = f" · cell {self.cell}" if self.cell else ""
        return f"{self.document}{cell}, line {self.line}"


NOWHERE = Place("", 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell of a document: its text, and what the notebook says about it."""

    number: int
    source: str
    id: str = ""
    tags: frozenset[str] = frozenset()
    above: str = ""  # the markdown between this code cell and the one before it


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a flow, where, and what to do about it."""

    rule: str
    message: str
    fix: str
    place: Place | None = None
    step: str | None = None
    warning: bool = False

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message}. {self.fix}"
