"""What cannot change any more is read once: the runs that are over."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from nbflow.history.archive import Archive
from nbflow.history.versions import Past
from nbflow.jupyter.panel.status_lines import Totals, totals_of
from nbflow.store.catalog.rows import RunRow, RunStatus

_T = TypeVar("_T")


class PastMemory:
    """Remembers the `size` things that were asked for last; for any number of threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: Hashable, make: Callable[[], _T]) -> _T:
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


_totals, _pasts = PastMemory(2000), PastMemory(200)


def recall_totals(archive: Archive, row: RunRow) -> Totals:
    if row.status is RunStatus.RUNNING:
        return totals_of(archive, row)
    steps = _totals.recall(_name(archive.root, row), lambda: totals_of(archive, row).steps)
    return Totals(row, steps)


def recall_past(archive: Archive, row: RunRow) -> Past:
    if row.status is RunStatus.RUNNING:
        return archive.past(row)
    learned = frozenset(archive.reader.learned(archive.flow).items())
    return _pasts.recall((*_name(archive.root, row), learned), lambda: archive.past(row))


def _name(root: Path, row: RunRow) -> tuple[Hashable, ...]:
    """Names a run for all times: another store at this place counts from 1 too."""
    return root, row.id, row.started, row.finished, row.code, row.environment
