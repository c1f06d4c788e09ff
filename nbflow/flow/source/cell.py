"""Represents the cells of a document, places in them, and problems found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nbflow.flow.source.repairs import MakeStep, Repair

_NAMED = 3
"""The number of steps that a message names one by one."""
_LONGEST = 32
"""The most characters of a cell's first words that a message shows."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Names a line of a cell. Cells count from 1 in the order of the notebook, lines from 1 at the top of the cell.

    `words` are the first words of an ordinary cell; they are "" for a step, which has a name. `above` is the number of
    lines above the cell in a text file.
    """

    document: str
    cell: int
    line: int = 1
    column: int = 0  # of the statement: a line may hold several
    words: str = field(default="", compare=False)
    above: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """Return the place as messages show it. Places in a script have cell 0, because a script has no cells."""
        if self.above is not None:
            return f"{self.document}:{self.above + self.line} · {self.named_cell}"
        cell = f" · {self.named_cell}" if self.cell else ""
        return f"{self.document}{cell}, line {self.line}"

    @property
    def named_cell(self) -> str:
        """Return the cell as people find it: its number and its first words."""
        return f"cell {self.cell} `{self.words}`" if self.words else f"cell {self.cell}"


NOWHERE = Place("", 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """Represents one code cell of a document: its text and what the notebook says about it."""

    number: int
    source: str
    id: str = ""
    tags: frozenset[str] = frozenset()
    above: str = ""  # the markdown between this code cell and the one before it
    lines_above: int | None = None  # in a text file

    def place(self, document: str, line: int = 1, *, named: bool = True) -> Place:
        """Return the place of a line of this cell; `named` adds the first words of the cell."""
        words = shortened(self.first_words, _LONGEST) if named else ""
        return Place(document, self.number, line, words=words, above=self.lines_above)

    @property
    def first_words(self) -> str:
        """Return the first line of the cell that is neither blank nor a comment."""
        lines = [line.strip() for line in self.source.splitlines() if line.strip()]
        return next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")


def shortened(text: str, longest: int) -> str:
    """Return the text, cut to at most `longest` characters with `…` at the end."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Need:
    """Names a step that a problem elsewhere affects, directly or `through` a function that it uses."""

    step: str
    through: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Says what is wrong with a flow, where, and what to do about it.

    `needs` are the steps that cannot run correctly because of it, in document order. `repair` says how to do it without
    the user, if there is a way.
    """

    rule: str
    message: str
    fix: str
    place: Place | None = None
    step: str | None = None
    warning: bool = False
    needs: tuple[Need, ...] = ()
    repair: Repair | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.told}. {self.fix}"

    @property
    def header(self) -> str:
        """Return the line to write on top of the cell, if that is the whole fix."""
        return self.repair.header if isinstance(self.repair, MakeStep) and not self.repair.above else ""

    @property
    def stays(self) -> tuple[int, ...]:
        """Return the lines of a cell that becomes a step which must move to an ordinary cell."""
        return self.repair.stays if isinstance(self.repair, MakeStep) else ()

    @property
    def told(self) -> str:
        """Return what is wrong, and which steps that concerns."""
        return f"{self.message}; needed in {_listed(self.needs)}" if self.needs else self.message

    def concerns(self, step: str) -> bool:
        """Return whether the problem is in this step or affects it."""
        return step == self.step or any(need.step == step for need in self.needs)


def _listed(needs: Sequence[Need]) -> str:
    said = [f"'{need.step}'" + (f" (through '{need.through}')" if need.through else "") for need in needs]
    steps = "steps" if len(said) > 1 else "step"
    if len(said) > _NAMED:
        return f"{steps} {', '.join(said[: _NAMED - 1])} and {len(said) - _NAMED + 1} more"
    return f"{steps} {', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else f"{steps} {said[0]}"
