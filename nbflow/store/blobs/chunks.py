"""Names blobs by their bytes. A large blob is named after its chunks, which are stored one by one.

So of a large array that changed a little, only the chunks that changed are stored again, and of a map of a blob only
the chunks to which somebody wrote are hashed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbflow.store.blobs import maps
from nbflow.store.blobs.protocol import Buffer, blob_size, hash_bytes, name, view

CHUNK = 8 << 20
"""A chunk has so many bytes, whole pages; the last chunk of a blob may have fewer."""

CHUNKED = 2 * CHUNK
"""Blobs of so many bytes or more are kept in chunks."""

WORTH_ASKING = 1 << 20
"""From so many bytes on it is quicker to ask the system whether a map was written to than to hash it."""


def name_of_blob(data: Buffer) -> str:
    """Return the name of these bytes as a blob."""
    content = view(data)
    if content.nbytes < CHUNKED:
        return name_of_piece(content)
    return maps.untouched(content) or name_of_chunks([name_of_piece(chunk) for chunk in chunks_of(content)])


def name_of_piece(content: memoryview) -> str:
    """Return the name of bytes that are kept as one piece; a map to which nobody wrote is not hashed."""
    known = maps.untouched(content) if content.nbytes >= WORTH_ASKING else None
    return known or name(hash_bytes(content), content.nbytes)


def is_named(data: Buffer, digest: str) -> bool:
    """Return whether a blob of this name has these bytes. Large blobs of earlier versions are named as one piece."""
    content = view(data)
    if content.nbytes != blob_size(digest):
        return False
    return name_of_blob(content) == digest or (content.nbytes >= CHUNKED and name_of_piece(content) == digest)


def chunks_of(content: memoryview) -> Iterator[memoryview]:
    """Yield the chunks of a large blob."""
    return (content[start : start + CHUNK] for start in range(0, content.nbytes, CHUNK))


def name_of_chunks(names: Sequence[str]) -> str:
    """Return the name of the blob that consists of these chunks."""
    return name(hash_bytes(write_recipe(names)), sum(map(blob_size, names)))


def write_recipe(names: Sequence[str]) -> bytes:
    """Return the bytes that list the chunks of a blob: a name per line."""
    return "\n".join(names).encode()


def read_recipe(recipe: bytes) -> tuple[str, ...]:
    """Return the names of the chunks in a recipe."""
    return tuple(recipe.decode().split("\n"))


def name_of_recipe(digest: str) -> str:
    """Return the name under which the recipe of a large blob is kept: it has the same hash, and its own length."""
    size = blob_size(digest)
    full, rest = divmod(size, CHUNK)
    lengths = [CHUNK] * full + ([rest] if rest else [])
    return name(digest.partition("-")[0], sum(len(name("", length)) + 33 for length in lengths) - 1)
