"""Handles that can be opened again: files that are only read, archives of arrays, SQLite databases in memory."""

from __future__ import annotations

import io
import os
import stat
import sys
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.recorder import Recorder
from nbflow.store.pickling.reduce import reopen

_LONGEST = 64 << 20  # bytes that are looked through for ends of lines
_PLAIN = (int, float, str, bytes, type(None))


def reduce_file(recorder: Recorder, file: Any) -> Any:
    """A file that is open for reading, as its path and the place where the reader stands."""
    try:
        reason = _obstacle(file)
        if reason:
            return recorder.lose(file, reason)
        path = os.path.abspath(file.name)
        seen = reopen.version(path)
        if isinstance(file, io.TextIOWrapper):
            return reopen.text_file, (path, seen, file.tell(), file.encoding, file.errors)
        return reopen.binary_file, (path, seen, file.tell(), isinstance(file, io.FileIO))
    except (OSError, ValueError) as error:
        return recorder.lose(file, f"it is a file in the midst of being read ({error}); read it to its end in one step")


def _obstacle(file: Any) -> str:
    """Why a file cannot be opened again in the same state; empty if it can."""
    if type(file) not in (io.TextIOWrapper, io.BufferedReader, io.FileIO):
        return "an open file belongs to this process"
    if file.closed:
        return "a closed file has nothing to be read"
    name = file.name
    if not isinstance(name, str) or not stat.S_ISREG(os.stat(name).st_mode) or not _is_same(file, name):
        return "an open file belongs to this process; store its path"
    if file.writable():
        return "a file that is open for writing belongs to this process; close it and store its path"
    if isinstance(file, io.TextIOWrapper) and _has_returns(name):
        return "its lines end in a way that only this reader knows; store its path"
    return ""


def _is_same(file: Any, name: str) -> bool:
    """Whether the path still leads to the file, which may have been replaced or the folder changed."""
    return os.path.samestat(os.fstat(file.fileno()), os.stat(name))


def _has_returns(path: str) -> bool:
    """Whether it makes a difference with which `newline` a file was opened, which nobody can ask it for."""
    if os.stat(path).st_size > _LONGEST:
        return True
    with open(path, "rb") as file:
        return b"\r" in file.read()


def reduce_archive(recorder: Recorder, archive: Any) -> Any:
    """What `numpy.load` gives for an `.npz` file, with all its arrays."""
    if archive.zip is None:
        return recorder.lose(archive, "it is closed; load it again, or store its arrays")
    named = getattr(archive.fid, "name", "object")
    return reopen.archive, ({name: archive[name] for name in archive.files}, archive.allow_pickle, str(named))


# sqlite3


def reduce_connection(recorder: Recorder, connection: Any) -> Any:
    """A database in memory with its content. One in a file may be changed by any step, which nobody would see."""
    try:
        if reason := _obstacle_of_database(connection):
            return recorder.lose(connection, reason)
        content = connection.serialize() if _ask(connection, "PRAGMA page_count")[0][0] else b""
        switches = {name: _ask(connection, f"PRAGMA {name}")[0][0] for name in _SWITCHES}
    except sys.modules["sqlite3"].Error as error:
        return recorder.lose(connection, f"{type(error).__name__}: {error}")
    return reopen.connection, (content, switches, connection.isolation_level, connection.row_factory)


_SWITCHES = ("foreign_keys", "recursive_triggers", "ignore_check_constraints", "defer_foreign_keys")
"""What is set for a connection and not in its database, and changes what statements do."""


def _ask(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    """Rows as tuples, whatever the connection makes of them for its user."""
    cursor = connection.cursor()
    cursor.row_factory = None
    found: list[tuple[Any, ...]] = cursor.execute(statement).fetchall()
    return found


def _obstacle_of_database(connection: Any) -> str:
    """Why a connection cannot be made again in the same state; empty if it can."""
    if connection.text_factory is not str or getattr(connection, "autocommit", _LEGACY) != _LEGACY:
        return "it is set to another text_factory or autocommit; connect in each step that needs it"
    if connection.in_transaction:
        return "it has changes that are not committed; call commit()"
    databases = _ask(connection, "PRAGMA database_list")
    if any(os.path.isabs(path) for _, _, path in databases):  # one that was made of bytes is called 'x'
        return "it is connected to a file; connect in each step that needs it"
    if any(name not in ("main", "temp") for _, name, _ in databases) or _ask(connection, _TEMPORARY):
        return "it has attached or temporary tables, which belong to this process"
    if _may_parse(connection):
        return "it may parse dates by detect_types, which nobody can ask it for"
    return ""


_LEGACY = -1  # `sqlite3.LEGACY_TRANSACTION_CONTROL`, which is what Python 3.11 knows
_TEMPORARY = "SELECT name FROM sqlite_temp_master"
_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"


def _may_parse(connection: Any) -> bool:
    """Whether some column is declared with a type that has a converter."""
    known = set(sys.modules["sqlite3"].converters)
    for (name,) in _ask(connection, _TABLES):
        quoted = name.replace('"', '""')
        types = (str(column[2]) for column in _ask(connection, f'PRAGMA table_info("{quoted}")'))
        if any(one.partition("(")[0].strip().upper() in known for one in types):
            return True
    return False


def reduce_cursor(recorder: Recorder, cursor: Any) -> Any:
    """A cursor that has no rows left to be fetched, since its last statement gave none."""
    if cursor.description is not None:
        return recorder.lose(cursor, "it may have rows to be fetched; fetch them, and make a cursor where it is used")
    return reopen.cursor, (cursor.connection, cursor.arraysize)


def reduce_row(recorder: Recorder, row: Any) -> Any:
    if not all(isinstance(value, _PLAIN) for value in row):
        return recorder.lose(row, "it holds values of other types than SQLite's; store dict(row)")
    return reopen.row, (tuple(row.keys()), tuple(row))


# patsy


def reduce_design(recorder: Recorder, design: Any) -> Any:
    """What describes a design matrix of patsy, which itself refuses to be pickled: its attributes."""
    return reopen.bare, (type(design),), vars(design)


def reduce_design_matrix(recorder: Recorder, matrix: Any) -> Any:
    plain = matrix.view(sys.modules["numpy"].ndarray)
    return rebuild.array_subclass, (plain, type(matrix), vars(matrix))
