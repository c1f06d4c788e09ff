"""Sends what was written here to the bucket as log objects, and takes over those of other machines.

`log/TIME-RUN-RANDOM` is a log object. Its name begins with the time, so that one listing says what is new. When a run
ends, one object that tells all of it takes the place of those that were sent while it went on.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.errors import LogObjectDamaged
from nbflow.store import lock
from nbflow.store.blobs.bucket import Bucket
from nbflow.store.blobs.objects import side_by_side
from nbflow.store.catalog import schema
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.catalog.run_marks import write_silence
from nbflow.store.catalog.sweep import delete_rows_of_runs
from nbflow.store.drivers import Process, is_gone, this_process
from nbflow.store.team.log_rows import export_noted, export_run, import_log, pack_log, unpack_log
from nbflow.store.team.outbox import noting_nothing, read_notes, remove_notes
from nbflow.store.team.pulse import silences

_FOLDER = "log"
_SEVERAL = "several"  # stands for the run in the name of an object that tells of several runs, or of none
_AT_ONCE = 256  # objects that are taken over in one transaction
_OVERLAP = 3600 * 10**6
"""Objects that were sent so many microseconds before the newest known one may come later: clocks differ, servers refuse
requests of clocks that differ by more than a quarter of an hour, and a request may be repeated for some minutes."""


@dataclass(frozen=True)
class TeamLog:
    """Connects a catalog with the log objects in a bucket. `drop_copies` removes copies of blobs that are gone."""

    catalog: Path
    bucket: Bucket
    drop_copies: Callable[[Iterable[str]], None]

    # ---- sending

    def send(self) -> None:
        """Tell others of all that was committed here. What they were told of before a kill is told only once."""
        with self._writing() as db, lock.in_turn(self.catalog.with_name("send.lock")):
            while self._send_some(db):
                pass

    def _send_some(self, db: sqlite3.Connection) -> bool:
        found = db.execute("SELECT name, last FROM sending").fetchone() or self._begin(db)
        if found is None:
            return False
        name, last = found
        noted = read_notes(db, last)
        told = export_noted(db, noted)
        self.bucket.put(name, pack_log(told))
        names = self._objects_of(db, told["dropped"])
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", [(uid,) for uid in told["dropped"]])
        remove_notes(db, noted)
        _note_object(db, name)
        db.execute("DELETE FROM sending")
        db.execute("COMMIT")
        self.bucket.delete(names)
        return True

    def _begin(self, db: sqlite3.Connection) -> tuple[str, int] | None:
        """Note what goes into the next object, so that it is the same if this process is killed; None if nothing."""
        noted = read_notes(db)
        if not noted.ids:
            return None
        name, last = _name_of(db, noted_run(db, noted.keys)), noted.ids[-1]
        db.execute("INSERT INTO sending VALUES (?, ?)", (name, last))
        return name, last

    def fold(self, uid: str) -> None:
        """Replace the objects that tell parts of a run by one that tells all of it, if the run has ended."""
        with self._writing() as db, lock.in_turn(self.catalog.with_name("send.lock")):
            ended = db.execute("SELECT 1 FROM runs WHERE uid = ? AND status != ?", (uid, RunStatus.RUNNING)).fetchone()
            if ended is None:
                return
            parts = self._objects_of(db, [uid])
            name = _name_of(db, uid)
            self.bucket.put(name, pack_log(export_run(db, uid)))
            _note_object(db, name)
            self.bucket.delete(parts)

    def _objects_of(self, db: sqlite3.Connection, uids: Iterable[str]) -> list[str]:
        return [name for uid in uids for (name,) in db.execute("SELECT name FROM log WHERE uid = ?", (uid,))]

    def has_dropped(self, uid: str) -> bool:
        """Return whether a run was deleted, here or elsewhere."""
        with self._writing() as db:
            return _is_dropped(db, uid)

    # ---- receiving

    def receive(self) -> None:
        """Take over what others have told since the last call.

        Raises LogObjectDamaged if a log object cannot be read; all others are taken over nevertheless.
        """
        with self._writing() as db:
            new, damaged = self._unknown(db), list[LogObjectDamaged]()
            while new:
                some, new = new[:_AT_ONCE], new[_AT_ONCE:]
                told = [(name, data) for name, data in side_by_side(self._fetch, some) if data is not None]
                damaged += self._take_over(db, told)
                if len(told) < len(some):  # a run has ended meanwhile, and another object tells of it
                    new = self._unknown(db)
            self._take_pulses(db)
        for error in damaged:
            raise error

    def _unknown(self, db: sqlite3.Connection) -> list[str]:
        newest = None if self.bucket.url.startswith("file:") else _newest(db)  # nobody looks at clocks there
        after = f"{_FOLDER}/{max(_time_of(newest) - _OVERLAP, 0):016d}" if newest else ""
        known = {name for (name,) in db.execute("SELECT name FROM log WHERE name >= ?", (after,))}
        return sorted(one.name for one in self.bucket.list(_FOLDER, after) if one.name not in known)

    def _fetch(self, name: str) -> tuple[str, memoryview | None]:
        return name, self.bucket.get(name)

    def _take_over(self, db: sqlite3.Connection, told: Iterable[tuple[str, memoryview]]) -> list[LogObjectDamaged]:
        gone, damaged = list[str](), list[LogObjectDamaged]()
        with noting_nothing(db):
            found = []
            for name, data in told:
                try:
                    one = unpack_log(self.bucket.url, name, data)
                except LogObjectDamaged as error:
                    damaged.append(error)
                else:
                    found += [one] if _note_object(db, name) else []
            for one in found:  # first, because the clock of who deletes a run may be behind that of who made it
                _drop(db, one.get("dropped", ()))
                gone += one.get("gone", ())
            for one in sorted(found, key=lambda one: not one["runs"]["rows"]):
                import_log(db, _without_dropped(db, one))
        self.drop_copies(gone)
        return damaged

    def _take_pulses(self, db: sqlite3.Connection) -> None:
        """Note how long the drivers on other computers have been silent."""
        query = "SELECT id, host, pid, pid_start FROM runs WHERE status = ?"
        running = {run: Process(*driver) for run, *driver in db.execute(query, (RunStatus.RUNNING,)).fetchall()}
        unseen = {
            run: driver for run, driver in running.items() if is_gone(driver) or driver.host != this_process().host
        }
        for run, silence in zip(unseen, silences(self.bucket, unseen.values()), strict=True):
            write_silence(db.execute, run, silence)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        db = schema.connect(self.catalog, write=True)
        try:
            with schema.meaning_of_errors(self.catalog):
                yield db
        finally:
            db.close()  # not sealed: to hash the index many times a second would take longer than to send


def noted_run(db: sqlite3.Connection, keys: Mapping[str, list[str | int]]) -> str:
    """Return the id of the run to which all changes belong, or `several`: only the former are told again at its end."""
    if keys.keys() - {"task", "event", "run"}:
        return _SEVERAL
    found = set(keys.get("run", ()))
    for kind, table in (("task", "tasks"), ("event", "events")):
        query = f"SELECT DISTINCT uid FROM runs JOIN {table} ON {table}.run = runs.id WHERE {table}.id IN "
        listed = ", ".join(map(str, keys.get(kind, ())))
        found |= {uid for (uid,) in db.execute(f"{query} ({listed})")}
    return str(found.pop()) if len(found) == 1 else _SEVERAL


def _name_of(db: sqlite3.Connection, run: str) -> str:
    """Return a name behind all that are known here, whatever the clock says: what is told later counts."""
    newest = _newest(db)
    now = max(time.time_ns() // 1000, _time_of(newest) + 1 if newest else 0)
    return f"{_FOLDER}/{now:016d}-{run}-{secrets.token_hex(4)}"


def _newest(db: sqlite3.Connection) -> str | None:
    (name,) = db.execute("SELECT max(name) FROM log").fetchone()
    return None if name is None else str(name)


def _time_of(name: str) -> int:
    text = name.removeprefix(f"{_FOLDER}/").partition("-")[0]
    return int(text) if text.isdecimal() else 0


def _note_object(db: sqlite3.Connection, name: str) -> bool:
    """Note that this catalog holds what a log object tells, and return whether it did not before."""
    uid = name.split("-")[1] if name.count("-") == 2 else _SEVERAL
    return db.execute("INSERT OR IGNORE INTO log VALUES (?, ?)", (name, uid)).rowcount == 1


def _without_dropped(db: sqlite3.Connection, told: dict[str, Any]) -> dict[str, Any]:
    """Leave out the rows of runs that were deleted, so that what else is told of them finds no run."""
    place = told["runs"]["columns"].index("uid")
    rows = [row for row in told["runs"]["rows"] if not _is_dropped(db, row[place])]
    return {**told, "runs": {**told["runs"], "rows": rows}}


def _is_dropped(db: sqlite3.Connection, uid: str) -> bool:
    return db.execute("SELECT 1 FROM dropped WHERE uid = ?", (uid,)).fetchone() is not None


def _drop(db: sqlite3.Connection, uids: Iterable[Any]) -> None:
    for uid in uids:
        db.execute("INSERT OR IGNORE INTO dropped VALUES (?)", (uid,))
        delete_rows_of_runs(db, [run for (run,) in db.execute("SELECT id FROM runs WHERE uid = ?", (uid,)).fetchall()])
