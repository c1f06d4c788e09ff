"""`self` in a Metaflow-mode cell: a plain bag of artifacts, with `next`, `input` and `index`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Self:
    """Reads see the inputs, writes become artifacts. The graph knows the transition, so calling it does nothing."""

    def __init__(self, inputs: Mapping[str, Any], path: tuple[int, ...], steps: Iterable[str]) -> None:
        self.__dict__.update(dict.fromkeys(steps), **inputs)
        self.__dict__["index"] = path[-1] if path else None

    def next(self, *_targets: object, **_how: object) -> None:
        """Accept what the graph already knows."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"self has no artifact '{name}': no step above wrote it")
