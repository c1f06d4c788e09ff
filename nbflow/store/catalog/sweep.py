"""Deletes old runs, and the objects that only they need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from nbflow.errors import RunGoesOn, StoreFull
from nbflow.store.blobs import protocol as blob
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.catalog import schema
from nbflow.store.catalog.evictions import DELETE_OLD_MARKS
from nbflow.store.catalog.keeping_rules import Kept, runs_to_delete
from nbflow.store.catalog.pieces import pieces_of_components
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus
from nbflow.store.catalog.run_marks import DELETE_MARKS_OF_RUN, read_silence
from nbflow.store.catalog.seal_rows import DELETE_UNUSED_BATCHES
from nbflow.store.drivers import Process, is_gone

_DELETE_OF_RUN = (
    "DELETE FROM artifacts WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM seals WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM files WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM randoms WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM tasks WHERE run = ?",
    "DELETE FROM events WHERE run = ?",
    "DELETE FROM tags WHERE run = ?",
    DELETE_MARKS_OF_RUN,
    "DELETE FROM runs WHERE id = ?",
)
_UNUSED_COMPONENTS = "FROM components WHERE digest NOT IN (SELECT component FROM artifacts) AND digest NOT IN needed"
_UNUSED_TEXTS = (
    "FROM texts WHERE digest NOT IN "
    "(SELECT outputs FROM tasks WHERE outputs IS NOT NULL UNION SELECT state FROM randoms)"
)


@dataclass(frozen=True, slots=True)
class Swept:
    """Counts what gc removed, or would remove; `bytes` is the size of the blobs, streams and texts."""

    runs: tuple[str, ...] = ()  # "flow/number"
    components: int = 0
    texts: int = 0
    blobs: int = 0
    bytes: int = 0


def sweep(path: Path, blobs: BlobStore, kept: Kept, dry_run: bool) -> Swept:
    """Delete the runs that are not kept, and what only they need; nobody may write meanwhile.

    Rows are deleted first, so that a crash leaves only blobs without rows, which the next call deletes. Only on a full
    disk, where no row can be written, the blobs make the room for it. With `dry_run` nothing is deleted.
    """
    first = (0, 0)
    with _opened(path) as connection:
        swept, used = _sweep_rows(connection, kept)
        if not dry_run and not _is_committed(connection, path):
            first = _delete_blobs(blobs, used, dry_run)
            swept, used = _sweep_rows(connection, kept)
            connection.execute("COMMIT")
    count, freed = _delete_blobs(blobs, used, dry_run)
    size = swept.bytes + first[1] + freed + blobs.sweep(dry_run)
    return replace(swept, blobs=first[0] + count, bytes=size)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that writes, and seal what it has written; what is not committed is not done."""
    connection = None
    with suppress(StoreFull):
        connection = schema.connect(path, write=True)
    if connection is None:  # the error is gone, or its traceback would hold the lock that this one takes
        connection = schema.connect(path, write=True, alone=True)
    try:
        with schema.meaning_of_errors(path):
            connection.execute("PRAGMA cache_spill = OFF")  # so that only COMMIT needs room on the disk
            connection.execute("PRAGMA temp_store = MEMORY")
            yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        schema.close_writer(connection, path)


def _is_committed(connection: sqlite3.Connection, path: Path) -> bool:
    """Commit, and return True; return False if the disk is full."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if not isinstance(schema.meaning(error, path), StoreFull):
            raise
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return False
    return True


def _sweep_rows(connection: sqlite3.Connection, kept: Kept) -> tuple[Swept, set[str]]:
    """Delete rows in a transaction that stays open; return what has gone, and the blobs that the others need."""
    connection.execute("BEGIN IMMEDIATE")
    runs = _delete_runs(connection, kept)
    _find_needed(connection)
    components, inline = _delete(connection, _UNUSED_COMPONENTS, "length(stream)")
    texts, text_bytes = _delete(connection, _UNUSED_TEXTS, "length(body)")
    return Swept(runs, components, texts, bytes=inline + text_bytes), _used_blobs(connection)


def _delete_runs(connection: sqlite3.Connection, kept: Kept) -> tuple[str, ...]:
    deleted = runs_to_delete(connection.execute, kept)
    delete_rows_of_runs(connection, deleted)
    return tuple(deleted.values())


def delete_rows_of_runs(connection: sqlite3.Connection, runs: Iterable[int]) -> None:
    """Delete everything that belongs to runs, within a transaction."""
    for run in runs:
        for statement in _DELETE_OF_RUN:
            connection.execute(statement, (run,))
    for statement in (DELETE_OLD_MARKS, DELETE_UNUSED_BATCHES):
        connection.execute(statement)


def drop_runs(path: Path, runs: Iterable[RunRow]) -> None:
    """Delete runs, all of them or none; what only they need stays until the next sweep. Raises RunGoesOn."""
    connection = schema.connect(path, write=True)
    try:
        with schema.meaning_of_errors(path):
            connection.execute("BEGIN IMMEDIATE")
            for run in runs:
                _refuse_running(connection, run)
            delete_rows_of_runs(connection, [run.id for run in runs])
            connection.execute("COMMIT")
    finally:
        connection.close()  # which rolls back what is not committed


def _refuse_running(connection: sqlite3.Connection, run: RunRow) -> None:
    query = "SELECT status, host, pid, pid_start FROM runs WHERE id = ?"
    for status, *driver in connection.execute(query, (run.id,)):
        if status == RunStatus.RUNNING and not is_gone(Process(*driver), read_silence(connection.execute, run.id)):
            raise RunGoesOn(run.number, run.kind is RunKind.INTERACTIVE)


def _find_needed(connection: sqlite3.Connection) -> None:
    """Fill a temporary table with the components that are reached through references and that no artifact names."""
    connection.execute("CREATE TEMP TABLE needed (digest TEXT PRIMARY KEY)")
    reached = connection.execute("SELECT DISTINCT shares FROM artifacts WHERE shares IS NOT NULL")
    digests = {digest for (shares,) in reached for digest in shares.split()}
    connection.executemany("INSERT INTO needed VALUES (?)", [(digest,) for digest in digests])


def _delete(connection: sqlite3.Connection, unused: str, size: str) -> tuple[int, int]:
    count, total = connection.execute(f"SELECT count(*), sum({size}) {unused}").fetchone()
    connection.execute(f"DELETE {unused}")
    return count, total or 0


def _used_blobs(connection: sqlite3.Connection) -> set[str]:
    return {blob for pieces in pieces_of_components(connection.execute).values() for blob in pieces.blobs}


def _delete_blobs(blobs: BlobStore, used: set[str], dry_run: bool) -> tuple[int, int]:
    known = list(blobs)
    unused = [digest for digest in known if digest not in used]
    if not dry_run:
        return len(unused), sum(map(blobs.delete, unused))
    staying = {part for digest in known if digest in used for part in blobs.parts(digest)}
    going = {part for digest in unused for part in blobs.parts(digest)} - staying
    return len(unused), sum(map(blob.blob_size, going))
