"""Holds the functions that streams call to open handles again; names and signatures are part of the stored format."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from nbflow.store.values.tombstone import Tombstone


def version(path: str) -> tuple[int, int]:
    """Return the size of a file in bytes, and its modification time in nanoseconds."""
    facts = os.stat(path)
    return facts.st_size, facts.st_mtime_ns


def _require(path: str, seen: tuple[int, int]) -> None:
    if version(path) != seen:
        raise OSError(f"{path} has changed since a step opened it; open it where it is read")


def text_file(path: str, seen: tuple[int, int], place: int, encoding: str, errors: str) -> Any:
    """Open a text file at a position, unless it has changed."""
    _require(path, seen)
    file = open(path, encoding=encoding, errors=errors)  # noqa: SIM115 - it is the value
    file.seek(place)
    return file


def binary_file(path: str, seen: tuple[int, int], place: int, raw: bool) -> Any:
    """Open a binary file at a position, unless it has changed."""
    _require(path, seen)
    file = open(path, "rb", buffering=0) if raw else open(path, "rb")  # noqa: SIM115
    file.seek(place)
    return file


class Named(io.BytesIO):
    """Holds the bytes of a file, under the name that an archive shows."""

    name = ""


def archive(arrays: Mapping[str, Any], allow_pickle: bool, name: str) -> Any:
    """Return an open `.npz` archive of these arrays."""
    numpy = importlib.import_module("numpy")
    content = Named()
    content.name = name
    numpy.savez(content, **arrays)
    content.seek(0)
    made = numpy.load(content, allow_pickle=allow_pickle)
    made.fid = content
    return made


def connection(content: bytes, switches: Mapping[str, int], isolation_level: Any, row_factory: Any) -> Any:
    """Return a connection to a database in memory with this content."""
    opened = importlib.import_module("sqlite3").connect(":memory:", isolation_level=isolation_level)
    if content:
        opened.deserialize(content)
    for name, value in switches.items():
        opened.execute(f"PRAGMA {name} = {value:d}")
    opened.row_factory = row_factory
    return opened


def cursor(connection: Any, arraysize: int) -> Any:
    """Return a new cursor of a connection."""
    made = connection.cursor()
    made.arraysize = arraysize
    return made


def row(names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """Return a row with these names and values."""
    sqlite3 = importlib.import_module("sqlite3")
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.row_factory = sqlite3.Row
        quoted = (name.replace('"', '""') for name in names)
        columns = ", ".join(f'? AS "{name}"' for name in quoted)
        return opened.execute(f"SELECT {columns}", values).fetchone()


def temporary(cls: type, file: Any, name: str) -> Any:
    """Return a temporary file that is not deleted. One that is lost is not closed either."""
    made: Any = cls(file, name, delete=False)
    made._closer.close_called = type(file) is Tombstone
    return made


def bare(cls: type) -> Any:
    """Return an object of a class without calling its `__init__`; its attributes follow."""
    return object.__new__(cls)
