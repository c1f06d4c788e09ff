"""Remembers what the cells above the last edit say, so that only those below are read and sorted again."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from nbflow.flow.reading.prelude import Sortable, Sorting, SortingFacts
from nbflow.flow.reading.reading_of_cells import Reading
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.definition import Definition, Prelude


@dataclass(slots=True)
class ReadingMark:
    """Stands below the first `count` cells, and holds what they say and how they were sorted.

    `aspect` is what the reading of each cell depends on beside its text.
    """

    count: int = 0
    aspect: object = None
    found: Reading = field(default_factory=Reading)
    sorting: Sorting | None = None


@dataclass(slots=True)
class ReadingMemory:
    """Keeps what was read of one document above the cell that was edited last: it is likely to be edited again."""

    edited: int = 0  # the position of the first cell that differs from the last reading
    _cells: Sequence[Cell] = ()
    _mark: ReadingMark = field(default_factory=ReadingMark)
    _prelude: Prelude = field(default_factory=Prelude)

    def above_edits(self, cells: Sequence[Cell], aspect: object) -> ReadingMark:
        """Return a mark above all cells that have changed since the last reading."""
        before, self._cells = self._cells, tuple(cells)
        pairs = zip(before, cells, strict=False)
        self.edited = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1] or pair[0] == pair[1], pairs))
        if self._mark.count > self.edited or self._mark.aspect != aspect:
            self._mark = ReadingMark(aspect=aspect)
        return self._mark

    def move_mark(self, found: Reading) -> None:
        """Put the mark above the edited cell; `found` is what the cells above it say."""
        self._mark = replace(self._mark, count=self.edited, found=found.copy())

    def sort(self, parts: Sequence[Sortable], facts: SortingFacts) -> Sorting:
        """Sort all parts of the document."""
        above, self._mark.sorting = self._mark.sorting, None
        if above is None or not facts.is_like(above.facts, parts):
            above = Sorting(facts)
        above.sort(parts[above.passed : len(self._mark.found.parts)])
        self._mark.sorting = above
        result = above.copy()
        result.sort(parts[result.passed :])
        return result

    def prelude(self, definitions: Sequence[Definition]) -> Prelude:
        """Return the prelude of these definitions: the same object while they are the same, with all that it has found.

        A prelude that steps see in several forms is made anew: a form is that of the first step that has asked for it.
        """
        known = self._prelude.definitions
        is_same = len(known) == len(definitions) and all(map(operator.is_, known, definitions))
        if not (is_same and self._prelude.is_same_everywhere):
            self._prelude = Prelude(tuple(definitions))
        return self._prelude
