"""Checks every object of a store, and finds the artifacts that a damaged object concerns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.errors import BlobCorrupt, BlobMissing, RowDamaged, StoreBroken, StoreError
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.catalog import schema
from nbflow.store.catalog.columns import bytes_of, path_of
from nbflow.store.catalog.evictions import read_evicted
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.signatures import Batch
from nbflow.store.catalog.trust import digest_text, keyring
from nbflow.store.values.artifact_ref import Component
from nbflow.store.values.component_digest import digest_component

_HIT = """SELECT tasks.id, runs.flow, runs.number, steps.text, tasks.path AS place, names.text FROM artifacts
    JOIN tasks ON tasks.id = artifacts.task JOIN runs ON runs.id = tasks.run
    JOIN names AS steps ON steps.id = tasks.step JOIN names ON names.id = artifacts.name
    WHERE artifacts.component = ?1 OR instr(artifacts.shares, ?1) ORDER BY tasks.id, artifacts.position"""
_SHOWN = """SELECT tasks.id, runs.flow, runs.number, names.text, tasks.path AS place, 'the output' FROM tasks
    JOIN runs ON runs.id = tasks.run JOIN names ON names.id = tasks.step
    WHERE tasks.outputs = ?1 OR tasks.id IN (SELECT task FROM randoms WHERE state = ?1) ORDER BY tasks.id"""
_WITHOUT_ROW = "SELECT DISTINCT component FROM artifacts WHERE component NOT IN (SELECT digest FROM components)"
_REACHED = "SELECT DISTINCT shares FROM artifacts WHERE shares IS NOT NULL"
_ALL = "SELECT digest FROM components"
_SIGNATURES = """SELECT seals.signer, seals.batch, batches.hashes, batches.signature, count(*) FROM seals
    LEFT JOIN batches ON batches.digest = seals.batch WHERE seals.batch IS NOT NULL
    GROUP BY seals.signer, seals.batch"""


@dataclass(frozen=True, slots=True)
class Hit:
    """Names an artifact that cannot be loaded any more, or the output of a task that cannot be shown."""

    task: int  # its row
    flow: str
    run: int  # number
    step: str
    path: tuple[int, ...]
    name: str

    def __str__(self) -> str:
        inside = f"[{','.join(map(str, self.path))}]" if self.path else ""
        return f"{self.name} of {self.flow}/{self.run}/{self.step}{inside}"


@dataclass(frozen=True, slots=True)
class Damage:
    """Describes one object that is missing or whose bytes have changed: a blob, or the row of a component or a text."""

    digest: str
    reason: str
    is_blob: bool
    hits: tuple[Hit, ...] = ()

    def __str__(self) -> str:
        needed = f"it is part of {', '.join(map(str, self.hits))}" if self.hits else "no stored artifact needs it"
        return f"object {self.digest} {self.reason}; {needed}"


@dataclass(frozen=True, slots=True)
class RecordDamage(Damage):
    """Describes a part of the catalog itself that is not as it was written; `digest` says in words what it is."""

    def __str__(self) -> str:
        return f"{self.digest} {self.reason}"


def audit(reader: CatalogReader, blobs: BlobStore) -> list[Damage]:
    """Hash every blob, every stream and every text, read every row, and return what is missing or has changed."""
    try:
        of_records = [*_damage_of_structure(reader), *_damaged_records(reader), *_damaged_signatures(reader)]
        return [*of_records, *_damaged_objects(reader, blobs)]
    except (StoreBroken, RowDamaged) as error:
        return [RecordDamage("the catalog", f"cannot be read: {error}", False)]


def _damage_of_structure(reader: CatalogReader) -> Iterator[Damage]:
    for (message,) in reader.query("PRAGMA integrity_check(9)").fetchall():
        if message != "ok":
            yield RecordDamage("the catalog", f"is damaged: {' '.join(message.split())}", False)


def _damaged_records(reader: CatalogReader) -> Iterator[Damage]:
    for run, flow, number in reader.query("SELECT id, flow, number FROM runs").fetchall():
        reason = _flaw_of_run(reader, run)
        if reason:
            yield RecordDamage(f"the record of run {flow}/{number}", reason, False)
    for digest, body in reader.query("SELECT digest, body FROM environment"):
        if digest_text(body) != digest:
            yield RecordDamage(f"the environment {digest} of a run", "is not the one that was stored", False)
    for (task,) in reader.query("SELECT id FROM tasks").fetchall():
        reason = _flaw_of_task(reader, task)
        if reason:
            yield RecordDamage(f"the record of task {task & 0xFFFFFFFF} of a run", reason, False, _task(reader, task))


def _flaw_of_run(reader: CatalogReader, run: int) -> str:
    try:
        found = reader.run_of_id(run)
        reader.events(run)
        if found is not None:
            reader.environment(found.environment)
    except StoreError as error:
        return f"cannot be read: {error}"
    return ""


def _flaw_of_task(reader: CatalogReader, task: int) -> str:
    try:
        sealed = reader.sealed(task)
        reader.artifacts(task)
    except StoreError as error:
        return f"cannot be read: {error}"
    if sealed is None:
        return "belongs to no run, or its step has no name"
    record, seal = sealed
    return "is not the one that was signed" if keyring().contradicts(record, seal) else ""


def _damaged_signatures(reader: CatalogReader) -> Iterator[Damage]:
    """Yield the signatures that others cannot check any more, as far as the store has the keys."""
    users = {user.signer: user for user in reader.users()}
    for signer, digest, hashes, signature, tasks in reader.query(_SIGNATURES).fetchall():
        batch, user = Batch(bytes_of(hashes), bytes_of(signature)), users.get(signer)
        if user is not None and not (batch.is_by(user.key) and batch.digest(user.key) == digest):
            fix = f"{user.name} can mend it with `nbflow trust sign`"
            yield RecordDamage(f"the signature of {user.name} for {tasks} tasks", f"is damaged: {fix}", False)


def _task(reader: CatalogReader, task: int) -> tuple[Hit, ...]:
    """Return what names a task whose record is damaged, so that its result is not used any more."""
    rows = reader.query("SELECT runs.flow, runs.number FROM tasks JOIN runs ON runs.id = run WHERE tasks.id = ?", task)
    return tuple(Hit(task, flow, number, f"task {task & 0xFFFFFFFF}", (), "the record") for flow, number in rows)


def _damaged_objects(reader: CatalogReader, blobs: BlobStore) -> list[Damage]:
    using: dict[str, list[str]] = {digest: [] for digest in blobs}
    found: list[Damage] = []
    for component in reader.components():
        for digest in (*component.buffers, *((component.blob,) if component.blob else ())):
            using.setdefault(digest, []).append(component.digest)
        found.extend(_damage_of_row(component, blobs, reader))
    found.extend(_missing_rows(reader))
    for digest, components in using.items():
        reason = _flaw(digest, blobs)
        if reason:
            found.append(Damage(digest, reason, True, _hits(reader, components)))
    return [*found, *_damaged_texts(reader)]


def _damaged_texts(reader: CatalogReader) -> Iterator[Damage]:
    for (digest,) in reader.query("SELECT digest FROM texts").fetchall():
        try:
            reader.text(digest)
        except BlobCorrupt as error:
            yield Damage(digest, f"is damaged: {error.reason}", False, _hits_of(reader.query(_SHOWN, digest)))


def _damage_of_row(component: Component, blobs: BlobStore, reader: CatalogReader) -> Iterator[Damage]:
    if component.blob and not blobs.exists(component.blob):
        return  # the missing blob is reported itself
    stream = blobs.open(component.blob) if component.blob and not _flaw(component.blob, blobs) else component.stream
    if not component.blob or stream:
        digest = digest_component(stream, component)
        if digest != component.digest:
            yield Damage(component.digest, "has other bytes than were stored", False, _hits(reader, [component.digest]))


def _missing_rows(reader: CatalogReader) -> list[Damage]:
    reached = {digest for (shares,) in reader.query(_REACHED) for digest in shares.split()}
    there = {digest for (digest,) in reader.query(_ALL)}
    without = {digest for (digest,) in reader.query(_WITHOUT_ROW)} | (reached - there)
    missing = sorted(without - read_evicted(reader).keys())
    return [Damage(digest, "is missing", False, _hits(reader, [digest])) for digest in missing]


def _flaw(digest: str, blobs: BlobStore) -> str:
    try:
        blobs.check(digest)
    except BlobMissing:
        return "is missing"
    except BlobCorrupt as error:
        return f"is damaged: {error.reason}"
    return ""


def _hits(reader: CatalogReader, components: Iterable[str]) -> tuple[Hit, ...]:
    return _hits_of(row for component in components for row in reader.query(_HIT, component))


def _hits_of(rows: Iterable[Sequence[Any]]) -> tuple[Hit, ...]:
    return tuple(Hit(task, flow, run, step, path_of(path), name) for task, flow, run, step, path, name in rows)


def forget(path: Path, blobs: BlobStore, damage: Iterable[Damage]) -> None:
    """Delete damaged objects, and the keys of the tasks concerned, so that these tasks run and store them again."""
    connection = schema.connect(path, write=True)
    try:
        with schema.meaning_of_errors(path):
            _mend_indexes(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            for one in damage:
                _forget_one(connection, blobs, one)
            connection.execute("COMMIT")
    finally:
        schema.close_writer(connection, path)


def _mend_indexes(connection: sqlite3.Connection, path: Path) -> None:
    """Make the indexes again if the catalog is damaged. Raises StoreBroken if that does not mend it."""
    if _is_whole(connection):
        return
    connection.execute("REINDEX")
    if not _is_whole(connection):
        fix = "Restore it from a backup, or move it away (a new one is made)"
        raise StoreBroken(path, "it is damaged, and its rows cannot be read any more", fix)


def _is_whole(connection: sqlite3.Connection) -> bool:
    return connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]


def _forget_one(connection: sqlite3.Connection, blobs: BlobStore, damage: Damage) -> None:
    connection.executemany("UPDATE tasks SET key = NULL WHERE id = ?", [(hit.task,) for hit in damage.hits])
    if damage.is_blob:
        blobs.delete(damage.digest)
    else:
        for table in ("components", "texts"):
            connection.execute(f"DELETE FROM {table} WHERE digest = ?", (damage.digest,))
