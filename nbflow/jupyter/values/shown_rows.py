"""Puts the rows of a table into the order, and through the filter, that the user has chosen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nbflow.jupyter.protocol.sent import Misunderstood
from nbflow.jupyter.values.asked import Asked, Pick
from nbflow.jupyter.values.normal_form import Mask, Numbers, order_of
from nbflow.jupyter.values.row_filter import read_filter, rows_picked, rows_with
from nbflow.jupyter.values.whole_table import WholeTable

_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Choice:
    filter: str
    picks: tuple[Pick, ...]
    only_changed: bool
    sort: tuple[int, bool] | None


class ShownRows:
    """Finds the places of the rows to show, and keeps those of the last choices."""

    def __init__(self, table: WholeTable, changed: Mask | None = None) -> None:
        self._table, self._changed = table, changed
        self._found: OrderedDict[_Choice, Numbers] = OrderedDict()

    def places(self, asked: Asked) -> Numbers:
        """Return the places of the rows that pass the filter, in their order. Raises NotComparable."""
        return self._places(_Choice(asked.filter.strip(), asked.picks, asked.only_changed, asked.sort))

    def _places(self, choice: _Choice) -> Numbers:
        if choice not in self._found:
            self._found[choice] = self._arrange(choice)
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        self._found.move_to_end(choice)
        return self._found[choice]

    def _arrange(self, choice: _Choice) -> Numbers:
        table = self._table
        for number in (*(pick.column for pick in choice.picks), *(choice.sort or ())[:1]):
            refuse_column(table, number)
        if choice.sort is not None:
            unsorted = self._places(_Choice(choice.filter, choice.picks, choice.only_changed, None))
            order = self._order(*choice.sort)
            if len(unsorted) == table.rows:
                return order
            shown = np.zeros(table.rows, bool)
            shown[unsorted] = True
            return order[shown[order]]
        masks = [*self._masks(choice)]
        return np.flatnonzero(np.logical_and.reduce(masks)) if masks else np.arange(table.rows)

    def _order(self, number: int, descending: bool) -> Numbers:
        return order_of(self._table.column(number).form, descending)

    def _masks(self, choice: _Choice) -> Iterable[Mask]:
        yield from (rows_with(term, self._table) for term in read_filter(choice.filter, self._table))
        yield from (rows_picked(pick, self._table) for pick in choice.picks)
        if choice.only_changed and self._changed is not None:
            yield self._changed


def refuse_column(table: WholeTable, number: int) -> None:
    """Raise Misunderstood if a table has no column of this number."""
    if number >= len(table.heads):
        raise Misunderstood(f"the table has {len(table.heads)} columns, and none has the number {number}")
