"""Keeps blobs as objects in a bucket: small ones whole, large ones as chunks that travel side by side.

`blobs/NAME` is a whole blob, `chunks/NAME` a chunk, and `recipes/NAME` lists the chunks of the large blob NAME. It is
written after them, so a listing of blobs and recipes says which blobs are there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from nbflow.errors import BlobCorrupt, BlobMissing
from nbflow.store.blobs.bucket import Bucket
from nbflow.store.blobs.chunks import (
    CHUNK,
    CHUNKED,
    chunks_of,
    name_of_chunks,
    name_of_piece,
    read_recipe,
    write_recipe,
)
from nbflow.store.blobs.protocol import Buffer, blob_size, hash_bytes, is_name, name, valid_name, view

SIDE_BY_SIDE = 6
"""So many chunks of a blob travel at once; each takes its size in memory."""

WHOLE, CHUNKS, RECIPES = "blobs", "chunks", "recipes"

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class ObjectBlobs:
    """Keeps blobs in a bucket; see `BlobStore` for the meaning of the methods."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def put(self, data: Buffer) -> str:
        content = view(data)
        if content.nbytes < CHUNKED:
            digest = name_of_piece(content)
            self.keep(WHOLE, digest, content)
            return digest
        return self.keep_chunks(side_by_side(self._keep_chunk, chunks_of(content)))

    def _keep_chunk(self, content: memoryview) -> str:
        named = name_of_piece(content)
        self.keep(CHUNKS, named, content)
        return named

    def keep(self, room: str, digest: str, content: bytes | memoryview) -> None:
        """Write bytes that are known to have this name."""
        self.bucket.put(f"{room}/{digest}", content)

    def keep_chunks(self, names: Iterable[str]) -> str:
        """Write the recipe of a large blob whose chunks are there, and return the name of the blob."""
        listed = tuple(names)
        digest = name_of_chunks(listed)
        self.keep(RECIPES, digest, write_recipe(listed))
        return digest

    def open(self, digest: str) -> bytearray:
        names = self.recipe(digest)
        if names is None:
            return self.whole(digest)
        content = bytearray(blob_size(digest))
        goal = memoryview(content)

        def fill(start: int, named: str) -> None:
            goal[start : start + blob_size(named)] = self.chunk(named, digest)

        for _ in side_by_side(lambda place: fill(*place), _places(names)):
            pass
        return content

    def whole(self, digest: str) -> bytearray:
        """Return the bytes of a blob that is one object, read in ranges. Raises BlobMissing and BlobCorrupt."""
        size = blob_size(digest)
        content = bytearray(size)
        goal = memoryview(content)

        def fill(start: int) -> None:
            length = min(CHUNK, size - start)
            goal[start : start + length] = self.bucket.get_range(f"{WHOLE}/{digest}", start, length)

        self._measure(digest)
        for _ in side_by_side(fill, range(0, size, CHUNK)):
            pass
        if name(hash_bytes(content), size) != digest:
            raise BlobCorrupt(digest, "its bytes are not those that were written")
        return content

    def _measure(self, digest: str) -> None:
        found = self.bucket.size(f"{WHOLE}/{valid_name(digest)}")
        if found is None:
            raise BlobMissing(digest)
        if found != blob_size(digest):
            raise BlobCorrupt(digest, f"it holds {found} bytes instead of {blob_size(digest)}")

    def chunk(self, named: str, digest: str) -> memoryview:
        """Return the bytes of a chunk of the blob `digest`. Raises BlobMissing and BlobCorrupt."""
        content = self.bucket.get(f"{CHUNKS}/{named}")
        if content is None:
            raise BlobMissing(digest)
        if name(hash_bytes(content), content.nbytes) != named:
            raise BlobCorrupt(digest, "its bytes are not those that were written")
        return content

    def recipe(self, digest: str) -> tuple[str, ...] | None:
        """Return the names of the chunks of a blob; None if it is not kept in chunks. Raises BlobCorrupt."""
        if blob_size(digest) < CHUNKED:
            return None
        found = self.bucket.get(f"{RECIPES}/{digest}")
        if found is None:
            return None
        try:
            names = read_recipe(bytes(found))
            if name_of_chunks(names) == digest:
                return names
        except (UnicodeDecodeError, BlobCorrupt):
            pass
        raise BlobCorrupt(digest, "the list of its chunks is not the one that was written")

    def exists(self, digest: str) -> bool:
        if not is_name(digest):
            return False
        if self.bucket.size(f"{WHOLE}/{digest}") == blob_size(digest):
            return True
        return blob_size(digest) >= CHUNKED and self.bucket.size(f"{RECIPES}/{digest}") is not None

    def check(self, digest: str) -> None:
        names = self.recipe(digest)
        if names is None:
            self.whole(digest)
            return
        for _ in side_by_side(lambda named: self.chunk(named, digest), names):
            pass

    def delete(self, digest: str) -> int:
        if not self.exists(digest):
            return 0
        self.delete_all([digest])
        return blob_size(digest)

    def delete_all(self, digests: Iterable[str]) -> None:
        """Delete blobs with few requests. The chunks of large ones go with the next `sweep`, if no other has them."""
        listed = list(digests)
        large = [f"{RECIPES}/{digest}" for digest in listed if blob_size(digest) >= CHUNKED]
        self.bucket.delete([*large, *(f"{WHOLE}/{digest}" for digest in listed)])

    def parts(self, digest: str) -> tuple[str, ...]:
        try:
            return self.recipe(digest) or (digest,)
        except BlobCorrupt:
            return (digest,)

    def sweep(self, dry_run: bool = False, older: float = 0.0) -> int:
        """Remove chunks that no blob has, and return their bytes; only those written more than `older` seconds ago."""
        found = [one for one in self.bucket.list(CHUNKS) if one.written < time.time() - older]
        large = [one.name.removeprefix(f"{RECIPES}/") for one in self.bucket.list(RECIPES)] if found else []
        used = {f"{CHUNKS}/{named}" for names in side_by_side(self.parts, large) for named in names}
        unused = [one for one in found if one.name not in used]
        if not dry_run:
            self.bucket.delete([one.name for one in unused])
        return sum(one.size for one in unused)

    def __iter__(self) -> Iterator[str]:
        yield from (digest for digest, _ in self.written())

    def written(self) -> Iterator[tuple[str, float]]:
        """Yield the names of all blobs, each with the time when it was written, in seconds since 1970."""
        for room in (WHOLE, RECIPES):
            for one in self.bucket.list(room):
                digest = one.name.removeprefix(f"{room}/")
                if is_name(digest) and (room == RECIPES or one.size == blob_size(digest)):
                    yield digest, one.written


def side_by_side(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Yield what the function returns for each item, in their order; a few are under way at once, and no more wait."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        yield from threads.map(function, items)


def _places(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each chunk with the place where it begins."""
    start = 0
    for named in names:
        yield start, named
        start += blob_size(named)
