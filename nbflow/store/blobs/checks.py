"""Hashes each blob once in every process that maps it, in a thread beside the work.

To hash 4 GB takes seconds, and to map them 2 ms. So a map is given at once, and who makes something of it that is to
last calls `find_damage` first: a task before its result counts, a client before it returns a value.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Thread

from nbflow.errors import BlobCorrupt, BlobMissing

Check = Callable[[], None]
"""Hashes a file and notes it if it is whole. Raises BlobCorrupt, or BlobMissing if it was deleted."""


_PAUSE = 0.05
"""So many seconds after the first map the hashing begins, so that who maps many blobs has them all at once."""


@dataclass
class _Checks:
    """Holds what one process has to hash and what it has found.

    `whole` are the files that need not be hashed again, each with the time of its last change, which nobody can set.
    """

    pid: int = field(default_factory=os.getpid)
    changed: Condition = field(default_factory=Condition)
    whole: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, tuple[str, Check]] = field(default_factory=dict)
    working: int = 0  # threads that hash now
    found: list[BlobCorrupt] = field(default_factory=list)
    tell: Callable[[BlobCorrupt], None] = lambda error: None
    newer: int | None = None

    def take(self) -> tuple[str, Check] | None:
        with self.changed:
            if not self.waiting:
                return None
            self.working += 1
            return self.waiting.popitem()[1]

    def work(self) -> None:
        """Hash what waits; any number of threads may do so."""
        while (taken := self.take()) is not None:
            error = _check(*taken)
            with self.changed:
                self.working -= 1
                if error is not None:
                    self.found.append(error)
                self.changed.notify_all()
            if error is not None:
                self.tell(error)


_checks = _Checks()


def _mine() -> _Checks:
    """Return the checks of this process: a child that was forked has neither the threads nor a free lock."""
    global _checks
    if _checks.pid != os.getpid():
        _checks = _Checks(whole=dict(_checks.whole), tell=_checks.tell, newer=_checks.newer)
    return _checks


def _check(digest: str, check: Check) -> BlobCorrupt | None:
    try:
        with suppress(BlobMissing, OSError):  # it was deleted meanwhile, and its map stays as it was
            check()
    except BlobCorrupt as error:
        return BlobCorrupt(digest, error.reason)
    return None


def is_whole(file: str, changed: int) -> bool:
    """Return whether this process has hashed or written a file whose last change was at this time (nanoseconds)."""
    return _mine().whole.get(file) == changed


def note_whole(file: str, changed: int) -> None:
    """Note that this process knows the bytes of a file."""
    _mine().whole[file] = changed


def check_soon(file: str, digest: str, changed: int, check: Check) -> None:
    """Hash a file of the blob `digest` in a thread, once."""
    mine = _mine()
    if is_whole(file, changed) or (mine.newer is not None and changed >= mine.newer):
        return
    with mine.changed:
        is_first = not mine.waiting and not mine.working
        mine.waiting[file] = digest, check
    if is_first:
        with suppress(RuntimeError):  # no more threads: `find_damage` does it
            Thread(target=_work_later, args=(mine,), daemon=True, name="nbflow checks blobs").start()


def _work_later(mine: _Checks) -> None:
    time.sleep(_PAUSE)
    mine.work()


def find_damage(among: Collection[str] | None = None) -> BlobCorrupt | None:
    """Wait until everything that this process has mapped is hashed; return a damaged blob, or one of these, once."""
    mine = _mine()
    mine.work()
    with mine.changed:
        mine.changed.wait_for(lambda: not mine.working)
        damage = next((one for one in mine.found if among is None or one.digest in among), None)
        mine.found = [one for one in mine.found if one is not damage]
    return damage


def trust_newer() -> None:
    """Hash no blob that is written from now on: whoever writes it hashes it, and what is so new has left no memory."""
    _mine().newer = time.time_ns()


def tell_damage(tell: Callable[[BlobCorrupt], None]) -> None:
    """Call `tell`, in a thread, when a mapped blob is found to be damaged."""
    _mine().tell = tell
