"""Keeps what users say about a run beside its tags: a note, and a pin, which keeps the run from gc.

Both are rows of `meta`, so stores of every format can have them. A run has one note, and is pinned as long as one user
has pinned it: the value of the row of its pin has the names of these users, one in each line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Query = Callable[..., Iterable[Any]]
"""Runs a statement with its values."""

_NOTE, _PIN, _SILENCE = "note of run ", "pin of run ", "silence of run "
_NOBODY = "1"  # in stores of formats before 4, pins have no names

PINNED_RUNS = f"SELECT CAST(substr(key, {len(_PIN) + 1}) AS INTEGER) FROM meta WHERE key GLOB '{_PIN}*'"
"""Selects the rows of all pinned runs."""

DELETE_MARKS_OF_RUN = f"DELETE FROM meta WHERE key IN ('{_NOTE}' || ?1, '{_PIN}' || ?1, '{_SILENCE}' || ?1)"


def read_run_marks(query: Query, run: int) -> tuple[str, bool]:
    """Return the note of the run with this row, "" if it has none, and whether it is pinned."""
    found = dict(query("SELECT key, value FROM meta WHERE key IN (?, ?)", f"{_NOTE}{run}", f"{_PIN}{run}"))
    return found.get(f"{_NOTE}{run}", ""), f"{_PIN}{run}" in found


def read_silence(query: Query, run: int) -> float | None:
    """Return for how many seconds the driver of a run was silent when that was found out last; None if it is here."""
    found = [float(value) for (value,) in query(f"SELECT value FROM meta WHERE key = '{_SILENCE}{run:d}'")]
    return found[0] if found else None


def write_silence(write: Query, run: int, seconds: float | None) -> None:
    """Note for how many seconds the driver of a run is silent, or that it is on this computer."""
    _put(write, f"{_SILENCE}{run}", "" if seconds is None else f"{seconds:.0f}")


def write_note(write: Query, run: int, text: str) -> None:
    """Replace the note of a run; an empty text removes it."""
    _put(write, f"{_NOTE}{run}", text)


def write_pin(write: Query, run: int, pinned: bool, user: str) -> tuple[str, ...]:
    """Pin a run for a user, or take the pin of this user away; return who has pinned it now."""
    held = "".join(str(value) for (value,) in write("SELECT value FROM meta WHERE key = ?", (f"{_PIN}{run}",)))
    others = {name for name in held.split("\n") if name not in ("", _NOBODY, user)}
    users = tuple(sorted(others | ({user} if pinned else set())))
    _put(write, f"{_PIN}{run}", "\n".join(users))
    return users


def _put(write: Query, key: str, value: str) -> None:
    if value:
        write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    else:
        write("DELETE FROM meta WHERE key = ?", (key,))
