"""Locks a store: every writer holds the lock together with others, gc holds it alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbflow.errors import StoreReadOnly
from nbflow.store.symlinks import NO_FOLLOW, refuse_links

if sys.platform != "win32":
    import fcntl


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold the lock together with other writers; wait while gc holds it."""
    with _opened(path) as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Hold the lock alone; wait while another process holds it."""
    with _opened(path) as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the lock alone, and yield True; yield False at once if anyone holds it. The lock ends with its process."""
    with _opened(path) as file:
        yield _take(file)


def _take(file: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    refuse_links(path)
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | NO_FOLLOW, 0o600)
    except OSError as error:
        raise StoreReadOnly(path, os.strerror(error.errno or 0)) from error
    try:
        yield file
    finally:
        os.close(file)
