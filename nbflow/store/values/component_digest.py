"""Computes the digest that names a component."""

from __future__ import annotations

from blake3 import blake3

from nbflow.store.blobs.protocol import HASH_LENGTH, Buffer, hash_bytes
from nbflow.store.values.artifact_ref import Component


def digest_component(stream: Buffer, one: Component) -> str:
    """Return the digest of a component: of its content and, unless its values are immutable, of its step and names."""
    return digest_content(stream, one.buffers, one.scope, one.members, one.refs)


def digest_content(
    stream: Buffer, buffers: tuple[str, ...], scope: str | None, members: tuple[str, ...], refs: tuple[str, ...]
) -> str:
    """Return the digest of a component that consists of these parts."""
    origin = () if scope is None else (scope, *members)
    parts = (buffers, origin, refs) if refs else (buffers, origin)
    facts = "\0".join("\n".join(part) for part in parts)
    return str(blake3(f"{hash_bytes(stream)}\0{facts}".encode("utf-8", "surrogatepass")).hexdigest(HASH_LENGTH))
