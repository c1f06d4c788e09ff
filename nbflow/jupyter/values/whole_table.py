"""Defines a table of any library: columns whose values are read by their places, and brought into a normal form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nbflow.jupyter.values.normal_form import NormalForm, Numbers, measure


class FrameColumn(ABC):
    """Is a column of a table. `is_index` says that it names the rows; `is_counted`, that it only counts them."""

    def __init__(self, label: str, dtype: str, is_index: bool = False, is_counted: bool = False) -> None:
        self.label, self.dtype, self.is_index, self.is_counted = label, dtype, is_index, is_counted

    @abstractmethod
    def at(self, places: Numbers) -> list[Any]:
        """Return the values of these rows as Python objects; a missing value is as its library has it."""

    @abstractmethod
    def _normalise(self) -> NormalForm:
        """Return the whole column in a form by which it is sorted."""

    @property
    def has_kinds_of_missing(self) -> bool:
        """Return whether there may be several kinds of missing values, such as None and NaN."""
        return True

    @cached_property
    def form(self) -> NormalForm:
        """Return the whole column in a form by which it is sorted; it is made once."""
        return self._normalise()


class ArrayColumn(FrameColumn):
    """Is a column of a NumPy array."""

    def __init__(self, label: str, array: Numbers) -> None:
        super().__init__(label, str(array.dtype))
        self._array = array

    @property
    def has_kinds_of_missing(self) -> bool:
        return self._array.dtype.kind == "O" or isinstance(self._array, np.ma.MaskedArray)

    def at(self, places: Numbers) -> list[Any]:
        taken = self._array[places]
        if taken.dtype.kind in "Mm":
            return list(taken)  # as Python objects, nanoseconds are whole numbers
        values: list[Any] = taken.tolist()
        return values

    def _normalise(self) -> NormalForm:
        masked = isinstance(self._array, np.ma.MaskedArray)
        array = np.ma.getdata(self._array)
        return measure(array, np.ma.getmaskarray(self._array) if masked else None)


class CountedColumn(FrameColumn):
    """Numbers the rows of a table that has no names for them."""

    def __init__(self, rows: int) -> None:
        super().__init__("", "", is_index=True, is_counted=True)
        self._rows = rows

    def at(self, places: Numbers) -> list[Any]:
        values: list[Any] = places.tolist()
        return values

    def _normalise(self) -> NormalForm:
        return measure(np.arange(self._rows))


class WholeTable(ABC):
    """Is a frame, a series or an array with one or two dimensions. The columns that name the rows come first."""

    rows: int
    heads: Sequence[tuple[str, str, bool]]
    """Holds the label, the type, and whether it names the rows, of each column."""

    def __init__(self) -> None:
        self._made: dict[int, FrameColumn] = {}

    @abstractmethod
    def _make(self, number: int) -> FrameColumn: ...

    def column(self, number: int) -> FrameColumn:
        """Return a column by its number."""
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]

    @property
    def columns(self) -> Iterator[FrameColumn]:
        """Yield all columns."""
        return map(self.column, range(len(self.heads)))


class ArrayTable(WholeTable):
    """Is a NumPy array with one or two dimensions; the fields of a structured array are columns."""

    def __init__(self, array: Numbers) -> None:
        super().__init__()
        self._array, self.rows = array, len(array)
        self._fields: Sequence[str] | None = array.dtype.names if array.ndim == 1 else None
        if self._fields:
            named = [(name, str(array.dtype[name]), False) for name in self._fields]
        elif array.ndim == 1:
            named = [("value", str(array.dtype), False)]
        else:
            named = [(str(number), str(array.dtype), False) for number in range(array.shape[1])]
        self.heads = [("", "", True), *named]

    def _make(self, number: int) -> FrameColumn:
        label = self.heads[number][0]
        if number == 0:
            return CountedColumn(self.rows)
        if self._fields:
            return ArrayColumn(label, self._array[label])
        return ArrayColumn(label, self._array if self._array.ndim == 1 else self._array[:, number - 1])
