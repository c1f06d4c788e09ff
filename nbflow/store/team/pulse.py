"""Tells others that this process is alive, and finds out who else is: an object is written again and again.

The time at which the server has written it counts. A process that writes none any more has ended, or its network has.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

from blake3 import blake3

from nbflow.errors import StoreError
from nbflow.store.blobs.bucket import Bucket
from nbflow.store.drivers import DEAD_AFTER, Process, this_process

_EVERY = DEAD_AFTER / 6
RUNS, USERS = "live", "using"
"""Are the folders in which those who drive a run, and those who write to the store just now, show that they live."""


def name_of_driver(process: Process) -> str:
    """Return a name for a process that no other process has, on any host."""
    return f"{quote(process.host, safe='')}-{process.pid}-{process.start}"


@contextmanager
def beating(bucket: Bucket, folder: str) -> Iterator[None]:
    """Show that this process lives until the block ends. Raises StoreError if the first sign cannot be written."""
    name = f"{folder}/{name_of_driver(this_process())}-{_mark_of_here()}"
    bucket.put(name, b"alive")
    over = Event()
    thread = Thread(target=_beat, args=(bucket, name, over), daemon=True, name="nbflow shows that it lives")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with suppress(StoreError):  # then it is old soon
            bucket.delete([name])


def _beat(bucket: Bucket, name: str, over: Event) -> None:
    while not over.wait(_EVERY):
        with suppress(StoreError):  # the next one may succeed
            bucket.put(name, b"alive")


def _mark_of_here() -> str:
    """Return what tells this computer, or container, from another one of the same name."""
    facts = [str(uuid.getnode())]
    with suppress(OSError):
        facts += [Path("/proc/sys/kernel/random/boot_id").read_text(), os.readlink("/proc/self/ns/pid")]
    return str(blake3(" ".join(facts).encode()).hexdigest(4))


def silences(bucket: Bucket, drivers: Iterable[Process]) -> Iterator[float | None]:
    """Yield for how many seconds each driver of a run is silent; None for one that runs, or ran, on this computer."""
    wanted = list(drivers)
    found = {name.rpartition("-")[::2]: age for name, age in ages(bucket, RUNS).items()} if wanted else {}
    here = this_process().host
    for driver in wanted:
        signs = {mark: age for (name, mark), age in found.items() if name == name_of_driver(driver)}
        if driver.host == here and signs.keys() <= {_mark_of_here()}:
            yield None
        else:
            yield min(signs.values(), default=float(10**9))


def ages(bucket: Bucket, folder: str) -> Mapping[str, float]:
    """Return how many seconds ago each process has shown that it lives, by the name of the driver."""
    now = time.time()
    return {one.name.removeprefix(f"{folder}/"): now - one.written for one in bucket.list(folder)}
