"""Keeps what users say about a run beside its tags: a note, and a pin, which keeps the run from gc.

Both are rows of `meta`, so stores of every format can have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Query = Callable[..., Iterable[Any]]
"""Runs a statement with its values."""

_NOTE, _PIN, _SILENCE = "note of run ", "pin of run ", "silence of run "

PINNED_RUNS = f"SELECT CAST(substr(key, {len(_PIN) + 1}) AS INTEGER) FROM meta WHERE key GLOB '{_PIN}*'"
"""Selects the rows of all pinned runs."""

DELETE_MARKS_OF_RUN = f"DELETE FROM meta WHERE key IN ('{_NOTE}' || ?1, '{_PIN}' || ?1, '{_SILENCE}' || ?1)"


def read_run_marks(query: Query, run: int) -> tuple[str, bool]:
    """Return the note of the run with this row, "" if it has none, and whether it is pinned."""
    found = dict(query("SELECT key, value FROM meta WHERE key IN (?, ?)", f"{_NOTE}{run}", f"{_PIN}{run}"))
    return found.get(f"{_NOTE}{run}", ""), f"{_PIN}{run}" in found


def read_silence(query: Query, run: int) -> float:
    """Return for how many seconds the driver of a run on another host had been silent when that was found out last."""
    found = [float(value) for (value,) in query(f"SELECT value FROM meta WHERE key = '{_SILENCE}{run:d}'")]
    return found[0] if found else 0.0


def write_note(write: Query, run: int, text: str) -> None:
    """Replace the note of a run; an empty text removes it."""
    _put(write, f"{_NOTE}{run}", text)


def write_pin(write: Query, run: int, pinned: bool) -> None:
    """Pin a run, or take its pin away."""
    _put(write, f"{_PIN}{run}", "1" if pinned else "")


def _put(write: Query, key: str, value: str) -> None:
    if value:
        write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    else:
        write("DELETE FROM meta WHERE key = ?", (key,))
