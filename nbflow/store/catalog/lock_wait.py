"""Waits for a catalog that another process keeps locked, and says so, instead of losing what is to be written."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

_Answer = TypeVar("_Answer")

SLICE = 0.5
"""SQLite waits so many seconds at a time; in between, Ctrl-C is heard."""

SAID_AFTER = 2.0
"""After so many seconds it is said that a process waits."""

_LONGEST = 600.0
_patience = ContextVar("patience", default=_LONGEST)


def wait_for_lock(ask: Callable[[], _Answer], path: Path) -> _Answer:
    """Ask again and again while another process keeps the catalog locked. Raises what `ask` raises in the end."""
    began, told = time.monotonic(), False
    while True:
        try:
            return ask()
        except sqlite3.OperationalError as error:
            waited = time.monotonic() - began
            if not is_locked(error) or waited >= _patience.get():
                raise
        if not told and waited >= SAID_AFTER:
            told = True
            print(f"waiting: another process keeps {path} locked", file=sys.stderr, flush=True)


def is_locked(error: Exception) -> bool:
    """Return whether another process has the catalog, and may let it go; a transaction that is outdated stays so."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and code != sqlite3.SQLITE_BUSY_SNAPSHOT


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Wait at most so many seconds for a locked catalog during the block; else it is ten minutes."""
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)
