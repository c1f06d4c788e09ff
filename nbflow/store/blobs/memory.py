"""Keeps blobs in a dict, for tests and for finding out what an encoding would store."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.errors import BlobCorrupt, BlobMissing
from nbflow.store.blobs.chunks import name_of_blob
from nbflow.store.blobs.protocol import Buffer, blob_size, is_name, valid_name, view


class MemoryBlobs:
    """Keeps blobs in `blobs`, a dict from name to bytes; see `BlobStore` for the meaning of the methods."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def put(self, data: Buffer) -> str:
        digest = name_of_blob(data)
        self.blobs.setdefault(digest, bytes(view(data)))
        return digest

    def open(self, digest: str) -> bytearray:
        self._measure(digest)
        return bytearray(self.blobs[digest])

    def exists(self, digest: str) -> bool:
        return is_name(digest) and digest in self.blobs and len(self.blobs[digest]) == blob_size(digest)

    def check(self, digest: str) -> None:
        """Hash every byte of a blob. Raises BlobMissing or BlobCorrupt."""
        self._measure(digest)
        if name_of_blob(self.blobs[digest]) != digest:
            raise BlobCorrupt(digest, "its bytes are not those that were written")

    def delete(self, digest: str) -> int:
        return len(self.blobs.pop(digest, b""))

    def parts(self, digest: str) -> tuple[str, ...]:
        return (digest,)

    def sweep(self, dry_run: bool = False) -> int:
        return 0

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self.blobs))

    def _measure(self, digest: str) -> None:
        if valid_name(digest) not in self.blobs:
            raise BlobMissing(digest)
        if len(self.blobs[digest]) != blob_size(digest):
            raise BlobCorrupt(digest, f"it holds {len(self.blobs[digest])} bytes instead of {blob_size(digest)}")
