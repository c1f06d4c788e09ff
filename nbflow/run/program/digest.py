"""Digests a list of facts, as the keys of tasks need it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from blake3 import blake3


def digest_parts(*parts: object) -> str:
    """Return a digest of parts with their types and lengths, so that ("ab", "c") differs from ("a", "bc")."""
    return digest_all(parts)


def digest_all(parts: Iterable[object]) -> str:
    """Return what `digest_parts` returns, and keep few of the parts at once: a join has some for each of its tasks."""
    state = blake3()
    tagged = map(_tagged, parts)
    while some := "".join(islice(tagged, _AT_ONCE)):
        state.update(some.encode("utf-8", "surrogatepass"))
    return str(state.hexdigest(16))


def _tagged(part: object) -> str:
    text = str(part)
    return f"{type(part).__name__} {len(text)}:{text}"


_AT_ONCE = 1000  # parts
