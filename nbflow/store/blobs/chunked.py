"""Keeps large blobs in chunks: `blobs/chunks` has the chunks, and `blobs/recipes` lists those of each large blob."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from nbflow.errors import BlobCorrupt, BlobMissing
from nbflow.store.blobs import maps
from nbflow.store.blobs.chunks import (
    CHUNKED,
    chunks_of,
    name_of_chunks,
    name_of_piece,
    name_of_recipe,
    read_recipe,
    write_recipe,
)
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.protocol import Buffer, blob_size, hash_bytes, is_name, name, view


class ChunkedBlobs:
    """Keeps small blobs in one file each and large ones in chunks; see `BlobStore` for the meaning of the methods.

    The chunks of a blob are mapped side by side. Large blobs of earlier versions, which are one file, stay readable.
    """

    def __init__(self, root: Path, mapped: bool = True) -> None:
        self.root = root
        self.whole = LocalBlobs(root, mapped)
        self.chunks = LocalBlobs(root / "chunks", mapped)
        self.recipes = LocalBlobs(root / "recipes", mapped=False)

    def put(self, data: Buffer) -> str:
        content = view(data)
        if content.nbytes < CHUNKED:
            return self.whole.put(content)
        if (known := maps.untouched(content)) is not None and self.exists(known):
            return known
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most values are small

        pieces = list(chunks_of(content))
        names: list[str] = []
        with ThreadPoolExecutor(1) as hashing:  # it releases the GIL, so that it goes on beside the writing
            for piece, named in zip(pieces, hashing.map(name_of_piece, pieces), strict=True):
                self.chunks.keep(piece, named)
                names.append(named)
        self.recipes.put(write_recipe(names))
        return name_of_chunks(names)

    def open(self, digest: str) -> mmap.mmap | bytearray:
        names = self._recipe(digest)
        if names is None:
            return self.whole.open(digest)
        with _meaning(digest):
            if self.chunks.mapped:
                with suppress(OSError):  # the system has no room for so many maps: read it instead
                    return self._map(digest, names)
            return bytearray(b"").join(self.chunks.open(one) for one in names)

    def _map(self, digest: str, names: Sequence[str]) -> mmap.mmap:
        side_by_side = maps.SideBySide(blob_size(digest), digest)
        for one in names:
            with self.chunks.opened(one) as file:
                side_by_side.add(file, blob_size(one), one)
                self.chunks.check_soon(file, one, digest)
        return side_by_side.whole

    def exists(self, digest: str) -> bool:
        try:
            names = self._recipe(digest) if is_name(digest) else None
        except BlobCorrupt:
            return False
        return self.whole.exists(digest) if names is None else all(map(self.chunks.exists, names))

    def check(self, digest: str) -> None:
        names = self._recipe(digest)
        if names is None:
            self.whole.check(digest)
            return
        with _meaning(digest):
            self.recipes.check(name_of_recipe(digest))
            for one in names:
                self.chunks.check(one)

    def delete(self, digest: str) -> int:
        """Delete a blob. The chunks of a large one go with the next `sweep`, if no other blob has them."""
        if is_name(digest) and blob_size(digest) >= CHUNKED and (freed := self.recipes.delete(name_of_recipe(digest))):
            return freed
        return self.whole.delete(digest)

    def parts(self, digest: str) -> tuple[str, ...]:
        try:
            return self._recipe(digest) or (digest,)
        except BlobCorrupt:
            return (digest,)

    def sweep(self, dry_run: bool = False) -> int:
        freed = self.remove_unfinished(dry_run)
        used = {one for names in self._listed() for one in names}
        unused = [one for one in self.chunks if one not in used]
        return freed + sum(blob_size(one) if dry_run else self.chunks.delete(one) for one in unused)

    def remove_unfinished(self, dry_run: bool = False) -> int:
        """Remove the half-written files of killed writers, and return the bytes freed. Nobody may write meanwhile."""
        return sum(part.remove_unfinished(dry_run) for part in (self.whole, self.chunks, self.recipes))

    def __iter__(self) -> Iterator[str]:
        yield from self.whole
        yield from map(name_of_chunks, self._listed())

    def _listed(self) -> Iterator[tuple[str, ...]]:
        """Yield the names of the chunks of each large blob whose recipe is whole."""
        for recipe in self.recipes:
            with suppress(BlobCorrupt):
                yield self._chunks_in(recipe)

    def _recipe(self, digest: str) -> tuple[str, ...] | None:
        """Return the names of the chunks of a blob; None if the blob is not kept in chunks."""
        if blob_size(digest) < CHUNKED:
            return None
        try:
            with _meaning(digest):
                return self._chunks_in(name_of_recipe(digest))
        except BlobMissing:
            return None

    def _chunks_in(self, recipe: str) -> tuple[str, ...]:
        """Return the chunks that a recipe lists. It is hashed in any case: it is short, and much depends on it."""
        content = bytes(self.recipes.open(recipe))
        if name(hash_bytes(content), len(content)) != recipe:
            raise BlobCorrupt(recipe, "the list of its chunks is not the one that was written")
        return read_recipe(content)


@contextmanager
def _meaning(digest: str) -> Iterator[None]:
    """Turn what is wrong with a part of a blob into what is wrong with the blob."""
    try:
        yield
    except BlobMissing:
        raise BlobMissing(digest) from None
    except BlobCorrupt as error:
        raise BlobCorrupt(digest, error.reason) from None
