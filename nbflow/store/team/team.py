"""Connects the folder of a store in the user's cache folder with the bucket of which it is the copy."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

from nbflow.errors import BucketFailed, LogObjectDamaged, StoreBroken, StoreError, StoreInUse, StoreReadOnly
from nbflow.store.blobs.bucket import Bucket
from nbflow.store.blobs.cached import CachedBlobs, OldBlobs
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.objects import ObjectBlobs
from nbflow.store.catalog import schema
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.sweep import Swept, sweep
from nbflow.store.drivers import DEAD_AFTER, this_process
from nbflow.store.team.outbox import note_gone, start_noting
from nbflow.store.team.pulse import RUNS, USERS, ages, beating, name_of_driver
from nbflow.store.team.team_log import TeamLog
from nbflow.store.whole_file import replace_file

GRACE = 24 * 3600.0
"""What no run needs is deleted from a bucket only so many seconds after it was written: somebody may be about to
name it."""

_FORMAT = 1
_FORMAT_FILE, _SWEEPING = "nbflow.json", "sweeping"
_PAUSE = 30.0  # seconds for which a process does not ask again a server that did not answer
_FRESH = 2.0  # seconds for which a process does not ask again what is new
_SWEEP_LASTS = 3600.0  # seconds after which a gc that has not ended was killed
_TOGETHER = 0.25  # seconds in which what is committed goes into one object
_EVERY = 10.0  # seconds after which a process that drives a run asks what is new

_asked: dict[Path, float] = {}
_told: set[str] = set()


class Team:
    """Connects the store in the folder `root` with the bucket at `url`."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.url = root, url
        self.bucket = Bucket(url)
        self.catalog = root / "catalog.db"
        self.log = TeamLog(self.catalog, self.bucket, self._drop_copies)

    @cached_property
    def blobs(self) -> CachedBlobs:
        """Return the place for blobs: the bucket, with copies in files."""
        near = ChunkedBlobs(self.root / "blobs", mapped=not schema.is_on_network(self.catalog))
        return CachedBlobs(near, ObjectBlobs(self.bucket))

    def _drop_copies(self, digests: Iterable[str]) -> None:
        for digest in digests:
            self.blobs.near.delete(digest)

    # ---- the store in the bucket

    def refresh(self) -> None:
        """Take over what is new in the bucket, unless that was done just now; without the server, say how old it is.

        Raises StoreError if the server does not answer and nothing was ever taken over.
        """
        if time.monotonic() - _asked.get(self.root, -_FRESH) < _FRESH:
            return
        _asked[self.root] = time.monotonic()
        try:
            if self.find():
                self.log.receive()
                self.log.send()
        except LogObjectDamaged as error:
            _tell(str(error))
        except BucketFailed as error:
            _asked[self.root] = time.monotonic() + _PAUSE
            if not schema.is_there(self.catalog):
                raise
            _tell(f"{self.url}: {error.reason}: this is what the computer knew before")
        except StoreReadOnly:
            pass  # there is something to tell, but these credentials may only read

    def find(self) -> bool:
        """Return whether there is a store in the bucket, and make its index if there is none yet."""
        found = self.bucket.get(_FORMAT_FILE)
        if found is not None:
            self._index(bytes(found))
        return found is not None

    def create(self) -> None:
        """Make the store in the bucket unless it is there. Raises StoreError where that is not possible."""
        if self.find():
            return
        self._refuse_careless()
        made = json.dumps({"format": _FORMAT, "id": secrets.token_hex(8)}).encode()
        self.bucket.create(_FORMAT_FILE, made)
        self.find()

    def _refuse_careless(self) -> None:
        """Raise BucketFailed if the server writes over objects that are to be written only if there is none."""
        name = f"probe-{secrets.token_hex(8)}"
        written = [self.bucket.create(name, text) for text in (b"1", b"2")]
        self.bucket.delete([name])
        if written != [True, False]:
            fix = "Use a server that knows `If-None-Match`: S3, Azure, Google Cloud, SeaweedFS, or a folder"
            raise BucketFailed(self.url, "the server ignores conditional writes, so two runs could mix", fix)

    def _index(self, found: bytes) -> None:
        try:
            facts = json.loads(found)
            is_known = facts["format"] == _FORMAT
        except (ValueError, KeyError, TypeError):
            raise StoreBroken(self.url, f"{_FORMAT_FILE} is damaged", "Restore it from a backup") from None
        if not is_known:
            raise StoreBroken(self.url, "a later version of nbflow has made this store", "Install a later nbflow")
        known = self.root / "id"
        with suppress(FileNotFoundError):
            if known.read_text() == facts["id"] and schema.is_there(self.catalog):
                return
            if known.read_text() != facts["id"]:
                fix = f"Delete {self.root}, the copy of the one before"
                raise StoreBroken(self.url, "there is another store now than before", fix)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / "live").mkdir(mode=0o700, exist_ok=True)
        schema.create(self.catalog)
        db = schema.connect(self.catalog, write=True)
        try:
            start_noting(db)
        finally:
            schema.close_writer(db, self.catalog)
        replace_file(known, facts["id"].encode())  # others that open the copy now must not read half of it

    # ---- numbers, signs of life

    def reserve(self, flow: str, number: int) -> int:
        """Return the first number from this one on that no run of a flow has, on any machine."""
        while not self.bucket.create(f"numbers/{quote(flow, safe='')}/{number}", b""):
            number += 1
        return number

    @contextmanager
    def using(self) -> Iterator[None]:
        """Keep gc on any machine from running during the block; wait while one runs."""
        with beating(self.bucket, USERS):
            while self._is_swept():
                _tell(f"waiting: gc is running in {self.url}")
                time.sleep(1)
            yield

    def _is_swept(self) -> bool:
        return any(age < _SWEEP_LASTS for age in ages(self.bucket, _SWEEPING).values())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from writing to the store. Raises StoreInUse if somebody does so now."""
        own = f"{_SWEEPING}/{name_of_driver(this_process())}"
        self.bucket.put(own, b"")
        try:
            busy = [name for name, age in ages(self.bucket, USERS).items() if age < DEAD_AFTER]
            sweepers = [name for name, age in ages(self.bucket, _SWEEPING).items() if age < _SWEEP_LASTS]
            if busy or len(sweepers) > 1:
                raise StoreInUse(self.url, ())
            self.log.receive()
            yield
        finally:
            self.bucket.delete([own])

    def sweep(self, kept: Kept, dry_run: bool) -> Swept:
        """Delete the runs that are not kept, and what only they need and is old. Raises StoreInUse."""
        with self.alone():
            swept = sweep(self.catalog, OldBlobs(self.blobs, GRACE, self.send_gone), kept, dry_run)
            self.log.send()
            if not dry_run:
                self._remove_old_signs()
        return swept

    def _remove_old_signs(self) -> None:
        """Remove the signs of life of processes that were killed."""
        signs = ((folder, *sign) for folder in (RUNS, USERS) for sign in ages(self.bucket, folder).items())
        self.bucket.delete([f"{folder}/{name}" for folder, name, age in signs if age > GRACE])

    def outward(self) -> Outward:
        """Return what sends what one writer commits."""
        return Outward(self)

    def send_gone(self, digests: Iterable[str]) -> None:
        """Tell others of all that was committed here, and that these blobs are deleted or will be."""
        db = schema.connect(self.catalog, write=True)
        try:
            note_gone(db, digests)
        finally:
            schema.close_writer(db, self.catalog)
        self.log.send()


class Outward:
    """Sends what one writer of the catalog commits, in a thread, so that the writer does not wait."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._wake, self._over = Event(), Event()
        self._thread: Thread | None = None
        self._alive = ExitStack()
        self._runs: list[str] = []

    def begin(self, uid: str, flow: str, least: int) -> int:
        """Return the number of a run that begins; from now on this process shows that it lives."""
        number = self._team.reserve(flow, least)
        if not self._runs:
            self._alive.enter_context(beating(self._team.bucket, RUNS))
        self._runs.append(uid)
        return number

    def committed(self) -> None:
        """Have the rows sent that are committed now."""
        if self._thread is None:
            self._thread = Thread(target=self._work, daemon=True, name="nbflow sends rows")
            self._thread.start()
        self._wake.set()

    def _work(self) -> None:
        while not self._over.is_set():
            has_news = self._wake.wait(_EVERY) and not self._over.wait(_TOGETHER)
            self._wake.clear()
            with suppress(StoreError):  # `finish` tries again, and says so if it fails
                self._team.log.send()
                if not has_news and not self._over.is_set():
                    self._team.log.receive()

    def finish(self) -> None:
        """Send what is left, and put the runs that have ended into one object each; say so if that is not possible."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self._team.log.send()
            for uid in self._runs:
                self._team.log.fold(uid)
        except StoreError as error:
            reason = getattr(error, "reason", str(error))
            _tell(f"{self._team.url}: {reason}: the run is kept here, and the next nbflow command sends it")
        self._alive.close()


def _tell(text: str) -> None:
    """Print a line once in each process."""
    if text not in _told:
        _told.add(text)
        print(text, file=sys.stderr, flush=True)
