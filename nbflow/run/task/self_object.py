"""Provides `self` in a cell in Metaflow mode: an object with the artifacts, and with `next` and `index`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Self:
    """Gives the inputs as attributes; attributes that are set become artifacts. The graph knows where `next` leads."""

    def __init__(self, inputs: Mapping[str, Any], path: tuple[int, ...], steps: Iterable[str]) -> None:
        self.__dict__.update(dict.fromkeys(steps), **inputs)
        self.__dict__["index"] = path[-1] if path else None

    def next(self, *_targets: object, **_how: object) -> None:
        """Accept a transition that the graph already knows."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"self has no artifact '{name}': no step above wrote it")
