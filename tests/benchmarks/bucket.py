"""Measures 500 MB to and from a bucket, beside obstore alone on the same server: `python -m tests.benchmarks.bucket`.

`--weed` takes SeaweedFS instead of moto. Each figure is the least of three, each with other bytes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import ObjectStore, from_url

from nbflow.store.blobs.bucket import Bucket
from nbflow.store.blobs.cached import CachedBlobs
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.objects import ObjectBlobs
from tests.buckets import environment_of, moto, weed

SIZE, TIMES = 500_000_000, 3


def bytes_of(number: int) -> bytearray:
    """Return bytes of which no two chunks are equal."""
    data = bytearray(os.urandom(1000) * (SIZE // 1000))
    for place in range(0, SIZE, 1 << 20):
        data[place : place + 8] = (number * SIZE + place).to_bytes(8)
    return data


def measured(work: Callable[[], object]) -> tuple[float, int]:
    """Return how many seconds a call takes, and by how many MB the memory of this process grows meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _most_memory(), time.perf_counter()
    work()
    return time.perf_counter() - began, _most_memory() - before


def _most_memory() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM"))


def measure(folder: Path) -> None:
    """Print the figures."""
    alone = from_url("s3://team/alone", client_options={"allow_http": True, "timeout": timedelta(seconds=120)})
    found: dict[str, list[tuple[float, int]]] = {}

    def note(what: str, work: Callable[[], object]) -> None:
        found.setdefault(what, []).append(measured(work))

    def blobs_in(name: str) -> CachedBlobs:
        return CachedBlobs(ChunkedBlobs(folder / name), ObjectBlobs(Bucket("s3://team/flows")))

    for number in range(TIMES):
        data, digests, name = bytes_of(number), list[str](), f"x{number}"
        note("put", lambda: digests.append(blobs_in("one").put(data)))  # noqa: B023 - it is called at once
        note("put by obstore", lambda: obstore.put(alone, name, memoryview(data)))  # noqa: B023 - as above
        note("get", lambda: blobs_in("two").open(digests[0]))  # noqa: B023 - as above
        note("get by obstore", lambda: obstore.get(alone, name).bytes())  # noqa: B023 - as above
        note("get to a file", lambda: _copy(alone, name, folder / name))  # noqa: B023 - as above
        note("second read", lambda: blobs_in("two").open(digests[0]))  # noqa: B023 - as above
    for what, figures in found.items():
        print(f"{what:15} {min(figures)[0]:.3f} s, + {max(memory for _, memory in figures)} MB")


def _copy(store: ObjectStore, name: str, path: Path) -> None:
    """Copy an object into a file by obstore alone."""
    with path.open("wb") as file:
        file.writelines(obstore.get(store, name).stream())


def main() -> None:
    """Start the server, and measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--weed", action="store_true", help="use SeaweedFS")
    server = weed if options.parse_args().weed else moto
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as endpoint:
        os.environ.update(environment_of(endpoint))
        measure(Path(folder))


if __name__ == "__main__":
    main()
