"""Packs texts for the catalog, each under a digest of its bytes, and checks the digest when it reads one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from blake3 import blake3

from nbflow.errors import BlobCorrupt
from nbflow.store.blobs.protocol import HASH_LENGTH

_SLICE = 1 << 12  # bytes that are unpacked at once, to at most 4 MB
LONGEST_TEXT = 1 << 30  # bytes: a body of some kilobytes may claim to unpack to any length


def pack_text(text: str) -> tuple[str, bytes]:
    """Return the digest of a text, and its packed bytes."""
    raw = text.encode("utf-8", "surrogatepass")
    return str(blake3(raw).hexdigest(HASH_LENGTH)), zlib.compress(raw, 1)


def unpack_text(digest: str, body: bytes) -> str:
    """Return the text with this digest. Raises BlobCorrupt if the packed bytes hold another one, or none."""
    try:
        if _hash_unpacked(body) != digest:
            raise BlobCorrupt(digest, "its text is not the one that was stored")
        return zlib.decompress(body).decode("utf-8", "surrogatepass")
    except (zlib.error, TypeError) as error:
        raise BlobCorrupt(digest, "its text cannot be unpacked") from error


def _hash_unpacked(body: bytes) -> str:
    """Return the digest of a packed text without holding the text: a short body may unpack to a gigabyte."""
    hasher, length = blake3(), 0
    for piece in _unpacked(body):
        hasher.update(piece)
        length += len(piece)
        if length > LONGEST_TEXT:
            return ""
    return str(hasher.hexdigest(HASH_LENGTH))


def _unpacked(body: bytes) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    for start in range(0, len(body), _SLICE):
        yield unpacking.decompress(body[start : start + _SLICE])
    yield unpacking.flush()
