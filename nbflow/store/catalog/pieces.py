"""Says which bytes on disk the components are, for those who count or delete them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Ask = Callable[[str], Iterable[Sequence[Any]]]
"""Runs a statement that reads, and returns its rows."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Names what a component takes on disk: the bytes of the stream in its row, and its blobs, each once."""

    inline: int
    blobs: tuple[str, ...] = ()


def pieces_of_components(ask: Ask) -> dict[str, Pieces]:
    """Return the pieces of every component, by its digest."""
    rows = ask("SELECT digest, coalesce(length(stream), 0), buffers, blob FROM components")
    return {digest: Pieces(inline, _blobs(buffers, blob)) for digest, inline, buffers, blob in rows}


def _blobs(buffers: str | None, blob: str | None) -> tuple[str, ...]:
    if not buffers and not blob:
        return ()
    return tuple(dict.fromkeys([*(buffers or "").split(), *([blob] if blob else [])]))
