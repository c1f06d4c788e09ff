"""Compares two versions of a table by cell, as a table that has the rows and columns of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nbflow.jupyter.values.normal_form import (
    ABSENT,
    Coded,
    Mask,
    Measured,
    NormalForm,
    Numbers,
    code_objects,
    key_of,
)  # fmt: skip
from nbflow.jupyter.values.sheet_cells import whole_text
from nbflow.jupyter.values.whole_table import FrameColumn, WholeTable


class ComparedColumn(FrameColumn):
    """Is a column of the version `now`, with what it was `before`; one of them may not have it."""

    def __init__(self, now: FrameColumn | None, before: FrameColumn | None, rows: MatchedRows) -> None:
        known = now or before
        assert known is not None
        super().__init__(known.label, known.dtype, known.is_index, known.is_counted)
        self.now, self.before, self.rows = now, before, rows

    def at(self, places: Numbers) -> list[Any]:
        """Return the values now; for rows and columns that are gone, those before."""
        old = self.values_before(places)
        if self.now is None:
            return old
        now = _at(self.now, self.rows.now[places])
        removed = self.rows.now[places] < 0
        return [before if is_gone else value for value, before, is_gone in zip(now, old, removed, strict=True)]

    def values_before(self, places: Numbers) -> list[Any]:
        """Return the values before."""
        return _at(self.before, self.rows.before[places])

    @cached_property
    def changed(self) -> Mask:
        """Return in which rows the value has changed; they are in both versions."""
        found = np.zeros(len(self.rows.now), bool)
        if self.now is not None and self.before is not None and not self.is_index:
            both = np.flatnonzero(self.rows.in_both)
            found[both] = _differ(self.before, self.rows.before[both], self.now, self.rows.now[both])
        return found

    @property
    def mark(self) -> str:
        """Return whether the column was added, removed, or got another type."""
        if self.is_index:
            return ""
        if self.now is None or self.before is None:
            return "removed" if self.now is None else "added"
        return "retyped" if self.now.dtype != self.before.dtype else ""

    def _normalise(self) -> NormalForm:
        if self.now is not None and not self.rows.removed.any():
            return self.now.form
        return code_objects(self.at(np.arange(len(self.rows.now))))


def _at(column: FrameColumn | None, places: Numbers) -> list[Any]:
    """Return values of a column; ABSENT for places below 0."""
    found: list[Any] = [ABSENT] * len(places)
    known = np.flatnonzero(places >= 0)
    if column is not None and len(known):
        for place, value in zip(known.tolist(), column.at(places[known]), strict=True):
            found[place] = value
    return found


# cells that differ


def _differ(one: FrameColumn, ones: Numbers, other: FrameColumn, others: Numbers) -> Mask:
    first, second = one.form, other.form
    gone, came = first.missing[ones], second.missing[others]
    differ: Mask = gone != came
    both = np.flatnonzero(~gone & ~came)
    differ[both] = _differ_in_value(one, ones[both], other, others[both])
    neither = np.flatnonzero(gone & came)
    if len(neither) and (one.has_kinds_of_missing or other.has_kinds_of_missing):
        texts = (map(whole_text, column.at(at[neither])) for column, at in ((one, ones), (other, others)))
        differ[neither] = [left != right for left, right in zip(*texts, strict=True)]
    return differ


def _differ_in_value(one: FrameColumn, ones: Numbers, other: FrameColumn, others: Numbers) -> Any:
    first, second = one.form, other.form
    match first, second:
        case Measured(), Measured() if _are_alike(first, second):
            return first.numbers[ones] != second.numbers[others]
        case Coded(), Coded():
            return _recoded(first, second)[first.codes[ones]] != second.codes[others]
    pairs = zip(map(_exact, one.at(ones)), map(_exact, other.at(others)), strict=True)
    return np.array([not _are_equal(left, right) for left, right in pairs], bool)


def _are_alike(one: Measured, other: Measured) -> bool:
    kinds = one.numbers.dtype.kind, other.numbers.dtype.kind
    return (one.kind, one.unit, one.wall is None) == (other.kind, other.unit, other.wall is None) and len({*kinds}) == 1


def _recoded(one: Coded, other: Coded) -> Numbers:
    """Return, for each code of a form, the code of the same value in another form; -2 if that does not have it."""
    known = {key_of(value): code for code, value in enumerate(other.distinct)}
    return np.array([*(known.get(key_of(value), -2) for value in one.distinct), -1])


def _exact(value: Any) -> Any:
    """Return a number of NumPy as one of Python, which compares whole numbers with floats without rounding them."""
    return value.item() if isinstance(value, np.number | np.bool_) else value


def _are_equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - the user's own __eq__
        return key_of(one) == key_of(other)


# rows and columns


class MatchedRows:
    """Says where each row is: its place `now` and `before`, -1 where a version does not have it. New rows come last."""

    def __init__(self, now: Numbers, before: Numbers, matched_by: str) -> None:
        self.now, self.before, self.matched_by = now, before, matched_by

    @property
    def in_both(self) -> Mask:
        """Return which rows both versions have."""
        return (self.now >= 0) & (self.before >= 0)

    @property
    def removed(self) -> Mask:
        """Return which rows are gone."""
        return self.now < 0

    @property
    def added(self) -> Mask:
        """Return which rows are new."""
        return self.before < 0


def match_rows(now: WholeTable, before: WholeTable) -> MatchedRows:
    """Find the rows of two versions by their index if it is unique in both, else by their positions."""
    found = _found_by_index(now, before)
    matched_by = "position" if found is None else "index"
    if found is None:
        found = np.arange(now.rows)
        found[before.rows :] = -1
    seen = np.zeros(before.rows, bool)
    seen[found[found >= 0]] = True
    gone = np.flatnonzero(~seen)
    places = np.concatenate([np.arange(now.rows), np.full(len(gone), -1)])
    return MatchedRows(places, np.concatenate([found, gone]), matched_by)


def _found_by_index(now: WholeTable, before: WholeTable) -> Numbers | None:
    one, other = getattr(now, "labels", None), getattr(before, "labels", None)
    if one is None or other is None or one.nlevels != other.nlevels:
        return None
    try:
        return np.asarray(other.get_indexer(one), np.int64)
    except Exception:  # noqa: BLE001 - labels that cannot be compared, or the user's own
        return None


class ComparedTable(WholeTable):
    """Has the rows and columns of two versions of a table: those of now, then those that are gone."""

    def __init__(self, now: WholeTable, before: WholeTable) -> None:
        super().__init__()
        self.matched = match_rows(now, before)
        self.rows = len(self.matched.now)
        self._pairs = list(_match_columns(now.heads, before.heads))
        self._now, self._before = now, before
        self.heads = [now.heads[one] if one is not None else before.heads[other or 0] for one, other in self._pairs]

    def _make(self, number: int) -> ComparedColumn:
        one, other = self._pairs[number]
        now = None if one is None else self._now.column(one)
        before = None if other is None else self._before.column(other)
        return ComparedColumn(now, before, self.matched)

    def compared(self, number: int) -> ComparedColumn:
        """Return a column with both versions."""
        found = self.column(number)
        assert isinstance(found, ComparedColumn)
        return found

    @cached_property
    def changed(self) -> Mask:
        """Return which rows are new or gone, or have a cell that has changed."""
        masks = (self.compared(number).changed for number in range(len(self.heads)))
        found: Mask = np.logical_or.reduce([self.matched.added, self.matched.removed, *masks])
        return found


Head = tuple[str, str, bool]


def _match_columns(now: Sequence[Head], before: Sequence[Head]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the numbers of each column in both versions. Columns of one label are matched in their order."""
    ours, theirs = _numbered(now), _numbered(before)
    yield from ((number, theirs.get(key)) for key, number in ours.items())
    yield from ((None, number) for key, number in theirs.items() if key not in ours and not before[number][2])


def _numbered(heads: Sequence[Head]) -> dict[tuple[str, bool, int], int]:
    seen: Counter[tuple[str, bool]] = Counter()
    found: dict[tuple[str, bool, int], int] = {}
    for number, (label, _, is_index) in enumerate(heads):
        key = ("" if is_index else label, is_index)
        found[(*key, seen[key])] = number
        seen[key] += 1
    return found
