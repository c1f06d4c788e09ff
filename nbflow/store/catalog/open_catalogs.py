"""Reads the bytes of a catalog without taking away the locks by which SQLite protects it.

A process that closes any descriptor of a file gives up all its locks on this file (fcntl(2), "POSIX locks"). Another
process would then take itself for the last user of the catalog, and delete the log to which this one still writes.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_Inode = tuple[int, int]

_turn = threading.Lock()
_users: dict[int, _Inode] = {}
"""The connections of this process, by their ids, each with the file that it uses."""

_kept: dict[_Inode, int] = {}
"""The descriptors that stay open until nobody in this process uses their file."""


def note_open(connection: sqlite3.Connection, path: Path) -> None:
    """Note that a connection uses a catalog, before it takes its first lock."""
    with _turn, suppress(FileNotFoundError):
        _users[id(connection)] = _inode(os.stat(path))


def note_closed(connection: sqlite3.Connection) -> None:
    """Note that a connection is closed."""
    with _turn:
        inode = _users.pop(id(connection), None)
        if inode is not None and inode not in _users.values() and inode in _kept:
            os.close(_kept.pop(inode))


@contextmanager
def descriptor_of(file: Path) -> Iterator[int]:
    """Give a descriptor of a file of a catalog, at its beginning, to one thread at a time."""
    with _turn:
        descriptor = _kept.get(_inode(os.stat(file)))
        is_mine = descriptor is None
        descriptor = os.open(file, os.O_RDONLY) if descriptor is None else descriptor
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            yield descriptor
        finally:
            inode = _inode(os.fstat(descriptor))
            if is_mine and inode in _users.values():
                _kept[inode] = descriptor
            elif is_mine:
                os.close(descriptor)


def _inode(found: os.stat_result) -> _Inode:
    return found.st_dev, found.st_ino
