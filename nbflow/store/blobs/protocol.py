"""Defines the interface of every place that keeps blobs: raw bytes that are named by their content.

A blob's name is `HASH-SIZE`: 32 hex digits of BLAKE3 (128 bits: two blobs of one name are not to be expected before
2**64 blobs) and the length in bytes. So the name alone says how long the blob must be, and a file that a power
failure cut short is found without hashing it. Other modules must not take names apart.
"""

from __future__ import annotations

import mmap
import pickle
import re
from collections.abc import Iterator
from typing import Protocol

from blake3 import blake3

from nbflow.errors import BlobCorrupt

HASH_LENGTH = 16  # bytes; twice as many hex digits

Buffer = bytes | bytearray | memoryview | mmap.mmap | pickle.PickleBuffer


class BlobStore(Protocol):
    """Keeps blobs that are written once and read by name.

    Implement these methods to keep blobs in another place, and derive a test class from
    `nbflow.testing.BlobStoreConformance` to check it. A store must survive pickling: workers get a copy.

    Example:
        >>> from nbflow.store.blobs.memory import MemoryBlobs
        >>> blobs = MemoryBlobs()
        >>> name = blobs.put(b"hello")
        >>> bytes(blobs.open(name)), list(blobs) == [name]
        (b'hello', True)
    """

    def put(self, data: Buffer) -> str:
        """Store bytes, unless they are stored already.

        Args:
            data: A contiguous buffer.

        Returns:
            The name of the blob.

        Raises:
            StoreFull: There is no space left.
            StoreReadOnly: The store cannot be written.
        """
        ...

    def open(self, digest: str) -> mmap.mmap | bytearray:
        """Return the bytes of a blob, writable and private: a write reaches neither the store nor another reader.

        Args:
            digest: The name of the blob.

        Raises:
            BlobMissing: There is no blob of this name.
            BlobCorrupt: Its bytes are not those that were stored, or `digest` is not a name.
        """
        ...

    def exists(self, digest: str) -> bool:
        """Return whether the blob is there in its full length; its bytes are read only where they may have changed.

        Args:
            digest: The name of the blob.
        """
        ...

    def check(self, digest: str) -> None:
        """Hash every byte of a blob.

        Args:
            digest: The name of the blob.

        Raises:
            BlobMissing: There is no blob of this name.
            BlobCorrupt: Its bytes are not those that were stored.
        """
        ...

    def delete(self, digest: str) -> int:
        """Delete a blob; buffers that are open stay readable.

        Args:
            digest: The name of the blob.

        Returns:
            The number of bytes freed; 0 if there was no such blob.
        """
        ...

    def parts(self, digest: str) -> tuple[str, ...]:
        """Return the names of the pieces of which a blob consists, which other blobs may have too.

        Args:
            digest: The name of the blob.

        Returns:
            The name of each piece, which tells its size; only the name of the blob if it is kept in one piece.
        """
        ...

    def sweep(self, dry_run: bool = False) -> int:
        """Remove what killed writers left half-written; nobody may write meanwhile.

        Args:
            dry_run: Only count.

        Returns:
            The number of bytes freed.
        """
        ...

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all blobs, in any order."""
        ...


def view(data: Buffer) -> memoryview:
    """Return a view of the bytes of `data` in memory, without a copy."""
    return data.raw() if isinstance(data, pickle.PickleBuffer) else memoryview(data).cast("B")


def hash_bytes(data: Buffer) -> str:
    """Return the BLAKE3 hash of the bytes, in 32 hex digits."""
    return blake3(view(data)).hexdigest(HASH_LENGTH)


def name(hashed: str, size: int) -> str:
    """Return the name of a blob with this hash and this length in bytes."""
    return f"{hashed}-{size}"


def blob_size(digest: str) -> int:
    """Return the length in bytes that a blob's name states. Raises BlobCorrupt if it is not the name of a blob."""
    return int(valid_name(digest).rpartition("-")[2])


_NAME = re.compile(r"[0-9a-f]{32}-[0-9]{1,19}")


def is_name(digest: str) -> bool:
    """Return whether a text has the form of a blob's name."""
    return _NAME.fullmatch(digest) is not None


def valid_name(digest: str) -> str:
    """Return the name of a blob as it is. Raises BlobCorrupt if it has another form: it may be a path to elsewhere."""
    if not is_name(digest):
        raise BlobCorrupt(digest, "this is not the name of an object")
    return digest
