"""Keeps blobs in a bucket, and a copy of each that was used here in files, from which the next read comes.

A blob, and each chunk, is written to the bucket first. So what lies in the files is also in the bucket, and need not
be sent again; what is there besides, one listing tells.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable, Iterator, Sequence

from nbflow.errors import BlobCorrupt
from nbflow.store.blobs import maps
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.chunks import CHUNKED, chunks_of, name_of_piece, write_recipe
from nbflow.store.blobs.objects import CHUNKS, WHOLE, ObjectBlobs, side_by_side
from nbflow.store.blobs.protocol import Buffer, blob_size, view


class CachedBlobs:
    """Keeps blobs in `far`, with copies in `near`; see `BlobStore` for the meaning of the methods."""

    def __init__(self, near: ChunkedBlobs, far: ObjectBlobs) -> None:
        self.near, self.far = near, far
        self._listed: frozenset[str] | None = None

    def put(self, data: Buffer) -> str:
        content = view(data)
        if (known := maps.untouched(content)) is not None and self.near.exists(known):
            return known
        if content.nbytes >= CHUNKED:
            digest = self.far.keep_chunks(names := list(side_by_side(self._put_chunk, chunks_of(content))))
            self.near.recipes.put(write_recipe(names))
            return digest
        digest = name_of_piece(content)
        if not self.near.exists(digest):
            self.far.keep(WHOLE, digest, content)
            self.near.whole.keep(content, digest)
        return digest

    def _put_chunk(self, content: memoryview) -> str:
        named = name_of_piece(content)
        if not self.near.chunks.exists(named):
            self.far.keep(CHUNKS, named, content)
            self.near.chunks.keep(content, named)
        return named

    def open(self, digest: str) -> mmap.mmap | bytearray:
        if not self.near.exists(digest):
            self.fetch(digest)
        try:
            return self.near.open(digest)
        except BlobCorrupt:  # the copy has changed on this disk
            self.near.delete(digest)
            self.fetch(digest)
            return self.near.open(digest)

    def fetch(self, digest: str) -> None:
        """Copy a blob into the files; every byte is hashed. Raises BlobMissing and BlobCorrupt."""
        names = self.far.recipe(digest)
        if names is None:
            self.near.whole.keep(memoryview(self.far.whole(digest)), digest)
            return
        for _ in side_by_side(lambda named: self._fetch_chunk(named, digest), names):
            pass
        self.near.recipes.put(write_recipe(names))

    def _fetch_chunk(self, named: str, digest: str) -> None:
        if not self.near.chunks.exists(named):
            self.near.chunks.keep(self.far.chunk(named, digest), named)

    def exists(self, digest: str) -> bool:
        return self.near.exists(digest) or digest in self._in_bucket()

    def _in_bucket(self) -> frozenset[str]:
        """Return the names of all blobs in the bucket when they were listed first: a request per blob takes hours."""
        if self._listed is None:
            self._listed = frozenset(self.far)
        return self._listed

    def forget_listing(self) -> None:
        """List the bucket again when it is asked next."""
        self._listed = None

    def check(self, digest: str) -> None:
        """Hash every byte of a blob in the bucket. A damaged copy in the files is removed: it is fetched again."""
        self.far.check(digest)
        if self.near.exists(digest):
            try:
                self.near.check(digest)
            except BlobCorrupt:
                self.near.delete(digest)

    def delete(self, digest: str) -> int:
        self.near.delete(digest)
        self._listed = None if self._listed is None else self._listed - {digest}
        return self.far.delete(digest)

    def parts(self, digest: str) -> tuple[str, ...]:
        return self.near.parts(digest) if self.near.exists(digest) else self.far.parts(digest)

    def sweep(self, dry_run: bool = False) -> int:
        self.near.sweep(dry_run)
        return self.far.sweep(dry_run)

    def remove_unfinished(self, dry_run: bool = False) -> int:
        """Remove the half-written files of killed writers, and return the bytes freed. Nobody may write meanwhile."""
        return self.near.remove_unfinished(dry_run)

    def __iter__(self) -> Iterator[str]:
        return iter(self.far)


class OldBlobs(CachedBlobs):
    """Deletes blobs that are in the bucket for more than `older` seconds, and shows no others.

    `tell` hears of them before they are deleted.
    """

    def __init__(self, blobs: CachedBlobs, older: float, tell: Callable[[Sequence[str]], None]) -> None:
        super().__init__(blobs.near, blobs.far)
        self._older, self._tell = older, tell
        self._going: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return (digest for digest, written in self.far.written() if written < time.time() - self._older)

    def delete(self, digest: str) -> int:
        """Have a blob deleted by `sweep`, which also counts the chunks of a large one."""
        self._going.append(digest)
        return blob_size(digest) if blob_size(digest) < CHUNKED else 0

    def parts(self, digest: str) -> tuple[str, ...]:
        return (digest,)

    def sweep(self, dry_run: bool = False) -> int:
        if not dry_run:
            self._tell(self._going)
            for digest in self._going:
                self.near.delete(digest)
            self.far.delete_all(self._going)
            self.near.sweep()
        return self.far.sweep(dry_run, self._older)
