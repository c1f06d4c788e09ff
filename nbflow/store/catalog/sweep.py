"""Deletes old runs, and the objects that only they need."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from nbflow.store.blobs import protocol as blob
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.catalog import schema
from nbflow.store.catalog.drivers import Process, is_gone
from nbflow.store.catalog.rows import RunStatus

_BEYOND = """SELECT id, flow, number, status, host, pid, pid_start FROM (
    SELECT *, row_number() OVER (PARTITION BY flow ORDER BY number DESC) AS age FROM runs) WHERE age > ?"""
_DELETE_OF_RUN = (
    "DELETE FROM artifacts WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM seals WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM files WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM randoms WHERE task IN (SELECT id FROM tasks WHERE run = ?)",
    "DELETE FROM tasks WHERE run = ?",
    "DELETE FROM events WHERE run = ?",
    "DELETE FROM tags WHERE run = ?",
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


def sweep(path: Path, blobs: BlobStore, keep_runs: int, dry_run: bool) -> Swept:
    """Delete all but the newest `keep_runs` runs of each flow, and what only they need; nobody may write meanwhile.

    Rows are deleted first, so that a crash leaves only blobs without rows, which the next call deletes. With `dry_run`
    nothing is deleted.
    """
    connection = schema.connect(path, write=True)
    try:
        with schema.meaning_of_errors(path):
            connection.execute("BEGIN IMMEDIATE")
            runs = _delete_runs(connection, keep_runs)
            _find_needed(connection)
            components, inline = _delete(connection, _UNUSED_COMPONENTS, "length(stream)")
            texts, text_bytes = _delete(connection, _UNUSED_TEXTS, "length(body)")
            used = _used_blobs(connection)
            connection.execute("ROLLBACK" if dry_run else "COMMIT")
    finally:
        connection.close()
    count, freed = _delete_blobs(blobs, used, dry_run)
    return Swept(runs, components, texts, count, inline + text_bytes + freed + blobs.sweep(dry_run))


def _delete_runs(connection: sqlite3.Connection, keep: int) -> tuple[str, ...]:
    deleted = []
    for run, flow, number, status, *driver in connection.execute(_BEYOND, (keep,)).fetchall():
        if status != RunStatus.RUNNING or is_gone(Process(*driver)):
            for statement in _DELETE_OF_RUN:
                connection.execute(statement, (run,))
            deleted.append(f"{flow}/{number}")
    return tuple(deleted)


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
    used: set[str] = set()
    for buffers, stream in connection.execute("SELECT buffers, blob FROM components"):
        used.update((buffers or "").split())
        used.update((stream,) if stream else ())
    return used


def _delete_blobs(blobs: BlobStore, used: set[str], dry_run: bool) -> tuple[int, int]:
    unused = [digest for digest in blobs if digest not in used]
    freed = sum(blob.blob_size(digest) if dry_run else blobs.delete(digest) for digest in unused)
    return len(unused), freed
