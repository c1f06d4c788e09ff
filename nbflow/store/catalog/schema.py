"""Defines the tables of the catalog, opens and creates it, and translates SQLite's errors."""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from nbflow.errors import RowDamaged, StoreBroken, StoreError, StoreFull, StoreReadOnly, StoreTooNew, StoreUnreadable
from nbflow.store.catalog.catalog_seal import refuse_changed, seal_catalog, seal_of
from nbflow.store.catalog.catalog_tables import ADDED, ADDED_TABLES, NEW, TABLES
from nbflow.store.catalog.column_kinds import refuse_wrong_kinds
from nbflow.store.catalog.lock_wait import SLICE, is_locked, patience, wait_for_lock
from nbflow.store.catalog.open_catalogs import note_closed, note_open
from nbflow.store.catalog.strange_objects import find_strange_object
from nbflow.store.symlinks import refuse_what_is_no_file

_BESIDE = ("", "-wal", "-shm", "-journal")  # the catalog, and what SQLite keeps beside it
_FORMAT = 5
_SHORTEST = 100  # bytes: the header of a database; what is shorter is taken as empty, also by SQLite
NEEDS = "0.2.0"  # the first version that reads this format; stored for the message of older versions
APPLICATION = 0x6E62666C  # "nbfl"

DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError, OverflowError)
"""What SQLite raises; the second if its message has parts of a damaged file in it, the third for an id from one."""

_FULL = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "fuse.sshfs")
)

_WITHOUT_MODES = frozenset(
    ("9p", "drvfs", "vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk", "cifs", "smb3", "virtiofs")
)


def pack_path(path: tuple[int, ...]) -> bytes:
    """Return a path as bytes that sort as the tuple does; a prefix of the tuple is a prefix of the bytes."""
    return struct.pack(f">{len(path)}I", *path)


class Catalog(sqlite3.Connection):
    """Is a connection that takes any text: a lone surrogate, which UTF-8 cannot hold, is kept as its escape `\\udc80`.

    In JSON this escape means the character itself.
    """

    path: Path

    def close(self) -> None:
        super().close()
        note_closed(self)

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        storable_values = _storable_all(values)
        return wait_for_lock(lambda: self.cursor(Rows).execute(statement, storable_values), self.path)

    def executemany(self, statement: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
        return super().executemany(statement, map(_storable_all, rows))


class Rows(sqlite3.Cursor):
    """Reads the rows of a statement. Raises StoreError where the file turns out to be damaged only while it is read."""

    connection: Catalog
    _statement = ""

    def execute(self, statement: str, values: Any = (), /) -> Rows:
        self._statement = statement
        super().execute(statement, values)
        return self

    def __next__(self) -> Any:
        try:
            return self._checked(super().__next__())
        except DATABASE_ERRORS as error:
            raise meaning(error, self.connection.path) from error

    def fetchone(self) -> Any:
        with meaning_of_errors(self.connection.path):
            row = super().fetchone()
        return None if row is None else self._checked(row)

    def fetchall(self) -> list[Any]:
        with meaning_of_errors(self.connection.path):
            rows = super().fetchall()
        return [self._checked(row) for row in rows]

    def _checked(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        refuse_wrong_kinds(self._statement, self.description, row)
        return row


def _storable_all(values: Iterable[Any]) -> list[Any]:
    return [value if type(value) is not str or value.isascii() else storable(value) for value in values]


def storable(value: Any) -> Any:
    """Return the value with lone surrogates replaced by their escapes, if it is a text."""
    if type(value) is not str or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def connect(path: Path, write: bool, alone: bool = False) -> sqlite3.Connection:
    """Open an existing catalog, to write or only to read. Raises StoreError if it is not a catalog that we can read.

    With `alone` nobody else can use it meanwhile, and SQLite needs no file that it shares with them.
    """
    modes = ["mode=rw"] if write else ["mode=ro"]
    if not write and not os.access(path.parent, os.W_OK):
        modes.append("immutable=1")  # nobody can write there, and a reader cannot create SQLite's shared files
    with meaning_of_errors(path):
        for mode in modes[:-1]:
            with suppress(sqlite3.OperationalError):
                return _connect(path, mode)
        return _connect(path, modes[-1], alone)


def _connect(path: Path, mode: str, alone: bool = False) -> sqlite3.Connection:
    refuse_what_is_no_file(*files_of_catalog(path))  # SQLite would make files beside what a link leads to
    uri = f"{path.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, SLICE, uri=True, isolation_level=None, check_same_thread=False, factory=Catalog)
    connection.path = path
    try:
        note_open(connection, path)
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        refuse_changed(path, mode == "mode=rw")
        _check(connection, path)
        _bring_up_to_date(connection, mode == "mode=rw")
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def close_writer(connection: sqlite3.Connection, path: Path) -> None:
    """Close a connection that may have written, and seal what it has written, in one file if nobody reads just now."""
    with suppress(sqlite3.Error), patience(0):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    seal_catalog(path)


def is_there(path: Path) -> bool:
    """Return whether there is a catalog; one that is being created is empty until it is complete.

    Raises StoreUnreadable if this user may not look.
    """
    try:
        return path.stat().st_size >= _SHORTEST
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreUnreadable(path.parent, error.strerror or str(error)) from error


def identity(path: Path) -> tuple[int, int] | None:
    """Return the identity of a file, which a later file of the same name does not have; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def create(path: Path) -> None:
    """Create the catalog unless it exists; several processes may do so at once. Raises StoreReadOnly."""
    refuse_what_is_no_file(*files_of_catalog(path))
    if not path.exists():
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            pass  # another process was faster, and its catalog counts
        except PermissionError as error:
            raise StoreReadOnly(path, os.strerror(error.errno or 0)) from error
    with meaning_of_errors(path):
        connection = sqlite3.connect(path, SLICE, isolation_level=None, factory=Catalog)
        connection.path = path
        try:
            note_open(connection, path)
            _create_tables(connection)
            _choose_journal(connection, path)
        finally:
            connection.close()


def _create_tables(connection: sqlite3.Connection) -> None:
    if _is_new(connection):
        connection.execute("BEGIN IMMEDIATE")
        if _is_new(connection):  # no other process was faster
            for statement in (*filter(str.strip, TABLES.split(";")), *NEW):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('needs', ?)", (NEEDS,))
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.execute("COMMIT")


def _is_new(connection: sqlite3.Connection) -> bool:
    return _pragma(connection, "user_version") == 0 and _pragma(connection, "schema_version") == 0


def _choose_journal(connection: sqlite3.Connection, path: Path) -> None:
    # WAL needs memory that all users of the file share; network file systems cannot provide it
    wanted = "delete" if is_on_network(path) else "wal"
    if _pragma(connection, "application_id") == APPLICATION and _pragma(connection, "journal_mode") != wanted:
        connection.execute(f"PRAGMA journal_mode = {wanted}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if _is_new(connection):
        raise _not_there(path)  # another process is about to create it, or was killed before it could
    if _pragma(connection, "application_id") != APPLICATION:
        raise StoreBroken(
            path, "it is a database, but not nbflow's", "Move it away, or set NBFLOW_HOME to another folder"
        )
    found = _pragma(connection, "user_version")
    strange = find_strange_object(connection)
    if not isinstance(found, int) or found > _FORMAT:
        row = None if strange else connection.execute("SELECT value FROM meta WHERE key = 'needs'").fetchone()
        raise StoreTooNew(path, int(str(found)), _FORMAT, row[0] if row else "a newer version")
    if strange:
        fix = "Drop it if you have made it; else move the store away (a new one is made), or restore it from a backup"
        raise StoreBroken(path, f"nbflow has not made {strange} in it, which could change what is read", fix)


def _bring_up_to_date(connection: sqlite3.Connection, write: bool) -> None:
    """Add what a catalog of an earlier format lacks; a connection that only reads gets temporary stand-ins."""
    found = _pragma(connection, "user_version")
    if found == _FORMAT:
        return
    if not write:
        _add_stand_ins(connection, int(str(found)))
        return
    connection.execute("BEGIN IMMEDIATE")
    found = _pragma(connection, "user_version")
    if found != _FORMAT:  # no other process was faster
        for table, column, kind in _missing(int(str(found))):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        for statement in NEW:
            connection.execute(statement)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'needs'", (NEEDS,))
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute("COMMIT")


def _missing(found: int) -> list[tuple[str, str, str]]:
    """Return table, name and type of the columns that a catalog of this format lacks."""
    return [(table, column, kind) for since, table, column, kind in ADDED if since > found]


def _add_stand_ins(connection: sqlite3.Connection, found: int) -> None:
    """Hide the tables behind views that have the missing columns, empty, and create missing tables, empty."""
    for table, (since, columns) in ADDED_TABLES.items():
        if since > found:
            connection.execute(f"CREATE TEMP TABLE {table} ({columns})")
    missing = _missing(found)
    for table in dict.fromkeys(table for table, _, _ in missing):
        columns = ", ".join(f"NULL AS {column}" for other, column, _ in missing if other == table)
        connection.execute(f"CREATE TEMP VIEW {table} AS SELECT *, {columns} FROM main.{table}")


def _pragma(connection: sqlite3.Connection, what: str) -> object:
    row = connection.execute(f"PRAGMA {what}").fetchone()
    return row[0] if row else None


@contextmanager
def meaning_of_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as errors that say what they mean for the user."""
    try:
        yield
    except DATABASE_ERRORS as error:
        raise meaning(error, path) from error


def meaning(error: Exception, path: Path) -> StoreError:
    """Return the error that says what an error of SQLite means for the user."""
    if isinstance(error, OverflowError):
        return RowDamaged("something", str(error))
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _FULL or code & 0xFF == sqlite3.SQLITE_FULL:
        return StoreFull(path, 0, str(error))
    if code & 0xFF in _READ_ONLY:
        return StoreReadOnly(path, str(error)) if path.exists() else _not_there(path)
    if is_locked(error):
        return StoreBroken(path, "another process keeps it locked", "Try again when it is done")
    if code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreBroken(path, str(error), "Move it away (a new one is made), or restore it from a backup")
    return StoreBroken(path, str(error), "Check the disk, then try again")


def files_of_catalog(path: Path) -> list[Path]:
    """Return the files of a catalog: itself, what SQLite keeps beside it, and its seal."""
    return [*(path.with_name(path.name + suffix) for suffix in _BESIDE), seal_of(path)]


def _not_there(path: Path) -> StoreBroken:
    return StoreBroken(path, "there is no catalog", "Run the flow once, or set NBFLOW_HOME to the folder of its store")


def is_on_network(path: Path) -> bool:
    """Return whether the folder lies on a network file system; False where that cannot be found out."""
    return _file_system(path.absolute().parent) in _NETWORK


def is_without_modes(path: Path) -> bool:
    """Return whether the file system shows the same permissions for every file, as those of other systems do."""
    return os.name == "nt" or _file_system(path.absolute()) in _WITHOUT_MODES


def _file_system(place: Path) -> str:
    """Return the type of the file system on which a path lies; "" where that cannot be found out."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    above = [(len(mount[1]), mount[2]) for mount in mounts if place.is_relative_to(mount[1].replace("\\040", " "))]
    return max(above, default=(0, ""))[1]
