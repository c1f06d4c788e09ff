"""Copies runs from one store to another, whole: first values, then rows. To copy a run again changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbflow.errors import BlobCorrupt
from nbflow.store.blobs.cached import CachedBlobs
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.chunks import is_named
from nbflow.store.blobs.objects import WHOLE
from nbflow.store.blobs.protocol import BlobStore, view
from nbflow.store.catalog import schema
from nbflow.store.catalog.rows import RunRow, RunStatus
from nbflow.store.team.log_rows import add_code, export_run, import_log

if TYPE_CHECKING:
    from nbflow.store.store import Store

_LASTS = "1000000000"  # seconds of silence: nobody drives a run that has crashed


@dataclass(frozen=True, slots=True)
class Copied:
    """Says what became of the runs that were to be copied, by their numbers in the store from which they come."""

    new: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
    going_on: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()


def copy_runs(source: Store, target: Store, runs: Iterable[RunRow]) -> Copied:
    """Copy runs that have ended; one that is in the target already, or was deleted there, stays as it is there.

    A run keeps its number, unless another run of the flow has this number in the target.

    Raises StoreError if a value is damaged or missing, or the target cannot be written; then the runs before it are
    copied, and this one is not.
    """
    new, known, going_on, deleted = [], [], [], []
    with source.lease(), target.lease():
        for row in sorted(runs, key=lambda row: row.number):
            if row.status is RunStatus.RUNNING:
                going_on.append(row.number)
            elif target.history.run_with_uid(row.uid) is not None:
                known.append(row.number)
            elif target.team is not None and target.team.log.has_dropped(row.uid):
                deleted.append(row.number)
            else:
                _copy_run(source, target, row)
                new.append(row.number)
    return Copied(tuple(new), tuple(known), tuple(going_on), tuple(deleted))


def _copy_run(source: Store, target: Store, row: RunRow) -> None:
    told = _read(source, row)
    for digest in _blobs_of(told["components"]["rows"]):
        _copy_blob(source.blobs, target.blobs, digest)
    if target.team is not None:
        told["runs"]["rows"][0][1] = target.team.reserve(row.flow, row.number)
    db = schema.connect(target.catalog, write=True)
    try:
        with schema.meaning_of_errors(target.catalog):
            db.execute("BEGIN IMMEDIATE")
            import_log(db, told)
            db.execute("COMMIT")
    finally:
        schema.close_writer(db, target.catalog)
    if target.team is not None:
        target.team.log.send()
        target.team.log.fold(row.uid)


def _read(source: Store, row: RunRow) -> dict[str, dict[str, list[list[object]]]]:
    db: sqlite3.Connection = schema.connect(source.catalog, write=False)
    try:
        with schema.meaning_of_errors(source.catalog):
            told = add_code(db, export_run(db, row.uid), row.flow)
    finally:
        db.close()
    if row.status is RunStatus.CRASHED:
        told["meta"].append([f"silence of run {row.uid}", _LASTS])
    return told


def _blobs_of(components: Iterable[list[object]]) -> Iterable[str]:
    """Return the blobs that rows of components name, each once."""
    named = (digest for _, _, blob, buffers, *_ in components for digest in (blob, *str(buffers or "").split()))
    return dict.fromkeys(str(digest) for digest in named if digest)


def _copy_blob(source: BlobStore, target: BlobStore, digest: str) -> None:
    if target.exists(digest):
        return
    content = source.open(digest)
    if not is_named(content, digest):
        raise BlobCorrupt(digest, "its bytes are not those that were written")
    if target.put(content) != digest:  # an earlier version has kept it, as one piece
        if isinstance(target, CachedBlobs):
            target.far.keep(WHOLE, digest, view(content))
        elif isinstance(target, ChunkedBlobs):
            target.whole.keep(view(content), digest)
