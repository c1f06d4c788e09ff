"""Puts files into the store, so that a host that does not see them can fetch them."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from pathlib import Path

from nbflow.run.hosts.host_messages import ShippedFile
from nbflow.store.blobs.protocol import BlobStore


def ship(files: Iterable[Path], base: Path, blobs: BlobStore) -> tuple[ShippedFile, ...]:
    """Put files into the store, and return how they are found there."""
    return tuple(put_file(file, base, blobs) for file in files)


def put_file(file: Path, base: Path, blobs: BlobStore) -> ShippedFile:
    """Put a file into the store, and return how it is found there. Raises OSError if it cannot be read."""
    with file.open("rb") as opened:
        facts = os.fstat(opened.fileno())
        content = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) if facts.st_size else b""
        return ShippedFile(file.relative_to(base).as_posix(), blobs.put(content), facts.st_mode & 0o777)
