"""Makes tables of the frames, series and indexes of pandas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from nbflow.jupyter.values.normal_form import (
    Coded,
    ColumnKind,
    Measured,
    NormalForm,
    Numbers,
    code_objects,
    measure,
    rank,
)  # fmt: skip
from nbflow.jupyter.values.whole_table import CountedColumn, FrameColumn, WholeTable


class PandasColumn(FrameColumn):
    """Is a column of pandas, or a level of an index."""

    def __init__(self, label: str, array: Any, is_index: bool = False) -> None:
        super().__init__(label, str(array.dtype), is_index)
        self._array = array

    @property
    def has_kinds_of_missing(self) -> bool:
        return getattr(self._array.dtype, "kind", "O") == "O"

    def at(self, places: Numbers) -> list[Any]:
        return list(self._array.take(places)) if len(places) else []

    def _normalise(self) -> NormalForm:
        array, dtype = self._array, self._array.dtype
        missing = np.asarray(pd.isna(array), bool)
        if isinstance(dtype, pd.CategoricalDtype):
            return self._of_categories()
        if isinstance(dtype, pd.DatetimeTZDtype):
            return self._of_zone(missing)
        if isinstance(dtype, np.dtype) and dtype.kind != "O":
            return measure(np.asarray(array), missing)
        if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
            kind = "f" if pd.api.types.is_float_dtype(dtype) else getattr(dtype, "kind", "O")
            if kind in "biuf":
                numbers = pd.array(array).to_numpy(dtype=_plain(dtype), na_value=0)
                return measure(numbers, missing)
        return self._of_objects(missing)

    def _of_categories(self) -> Coded:
        distinct = self._array.categories.tolist()
        codes = np.asarray(self._array.codes, np.int64)
        kind = ColumnKind.TEXT if all(isinstance(one, str) for one in distinct) else ColumnKind.OTHER
        return Coded(kind, codes, distinct, np.arange(len(distinct)))

    def _of_zone(self, missing: Any) -> Measured:
        moments = pd.Series(self._array)
        wall = moments.dt.tz_localize(None).to_numpy()
        numbers = moments.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        unit, _ = np.datetime_data(numbers.dtype)
        return Measured(ColumnKind.TIME, numbers.view(np.int64), missing, unit, wall.view(np.int64))

    def _of_objects(self, missing: Any) -> NormalForm:
        inferred = pd.api.types.infer_dtype(self._array, skipna=True)
        if inferred != "string":
            return code_objects(self._array, missing)
        codes, distinct = pd.factorize(self._array)
        listed = list(distinct)
        return Coded(ColumnKind.TEXT, np.asarray(codes, np.int64), listed, rank(listed))


def _plain(dtype: Any) -> Any:
    """Return the type of NumPy for a nullable type."""
    plain = getattr(dtype, "numpy_dtype", None)
    return np.dtype("float64") if plain is None else plain


class PandasTable(WholeTable):
    """Is a frame, a series or an index of pandas."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self._value, self.rows = value, len(value)
        self._levels = [] if isinstance(value, pd.Index) else _levels(value.index)
        named = [(label, str(array.dtype), True) for label, array in self._levels] or [("", "", True)]
        self._before = len(named)
        self.heads = [*named, *_heads(value)]

    def _make(self, number: int) -> FrameColumn:
        if number < len(self._levels):
            return PandasColumn(*self._levels[number], is_index=True)
        if number < self._before:
            return CountedColumn(self.rows)
        label, value = self.heads[number][0], self._value
        column = value.iloc[:, number - self._before] if isinstance(value, pd.DataFrame) else value
        if isinstance(value, pd.MultiIndex):
            return PandasColumn(label, value.get_level_values(number - self._before).array)
        return PandasColumn(label, column.array)

    @property
    def labels(self) -> Any:
        """Return the index by which rows are found in another version; None if its labels are not unique."""
        index = None if isinstance(self._value, pd.Index) else self._value.index
        return index if index is not None and index.is_unique else None


def _levels(index: Any) -> list[tuple[str, Any]]:
    """Return the label and the values of each level of an index; none if it only counts the rows from 0."""
    if isinstance(index, pd.RangeIndex) and (index.start, index.step, index.name) == (0, 1, None):
        return []
    names = [label_text(name) if name is not None else "" for name in index.names]
    return [(name, index.get_level_values(level).array) for level, name in enumerate(names)]


def _heads(value: Any) -> Sequence[tuple[str, str, bool]]:
    if isinstance(value, pd.DataFrame):
        labels = map(label_text, value.columns)
        return [(label, str(dtype), False) for label, dtype in zip(labels, value.dtypes, strict=True)]
    if isinstance(value, pd.MultiIndex):
        levels = enumerate(zip(value.names, value.dtypes, strict=True))
        return [
            (label_text(name) if name is not None else f"level {n}", str(dtype), False) for n, (name, dtype) in levels
        ]
    name = "value" if value.name is None else label_text(value.name)
    return [(name, str(value.dtype), False)]


def label_text(label: Any) -> str:
    """Return the label of a column as a text; the levels of a label are joined."""
    return " · ".join(map(label_text, label)) if isinstance(label, tuple) else str(label)
