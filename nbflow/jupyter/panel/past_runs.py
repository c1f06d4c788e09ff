"""Keeps the facts of finished runs in memory, because they cannot change any more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from nbflow.history.archive import Archive
from nbflow.history.results import Results, results_of_run
from nbflow.history.versions import Past
from nbflow.jupyter.panel.status_lines import Totals, totals_of
from nbflow.store.catalog.rows import RunRow, RunStatus

_T = TypeVar("_T")


class PastMemory:
    """Remembers the `size` results that were requested last; it can be used from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return the result that is remembered for a key, or make it."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                known: _T = self._found[key]
                return known
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._size:
                self._found.popitem(last=False)
        return made


_totals, _pasts, _results = PastMemory(2000), PastMemory(200), PastMemory(2000)


def recall_totals(archive: Archive, row: RunRow) -> Totals:
    """Return the totals of a run; they are read again only while it goes on."""
    if row.status is RunStatus.RUNNING:
        return totals_of(archive, row)
    steps = _totals.recall(_name(archive.root, row), lambda: totals_of(archive, row).steps)
    return Totals(row, steps)


def recall_past(archive: Archive, row: RunRow) -> Past:
    """Return what history knows of a run; it is read again only while the run goes on."""
    if row.status is RunStatus.RUNNING:
        return archive.past(row)
    learned = frozenset(archive.reader.learned(archive.flow).items())
    return _pasts.recall((*_name(archive.root, row), learned), lambda: archive.past(row))


def recall_results(archive: Archive, row: RunRow) -> Results:
    """Return the scalars of a run; they are read again only while it goes on."""
    if row.status is RunStatus.RUNNING:
        return results_of_run(archive, row)
    return _results.recall(_name(archive.root, row), lambda: results_of_run(archive, row))


def _name(root: Path, row: RunRow) -> tuple[Hashable, ...]:
    """Return a key for a run that stays unique even if another store in the same folder counts from 1 again."""
    return root, row.id, row.started, row.finished, row.code, row.environment
