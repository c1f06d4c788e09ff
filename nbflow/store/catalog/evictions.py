"""Evicts results to keep a store within a limit, and tells what was evicted.

An evicted component has no row and no blobs any more. The rows of its artifacts stay, with their summaries, and a row
of `meta` holds the time of the eviction. A component that is stored again is not evicted any more.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbflow.errors import ResultEvicted
from nbflow.store.blobs.protocol import BlobStore, blob_size
from nbflow.store.catalog import schema
from nbflow.store.catalog.pieces import Pieces, pieces_of_components
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskStatus

_LEAST = 4096
"""A component that frees fewer bytes stays: evicting a number gains nothing, and people compare them between runs."""

_MARK = "evicted "
_MARKS = f"FROM meta WHERE key >= '{_MARK}' AND key < 'evicted!'"  # `!` follows the space, so the primary key is used
_DIGEST = f"substr(key, {len(_MARK) + 1})"
_GONE = f"{_MARKS} AND {_DIGEST} NOT IN (SELECT digest FROM components)"
_HOLDER = """SELECT runs.flow, runs.number, steps.text, names.text FROM artifacts
    JOIN tasks ON tasks.id = artifacts.task JOIN runs ON runs.id = tasks.run
    JOIN names AS steps ON steps.id = tasks.step JOIN names ON names.id = artifacts.name
    WHERE artifacts.component = ? ORDER BY tasks.id DESC LIMIT 1"""
_DONE = f"'{TaskStatus.SUCCEEDED}', '{TaskStatus.REUSED}'"
_HOLDS = f"""SELECT tasks.run, names.text, coalesce(nullif(seals.code, ''), runs.code),
    tasks.key IS NOT NULL AND tasks.status IN ({_DONE}), tasks.finished,
    artifacts.component, artifacts.shares FROM artifacts JOIN tasks ON tasks.id = artifacts.task
    JOIN runs ON runs.id = tasks.run JOIN names ON names.id = tasks.step LEFT JOIN seals ON seals.task = tasks.id"""

DELETE_OLD_MARKS = f"DELETE {_MARKS} AND {_DIGEST} NOT IN (SELECT component FROM artifacts)"
"""Deletes the marks of components that no artifact names any more."""


def read_evicted(reader: CatalogReader) -> Mapping[str, float]:
    """Return the components that were evicted, each with the time in seconds since 1970."""
    return {digest: float(when) for digest, when in reader.query(f"SELECT {_DIGEST}, value {_GONE}")}


def evicted_steps(reader: CatalogReader, run: int) -> Mapping[str, float]:
    """Return the steps of a run of which a result was evicted, each with the time in seconds since 1970."""
    if reader.query(f"SELECT 1 {_MARKS} LIMIT 1").fetchone() is None:
        return {}
    newest = "SELECT id, step, max(number) FROM tasks WHERE run = ? GROUP BY step, path, turn, split"
    query = f"""SELECT names.text, max(gone.value) FROM ({newest}) AS newest JOIN names ON names.id = newest.step
        JOIN artifacts ON artifacts.task = newest.id
        JOIN (SELECT {_DIGEST} AS digest, value {_GONE}) AS gone ON gone.digest = artifacts.component
        GROUP BY newest.step"""
    return {step: float(when) for step, when in reader.query(query, run)}


def describe_eviction(when: float) -> str:
    """Return what is shown in the place of an evicted result."""
    return f"evicted on {_day(when)}: run it again"


def _day(when: float) -> str:
    return f"{datetime.fromtimestamp(when):%Y-%m-%d}"


def refuse_evicted(reader: CatalogReader, digest: str) -> None:
    """Raise ResultEvicted if a component, which has no row, was evicted."""
    when = reader.query("SELECT value FROM meta WHERE key = ?", f"{_MARK}{digest}").fetchone()
    holder = reader.query(_HOLDER, digest).fetchone() if when else None
    if holder is not None:
        flow, number, step, name = holder
        raise ResultEvicted(name, step, flow, number, _day(float(when[0])))


# what may be evicted


@dataclass(frozen=True, slots=True)
class Hold:
    """Says that an artifact of a task holds components: its own, and those that can be reached from it.

    `code` is the digest of the flow's code when the task ran. A task with a key has inputs that are known.
    """

    run: int
    step: str
    code: str
    has_key: bool
    finished: float
    components: tuple[str, ...]


def read_holds(reader: CatalogReader) -> Iterator[Hold]:
    """Yield what every artifact of the store holds."""
    for run, step, code, has_key, finished, component, shares in reader.query(_HOLDS):
        components = (component, *shares.split()) if shares and shares != component else (component,)
        yield Hold(run, step, code or "", bool(has_key), finished or 0.0, components)


def newest_runs_of_steps(reader: CatalogReader) -> Mapping[tuple[str, str], int]:
    """Return, for each (flow, step), the row of the newest run in which a task of the step has succeeded."""
    query = f"""SELECT runs.flow, names.text, max(tasks.run) FROM tasks JOIN runs ON runs.id = tasks.run
        JOIN names ON names.id = tasks.step WHERE tasks.status IN ({_DONE}) GROUP BY runs.flow, tasks.step"""
    return {(flow, step): run for flow, step, run in reader.query(query)}


# evicting


@dataclass(frozen=True, slots=True)
class Evicted:
    """Counts what was evicted; `bytes` is the size of blobs and streams, with blobs that killed runs had left."""

    components: int = 0
    bytes: int = 0


def size_of_store(reader: CatalogReader, blobs: BlobStore) -> int:
    """Return the bytes of all blobs and of what the catalog holds, without pages that are free to be used again."""
    (pages,), (free,), (size,) = (
        reader.query(f"PRAGMA {what}").fetchone() for what in ("page_count", "freelist_count", "page_size")
    )
    parts = {part for blob in blobs for part in blobs.parts(blob)}
    return sum(map(blob_size, parts)) + int((pages - free) * size)


def evict(path: Path, blobs: BlobStore, candidates: Iterable[str], excess: int) -> Evicted:
    """Evict components in this order until `excess` bytes are free; nobody may write meanwhile.

    Blobs that killed runs have left go first. Rows are deleted before blobs, so that a crash leaves nothing but such.
    """
    parts = {blob: blobs.parts(blob) for blob in blobs}
    connection = schema.connect(path, write=True)
    try:
        with schema.meaning_of_errors(path):
            connection.execute("BEGIN IMMEDIATE")
            holdings = _Holdings(pieces_of_components(connection.execute), parts)
            left = holdings.unused()
            chosen = _choose(holdings, candidates, excess - left)
            _delete_rows(connection, chosen)
            connection.execute("COMMIT")
    finally:
        schema.close_writer(connection, path)
    for blob in parts.keys() - holdings.blobs():
        blobs.delete(blob)
    blobs.sweep()
    return Evicted(len(chosen), left + sum(chosen.values()))


class _Holdings:
    """Knows which components need which parts of blobs, and what the removal of a component frees."""

    def __init__(self, pieces: dict[str, Pieces], parts: Mapping[str, tuple[str, ...]]) -> None:
        self._pieces, self._parts = pieces, parts
        self._users = Counter(part for one in pieces.values() for part in self._parts_of(one))

    def _parts_of(self, one: Pieces) -> set[str]:
        return {part for blob in one.blobs for part in self._parts.get(blob, ())}

    def unused(self) -> int:
        """Return the bytes that no component needs."""
        known = {part for found in self._parts.values() for part in found}
        return sum(blob_size(part) for part in known - self._users.keys())

    def blobs(self) -> set[str]:
        """Return the blobs that components need."""
        return {blob for one in self._pieces.values() for blob in one.blobs}

    def size_of(self, digest: str) -> int:
        """Return the bytes of a component, whoever else needs them."""
        one = self._pieces.get(digest, Pieces(0))
        return one.inline + sum(map(blob_size, self._parts_of(one)))

    def remove(self, digest: str) -> int:
        """Remove a component, and return the bytes that this frees."""
        one = self._pieces.pop(digest)
        parts = self._parts_of(one)
        self._users.subtract(parts)
        return one.inline + sum(blob_size(part) for part in parts if not self._users[part])


def _choose(holdings: _Holdings, candidates: Iterable[str], excess: int) -> Mapping[str, int]:
    """Remove components from the holdings, and return them with the bytes that each frees."""
    chosen: dict[str, int] = {}
    for digest in dict.fromkeys(candidates):
        if excess <= 0:
            break
        if holdings.size_of(digest) >= _LEAST:
            chosen[digest] = holdings.remove(digest)
            excess -= chosen[digest]
    return chosen


def _delete_rows(connection: sqlite3.Connection, digests: Iterable[str]) -> None:
    now = time.time()
    marks = [(f"{_MARK}{digest}", now) for digest in digests]
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", marks)
    connection.executemany("DELETE FROM components WHERE digest = ?", [(digest,) for digest in digests])
