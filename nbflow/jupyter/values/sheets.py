"""Answers what is asked about a table: its facts, a window of its rows, a cell, the bars of a column."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from nbflow.jupyter.protocol.sent import Misunderstood
from nbflow.jupyter.protocol.value_messages import (
    ColumnStatistics,
    OddCell,
    SheetCell,
    SheetColumn,
    SheetFacts,
    SheetWindow,
    ValueText,
)  # fmt: skip
from nbflow.jupyter.values.asked import LONGEST_PART, Asked
from nbflow.jupyter.values.compared_table import ComparedColumn, ComparedTable
from nbflow.jupyter.values.histogram import count_column
from nbflow.jupyter.values.normal_form import Numbers
from nbflow.jupyter.values.sheet_cells import sheet_cell, whole_text
from nbflow.jupyter.values.shown_rows import ShownRows, refuse_column
from nbflow.jupyter.values.whole_table import ArrayTable, WholeTable

MOST_ROWS, MOST_COLUMNS = 2000, 500  # of a window


def table_of(value: Any) -> WholeTable | None:
    """Return a value as a table; None if it is none."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    arrow, polars = sys.modules.get("pyarrow"), sys.modules.get("polars")
    if pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series | pandas.Index):
        from nbflow.jupyter.values.pandas_table import PandasTable  # noqa: PLC0415 - needs pandas

        return PandasTable(value)
    if numpy is not None and isinstance(value, numpy.ndarray) and value.ndim in (1, 2):
        return ArrayTable(value)
    if arrow is not None and isinstance(value, arrow.Table | arrow.RecordBatch | arrow.Array | arrow.ChunkedArray):
        from nbflow.jupyter.values.arrow_table import ArrowTable  # noqa: PLC0415 - needs pyarrow

        return ArrowTable(value)
    if polars is not None and isinstance(value, polars.DataFrame | polars.Series):
        from nbflow.jupyter.values.arrow_table import PolarsTable  # noqa: PLC0415 - needs polars

        return PolarsTable(value)
    return None


class Sheet:
    """Shows a table, or how it differs from the version `before`."""

    def __init__(self, table: WholeTable, before: WholeTable | None = None) -> None:
        self._compared = ComparedTable(table, before) if before is not None else None
        self._table = self._compared or table
        changed = None if self._compared is None else self._compared.changed
        self._shown_rows = ShownRows(self._table, changed)
        self._index = [number for number, (_, _, is_index) in enumerate(self._table.heads) if is_index]

    def facts(self) -> SheetFacts:
        """Return what is known of the whole table."""
        heads, compared = self._table.heads, self._compared
        columns = [self._head(number) for number in range(len(heads))]
        index, rest = columns[: len(self._index)], columns[len(self._index) :]
        if compared is None:
            return SheetFacts(self._table.rows, tuple(index), tuple(rest), 0, 0, 0, "")
        matched = compared.matched
        added, removed = int(matched.added.sum()), int(matched.removed.sum())
        changed = int(compared.changed.sum()) - added - removed
        return SheetFacts(
            self._table.rows, tuple(index), tuple(rest), changed, added, removed, matched.matched_by
        )  # fmt: skip

    def _head(self, number: int) -> SheetColumn:
        label, dtype, _ = self._table.heads[number]
        if self._compared is None:
            return SheetColumn(label, dtype)
        column = self._compared.compared(number)
        was = column.before.dtype if column.mark == "retyped" and column.before is not None else ""
        return SheetColumn(label, f"{was} → {dtype}" if was else dtype, column.mark, int(column.changed.sum()))

    def window(self, asked: Asked) -> SheetWindow:
        """Return the cells of some rows and columns, counted among those that are shown. Raises NotComparable."""
        places = self._shown_rows.places(asked)
        first, left = asked.rows[0], asked.columns[0]
        shown = places[first : min(asked.rows[1], first + MOST_ROWS)]
        last = min(asked.columns[1], left + MOST_COLUMNS, len(self._table.heads) - len(self._index))
        index = [self._cells(number, shown) for number in self._index]
        cells = [self._cells(number + len(self._index), shown) for number in range(left, last)]
        return SheetWindow(
            len(places), first, left, _turned(index, len(shown)), _turned(cells, len(shown)),
            tuple(shown.tolist()), self._marks(shown),
        )  # fmt: skip

    def _cells(self, number: int, places: Numbers) -> list[SheetCell]:
        column = self._table.column(number)
        cells = list(map(sheet_cell, column.at(places)))
        if isinstance(column, ComparedColumn) and column.changed[places].any():
            _mark_changes(cells, column, places)
        return cells

    def _marks(self, places: Numbers) -> tuple[str, ...]:
        if self._compared is None:
            return ()
        matched = self._compared.matched
        removed, added = matched.removed[places].tolist(), matched.added[places].tolist()
        return tuple("removed" if gone else "added" if new else "" for gone, new in zip(removed, added, strict=True))

    def cell(self, asked: Asked) -> ValueText:
        """Return the whole text of the cell in the row `rows[0]` of the whole table, and in the column `column`."""
        refuse_column(self._table, asked.column)
        place = asked.rows[0]
        if place >= self._table.rows:
            raise Misunderstood(f"the table has {self._table.rows} rows, and none has the number {place}")
        text = whole_text(self._table.column(asked.column).at(np.array([place]))[0])
        return ValueText(0, len(text), text[:LONGEST_PART])

    def statistics(self, asked: Asked) -> ColumnStatistics:
        """Return the bars of a column for the rows that are shown. Raises NotComparable."""
        refuse_column(self._table, asked.column)
        return count_column(self._table.column(asked.column), self._shown_rows.places(asked))


def _mark_changes(cells: list[SheetCell], column: ComparedColumn, places: Numbers) -> None:
    at = np.flatnonzero(column.changed[places])
    for place, before in zip(at.tolist(), column.values_before(places[at]), strict=True):
        now, old = cells[place], sheet_cell(before)
        shown = now.text if isinstance(now, OddCell) else now
        cells[place] = OddCell("changed", old.text if isinstance(old, OddCell) else whole_text(old), shown)


def _turned(columns: list[list[SheetCell]], rows: int) -> tuple[tuple[SheetCell, ...], ...]:
    """Return the rows of some columns."""
    return tuple(zip(*columns, strict=True)) if columns else ((),) * rows
