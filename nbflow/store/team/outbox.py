"""Notes which rows of a catalog have changed, so that other machines can be told; nothing is noted elsewhere.

Triggers do it, within the transaction of the change. So a driver that is killed leaves a note of all that it has
committed, and whoever opens the store next on this machine sends it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

_AT_ONCE = 5000
"""So many changes go into one log object."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key NOT NULL)",
    "CREATE INDEX IF NOT EXISTS outbox_key ON outbox (kind, key)",
    "CREATE TABLE IF NOT EXISTS log (name TEXT PRIMARY KEY, uid TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS dropped (uid TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS receiving (now INTEGER)",
    "CREATE TABLE IF NOT EXISTS sending (name TEXT NOT NULL, last INTEGER NOT NULL)",
)
_NOTED = (
    ("runs", "INSERT", "run", "NEW.uid", ""),
    ("runs", "UPDATE", "run", "NEW.uid", ""),
    ("runs", "DELETE", "drop", "OLD.uid", ""),
    ("tasks", "INSERT", "task", "NEW.id", ""),
    ("tasks", "UPDATE", "task", "NEW.id", ""),
    *((table, "INSERT", "task", "NEW.task", "") for table in ("artifacts", "seals", "files", "randoms")),
    ("events", "INSERT", "event", "NEW.id", ""),
    ("tags", "INSERT", "tag", "json_array(NEW.run, NEW.tag)", ""),
    ("tags", "DELETE", "tag", "json_array(OLD.run, OLD.tag)", ""),
    ("meta", "INSERT", "meta", "NEW.key", "NEW.key"),
    ("meta", "UPDATE", "meta", "NEW.key", "NEW.key"),
    ("meta", "DELETE", "meta", "OLD.key", "OLD.key"),
    ("code", "INSERT", "code", "NEW.digest", ""),
    ("code_seals", "INSERT", "code", "NEW.digest", ""),
    ("environment", "INSERT", "environment", "NEW.digest", ""),
    ("learned", "INSERT", "learned", "json_array(NEW.flow, NEW.step, NEW.code, NEW.name)", ""),
)
"""Lists table, change, kind of note, its key, and the column that says whether a row of `meta` concerns others."""

_CONCERNS_OTHERS = ("note of run *", "pin of run *", "flow with id *")


@dataclass(frozen=True, slots=True)
class Noted:
    """Holds changes by their kind: the keys of the rows that have changed, and the ids of the notes themselves."""

    keys: Mapping[str, list[str | int]]
    ids: tuple[int, ...]


def start_noting(db: sqlite3.Connection) -> None:
    """Make the tables and triggers that note every change from now on, unless they are there already."""
    for statement in _TABLES:
        db.execute(statement)
    for number, (table, change, kind, key, concerns) in enumerate(_NOTED):
        others = " OR ".join(f"{concerns} GLOB '{pattern}'" for pattern in _CONCERNS_OTHERS) if concerns else "1"
        # no `INSERT OR REPLACE`: the conflict clause of the statement that fires a trigger would replace it
        db.execute(f"""CREATE TRIGGER IF NOT EXISTS note_{number} AFTER {change} ON {table}
            WHEN NOT EXISTS (SELECT 1 FROM receiving) AND ({others}) BEGIN
            DELETE FROM outbox WHERE kind = '{kind}' AND key = {key};
            INSERT INTO outbox (kind, key) VALUES ('{kind}', {key}); END""")


@contextmanager
def noting_nothing(db: sqlite3.Connection) -> Iterator[None]:
    """Write what others have told, within a transaction of which nothing is noted."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("INSERT INTO receiving VALUES (1)")
        yield
        db.execute("DELETE FROM receiving")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def read_notes(db: sqlite3.Connection, last: int = 1 << 62) -> Noted:
    """Return the oldest notes, up to the one with the id `last`."""
    keys: defaultdict[str, list[str | int]] = defaultdict(list)
    ids = []
    for id, kind, key in db.execute(
        "SELECT id, kind, key FROM outbox WHERE id <= ? ORDER BY id LIMIT ?", (last, _AT_ONCE)
    ):
        keys[kind].append(key)
        ids.append(id)
    return Noted(keys, tuple(ids))


def remove_notes(db: sqlite3.Connection, noted: Noted) -> None:
    """Remove notes of which others have been told; a row that has changed again since has another note."""
    db.executemany("DELETE FROM outbox WHERE id = ?", [(id,) for id in noted.ids])


def note_gone(db: sqlite3.Connection, digests: Iterable[str]) -> None:
    """Note that blobs are deleted from the bucket, so that nobody takes a copy for a proof that they are there."""
    db.executemany("INSERT INTO outbox (kind, key) VALUES ('gone', ?)", [(digest,) for digest in digests])
