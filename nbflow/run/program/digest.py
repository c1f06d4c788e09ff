"""Digests a list of facts, as the keys of tasks need it."""

from __future__ import annotations

from blake3 import blake3


def digest_parts(*parts: object) -> str:
    """Return a digest of parts with their types and lengths, so that ("ab", "c") differs from ("a", "bc")."""
    tagged = (f"{type(part).__name__} {len(text)}:{text}" for part in parts for text in (str(part),))
    return str(blake3("".join(tagged).encode("utf-8", "surrogatepass")).hexdigest(16))
