"""Packs texts for the catalog, each under a digest of its bytes, and checks the digest when it reads one."""

from __future__ import annotations

import zlib

from blake3 import blake3

from nbflow.errors import BlobCorrupt
from nbflow.store.blobs.protocol import HASH_LENGTH

LONGEST_TEXT = 1 << 30  # bytes: a body of some kilobytes may claim to unpack to any length


def pack_text(text: str) -> tuple[str, bytes]:
    """Return the digest of a text, and its packed bytes."""
    raw = text.encode("utf-8", "surrogatepass")
    return str(blake3(raw).hexdigest(HASH_LENGTH)), zlib.compress(raw, 1)


def unpack_text(digest: str, body: bytes) -> str:
    """Return the text with this digest. Raises BlobCorrupt if the packed bytes hold another one, or none."""
    try:
        raw = zlib.decompressobj().decompress(body, LONGEST_TEXT)
    except (zlib.error, TypeError) as error:
        raise BlobCorrupt(digest, "its text cannot be unpacked") from error
    if blake3(raw).hexdigest(HASH_LENGTH) != digest:
        raise BlobCorrupt(digest, "its text is not the one that was stored")
    return raw.decode("utf-8", "surrogatepass")
