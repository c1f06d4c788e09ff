"""Takes handles apart that can be opened again: files open for reading, archives of arrays, SQLite in memory."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.recorder import Recorder
from nbflow.store.pickling.reduce import reopen
from nbflow.store.pickling.reduce.instances import reduce_owner
from nbflow.store.values.user_code import reason_of

_LONGEST = 64 << 20  # bytes; longer files are not searched for line ends
_PLAIN = (int, float, str, bytes, type(None))


_RLOCK = type(threading.RLock())
LOCKS: Mapping[type, Callable[[], Any]] = {type(threading.Lock()): threading.Lock, _RLOCK: threading.RLock}


def reduce_future(recorder: Recorder, future: Any) -> Any:
    """Store a future that is done; whoever waits for another one in a later step would wait for ever."""
    if not future.done():
        return recorder.lose(future, "its work belongs to this process; ask for its result in the step that starts it")
    return reduce_owner(recorder, future)


def reduce_lock(recorder: Recorder, lock: Any) -> Any:
    """Store a lock that nobody holds, and so queues, events and other objects that have some."""
    is_own = isinstance(lock, _RLOCK) and lock._is_owned()  # type: ignore[attr-defined]  # it could be acquired once more
    if is_own or not lock.acquire(blocking=False):
        return recorder.lose(lock, "a lock that is held belongs to this process")
    lock.release()
    return LOCKS[type(lock)], ()


def reduce_file(recorder: Recorder, file: Any) -> Any:
    """Store a file that is open for reading as its path and the position of the reader."""
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
        return recorder.lose(file, f"it is a file that is being read ({error}); read it to its end in one step")


def reduce_temporary(recorder: Recorder, file: Any) -> Any:
    """Store a temporary file so that the copy deletes nothing: the file belongs to the step that made it."""
    return reopen.temporary, (type(file), file.file, file.name)


def _obstacle(file: Any) -> str:
    """Return why a file cannot be opened again in the same state; "" if it can."""
    if type(file) not in (io.TextIOWrapper, io.BufferedReader, io.FileIO):
        return "an open file belongs to this process"
    if file.closed:
        return "a closed file has no content to read"
    name = file.name
    if not isinstance(name, str) or not stat.S_ISREG(os.stat(name).st_mode) or not _is_same(file, name):
        return "an open file belongs to this process; store its path"
    if file.writable():
        return "a file that is open for writing belongs to this process; close it and store its path"
    if isinstance(file, io.TextIOWrapper) and _has_returns(name):
        return "it has line ends that only this reader can interpret; store its path"
    return ""


def _is_same(file: Any, name: str) -> bool:
    """Return whether the path still leads to the file: the file may be replaced, or the folder changed."""
    return os.path.samestat(os.fstat(file.fileno()), os.stat(name))


def _has_returns(path: str) -> bool:
    """Return whether the `newline` with which the file was opened matters; a reader does not tell which it was."""
    if os.stat(path).st_size > _LONGEST:
        return True
    with open(path, "rb") as file:
        return b"\r" in file.read()


def reduce_archive(recorder: Recorder, archive: Any) -> Any:
    """Store what `numpy.load` returns for an `.npz` file, with all its arrays."""
    if archive.zip is None:
        return recorder.lose(archive, "it is closed; load it again, or store its arrays")
    named = getattr(archive.fid, "name", "object")
    return reopen.archive, ({name: archive[name] for name in archive.files}, archive.allow_pickle, str(named))


# sqlite3


def reduce_connection(recorder: Recorder, connection: Any) -> Any:
    """Store a database in memory with its content. One in a file is lost: any step may change it unnoticed."""
    try:
        if reason := _obstacle_of_database(connection):
            return recorder.lose(connection, reason)
        content = connection.serialize() if _ask(connection, "PRAGMA page_count")[0][0] else b""
        switches = {name: _ask(connection, f"PRAGMA {name}")[0][0] for name in _SWITCHES}
    except sys.modules["sqlite3"].Error as error:
        return recorder.lose(connection, reason_of(error))
    return reopen.connection, (content, switches, connection.isolation_level, connection.row_factory)


_SWITCHES = ("foreign_keys", "recursive_triggers", "ignore_check_constraints", "defer_foreign_keys")
"""Lists settings of a connection that are not in its database and change what statements do."""


def _ask(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    """Return rows as tuples, whatever row factory the connection has."""
    cursor = connection.cursor()
    cursor.row_factory = None
    found: list[tuple[Any, ...]] = cursor.execute(statement).fetchall()
    return found


def _obstacle_of_database(connection: Any) -> str:
    """Return why a connection cannot be made again in the same state; "" if it can."""
    if connection.text_factory is not str or getattr(connection, "autocommit", _LEGACY) != _LEGACY:
        return "its text_factory or autocommit is not the default; connect in each step that needs it"
    if connection.in_transaction:
        return "it has changes that are not committed; call commit()"
    databases = _ask(connection, "PRAGMA database_list")
    if any(os.path.isabs(path) for _, _, path in databases):  # a database made from bytes has the path 'x'
        return "it is connected to a file; connect in each step that needs it"
    if any(name not in ("main", "temp") for _, name, _ in databases) or _ask(connection, _TEMPORARY):
        return "it has attached or temporary tables, which belong to this process"
    if _may_parse(connection):
        return "it may parse dates by detect_types, which cannot be found out"
    return ""


_LEGACY = -1  # `sqlite3.LEGACY_TRANSACTION_CONTROL`, which is what Python 3.11 knows
_TEMPORARY = "SELECT name FROM sqlite_temp_master"
_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"


def _may_parse(connection: Any) -> bool:
    """Return whether a column is declared with a type that has a converter."""
    known = set(sys.modules["sqlite3"].converters)
    for (name,) in _ask(connection, _TABLES):
        quoted = name.replace('"', '""')
        types = (str(column[2]) for column in _ask(connection, f'PRAGMA table_info("{quoted}")'))
        if any(one.partition("(")[0].strip().upper() in known for one in types):
            return True
    return False


def reduce_cursor(recorder: Recorder, cursor: Any) -> Any:
    """Store a cursor that has no rows left to fetch, because its last statement gave none."""
    if cursor.description is not None:
        return recorder.lose(cursor, "it may have rows left to fetch; fetch them, and make a cursor where it is used")
    return reopen.cursor, (cursor.connection, cursor.arraysize)


def reduce_row(recorder: Recorder, row: Any) -> Any:
    """Store a row by its names and values."""
    if not all(isinstance(value, _PLAIN) for value in row):
        return recorder.lose(row, "it holds values of other types than SQLite's; store dict(row)")
    return reopen.row, (tuple(row.keys()), tuple(row))


# patsy


def reduce_design(recorder: Recorder, design: Any) -> Any:
    """Store an object that describes a design matrix of patsy by its attributes; patsy refuses to pickle it."""
    return reopen.bare, (type(design),), vars(design)


def reduce_design_matrix(recorder: Recorder, matrix: Any) -> Any:
    """Store a design matrix of patsy as an array with attributes."""
    plain = matrix.view(sys.modules["numpy"].ndarray)
    return rebuild.array_subclass, (plain, type(matrix), vars(matrix))
