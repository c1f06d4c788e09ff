"""Handles that can be opened again: files that are only read, archives of arrays, SQLite databases in memory."""

from __future__ import annotations

import io
import os
import stat
import sys
from typing import Any

from nbflow.store import rebuild, reopened
from nbflow.store.recorder import Recorder

_LONGEST = 64 << 20  # bytes that are looked through for ends of lines
_PLAIN = (int, float, str, bytes, type(None))


def reduce_file(recorder: Recorder, file: Any) -> Any:
    """A file that is open for reading, as its path and the place where the reader stands."""
    try:
        reason = _obstacle(file)
        if reason:
            return recorder.lose(file, reason)
        path = os.path.abspath(file.name)
        seen = reopened.version(path)
        if isinstance(file, io.TextIOWrapper):
            return reopened.text_file, (path, seen, file.tell(), file.encoding, file.errors)
        return reopened.binary_file, (path, seen, file.tell(), isinstance(file, io.FileIO))
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
    return reopened.archive, ({name: archive[name] for name in archive.files}, archive.allow_pickle, str(named))


# sqlite3


def reduce_connection(recorder: Recorder, connection: Any) -> Any:
    """A database in memory with its content. One in a file may be changed by any step, which nobody would see."""
    try:
        databases = connection.execute("PRAGMA database_list").fetchall()
        if connection.in_transaction:
            return recorder.lose(connection, "it has changes that are not committed; call commit()")
        if [str(row[1]) for row in databases if row[1] != "temp"] != ["main"] or _has_temporary(connection):
            return recorder.lose(connection, "it has attached or temporary tables, which belong to this process")
        if _may_parse(connection):
            return recorder.lose(connection, "it may parse dates by detect_types, which nobody can ask it for")
        if any(os.path.isabs(row[2]) for row in databases):  # one that was made of bytes is called 'x'
            return recorder.lose(connection, "it is connected to a file; connect in each step that needs it")
        is_empty = not connection.execute("PRAGMA page_count").fetchone()[0]
        content = b"" if is_empty else connection.serialize()
    except _errors() as error:
        return recorder.lose(connection, f"{type(error).__name__}: {error}")
    return reopened.connection, (content, connection.isolation_level, connection.row_factory)


def _errors() -> tuple[type[Exception], ...]:
    return (sys.modules["sqlite3"].Error,)


def _has_temporary(connection: Any) -> bool:
    return bool(connection.execute("SELECT name FROM sqlite_temp_master").fetchall())


def _may_parse(connection: Any) -> bool:
    """Whether some column is declared with a type that has a converter."""
    known = set(sys.modules["sqlite3"].converters)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    for row in tables:
        quoted = str(row[0]).replace('"', '""')
        columns = connection.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        if any(str(column[2]).partition("(")[0].strip().upper() in known for column in columns):
            return True
    return False


def reduce_cursor(recorder: Recorder, cursor: Any) -> Any:
    """A cursor that has no rows left to be fetched, since its last statement gave none."""
    if cursor.description is not None:
        return recorder.lose(cursor, "it may have rows to be fetched; fetch them, and make a cursor where it is used")
    return reopened.cursor, (cursor.connection, cursor.arraysize)


def reduce_row(recorder: Recorder, row: Any) -> Any:
    if not all(isinstance(value, _PLAIN) for value in row):
        return recorder.lose(row, "it holds values of other types than SQLite's; store dict(row)")
    return reopened.row, (tuple(row.keys()), tuple(row))


# patsy


def reduce_design(recorder: Recorder, design: Any) -> Any:
    """What describes a design matrix of patsy, which itself refuses to be pickled: its attributes."""
    return reopened.bare, (type(design),), vars(design)


def reduce_design_matrix(recorder: Recorder, matrix: Any) -> Any:
    plain = matrix.view(sys.modules["numpy"].ndarray)
    return rebuild.array_subclass, (plain, type(matrix), vars(matrix))
