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

from nbflow.store.catalog.noting import NOTING

_AT_ONCE = 5000
"""So many changes go into one log object."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Holds changes by their kind: the keys of the rows that have changed, and the ids of the notes themselves."""

    keys: Mapping[str, list[str | int]]
    ids: tuple[int, ...]


def start_noting(db: sqlite3.Connection) -> None:
    """Make the tables and triggers that note every change from now on, unless they are there already."""
    for statement in NOTING:
        db.execute(statement)


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
        "SELECT id, kind, key AS what FROM outbox WHERE id <= ? ORDER BY id LIMIT ?", (last, _AT_ONCE)
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
