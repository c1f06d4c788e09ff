"""Makes tables of pyarrow and polars."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbflow.jupyter.values.normal_form import (
    Coded,
    ColumnKind,
    Measured,
    NormalForm,
    Numbers,
    code_objects,
    measure,
    rank,
)
from nbflow.jupyter.values.whole_table import CountedColumn, FrameColumn, WholeTable


class ArrowColumn(FrameColumn):
    """Is a column of pyarrow."""

    def __init__(self, label: str, array: Any) -> None:
        super().__init__(label, str(array.type))
        self._array = array

    def at(self, places: Numbers) -> list[Any]:
        values: list[Any] = self._array.take(places).to_pylist()
        return values

    def _normalise(self) -> NormalForm:
        import pyarrow as pa  # noqa: PLC0415 - an extra of the environment

        array = self._array.combine_chunks() if isinstance(self._array, pa.ChunkedArray) else self._array
        kind, types = array.type, pa.types
        missing = np.asarray(array.is_null())
        if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
            return measure(np.asarray(array.fill_null(False if types.is_boolean(kind) else 0)), missing)
        if types.is_timestamp(kind) or types.is_duration(kind):
            numbers = np.asarray(array.cast(pa.int64()).fill_null(0))
            return Measured(_time_kind(types.is_timestamp(kind)), numbers, missing, kind.unit, _wall(array, missing))
        if types.is_string(kind) or types.is_large_string(kind):
            return _code_texts(array)
        return code_objects(array.to_pylist(), missing)


def _time_kind(is_moment: bool) -> ColumnKind:
    return ColumnKind.TIME if is_moment else ColumnKind.DURATION


def _wall(array: Any, missing: Any) -> Numbers | None:
    """Return times with a time zone as clocks show them."""
    if getattr(array.type, "tz", None) is None:
        return None
    import pyarrow as pa  # noqa: PLC0415 - an extra of the environment
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    return np.asarray(pc.local_timestamp(array).cast(pa.int64()).fill_null(0))


def _code_texts(array: Any) -> Coded:
    coded = array.dictionary_encode()
    codes = np.asarray(coded.indices.fill_null(-1)).astype(np.int64)
    distinct = coded.dictionary.to_pylist()
    return Coded(ColumnKind.TEXT, codes, distinct, rank(distinct))


class ArrowTable(WholeTable):
    """Is a table, a batch, an array or a chunked array of pyarrow."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        is_table = hasattr(value, "column_names")
        self._columns = list(value.columns) if is_table else [value]
        names = value.column_names if is_table else ["value"]
        self.rows = value.num_rows if is_table else len(value)
        types = (str(column.type) for column in self._columns)
        self.heads = [("", "", True), *((name, kind, False) for name, kind in zip(names, types, strict=True))]

    def _make(self, number: int) -> FrameColumn:
        return ArrowColumn(self.heads[number][0], self._columns[number - 1]) if number else CountedColumn(self.rows)


class PolarsColumn(FrameColumn):
    """Is a series of polars."""

    def __init__(self, series: Any) -> None:
        super().__init__(series.name, str(series.dtype))
        self._series = series

    def at(self, places: Numbers) -> list[Any]:
        values: list[Any] = self._series.gather(places).to_list()
        return values

    def _normalise(self) -> NormalForm:
        import polars as pl  # noqa: PLC0415 - an extra of the environment

        series, kind = self._series, self._series.dtype
        missing = series.is_null().to_numpy()
        if kind == pl.Boolean or kind.is_integer() or kind.is_float():
            return measure(series.fill_null(False if kind == pl.Boolean else 0).to_numpy(), missing)
        if kind == pl.Datetime or kind == pl.Duration:
            numbers = series.to_physical().fill_null(0).to_numpy()
            zone = getattr(kind, "time_zone", None)
            wall = series.dt.replace_time_zone(None).to_physical().fill_null(0).to_numpy() if zone else None
            return Measured(_time_kind(kind == pl.Datetime), numbers, missing, kind.time_unit, wall)
        if kind == pl.Enum:
            codes = series.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
            distinct = series.cat.get_categories().to_list()
            return Coded(ColumnKind.TEXT, codes, distinct, np.arange(len(distinct)))
        if kind == pl.String or kind == pl.Categorical:
            texts = series.cast(pl.String)
            codes = (texts.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
            distinct = texts.drop_nulls().unique().sort().to_list()
            return Coded(ColumnKind.TEXT, codes, distinct, np.arange(len(distinct)))
        return code_objects(series.to_list(), missing)


class PolarsTable(WholeTable):
    """Is a frame or a series of polars."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self._columns = list(value.get_columns()) if hasattr(value, "get_columns") else [value]
        self.rows = len(value)
        self.heads = [("", "", True), *((one.name, str(one.dtype), False) for one in self._columns)]

    def _make(self, number: int) -> FrameColumn:
        return PolarsColumn(self._columns[number - 1]) if number else CountedColumn(self.rows)
