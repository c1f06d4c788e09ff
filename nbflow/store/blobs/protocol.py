"""Blobs: raw bytes named by their content. The interface that every place for bytes offers.

A blob's name is `HASH-SIZE`: 32 hex digits of BLAKE3 (128 bit: two different blobs of one name are not to be
expected before 2**64 of them) and the length in bytes. So a name alone says how long the blob must be, and a file that
a power cut left too short is found without hashing it. Names are opaque to everyone else.
"""

from __future__ import annotations

import mmap
import pickle
from collections.abc import Iterator
from typing import Protocol

from blake3 import blake3

HASH_LENGTH = 16  # bytes; twice as many hex digits

Buffer = bytes | bytearray | memoryview | mmap.mmap | pickle.PickleBuffer


class BlobStore(Protocol):
    """Write once, read by name. `tests/store/test_blobs.py` is the conformance contract of every implementation."""

    def put(self, data: Buffer) -> str:
        """Store the bytes unless they are there already; return their name. Raises StoreFull."""
        ...

    def open(self, digest: str) -> mmap.mmap | bytearray:
        """The bytes, writable and private: writing to them reaches neither the store nor another reader.

        Raises BlobMissing or BlobCorrupt.
        """
        ...

    def exists(self, digest: str) -> bool:
        """Whether the blob is there in its full length; its bytes are not looked at."""
        ...

    def check(self, digest: str) -> None:
        """Hash every byte. Raises BlobMissing or BlobCorrupt."""
        ...

    def delete(self, digest: str) -> int:
        """Forget the blob; what is open stays readable. Returns the bytes freed, 0 if it was not there."""
        ...

    def __iter__(self) -> Iterator[str]:
        """The names of all blobs, in no order."""
        ...


def view(data: Buffer) -> memoryview:
    """The bytes of `data` as they lie in memory, without a copy."""
    return data.raw() if isinstance(data, pickle.PickleBuffer) else memoryview(data).cast("B")


def hash_bytes(data: Buffer) -> str:
    return blake3(view(data)).hexdigest(HASH_LENGTH)


def name(hashed: str, size: int) -> str:
    return f"{hashed}-{size}"


def blob_size(digest: str) -> int:
    """The length that the name promises."""
    return int(digest.rpartition("-")[2])
