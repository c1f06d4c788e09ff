"""What whoever takes a value apart may ask, and tell, the recording that the value is part of."""

from __future__ import annotations

from typing import Any, Protocol

from nbflow.store.home import Home
from nbflow.store.layout import Held, Layout


class Recorder(Protocol):
    """A recording that goes on."""

    home: Home
    layout: Layout
    by_column: bool
    copies_on_write: bool
    guarded: set[int]  # ids of arrays that only pandas writes to
    weak_targets: list[object]
    own_globals: dict[int, dict[str, Any]]  # of functions, by the id of their globals

    def lose(self, obj: object, reason: str) -> Any:
        """What to return for an object that cannot be stored."""

    def hold(self, held: Held) -> None:
        """Note memory that others may share."""

    def guard(self, array: object) -> None:
        """Note an array that only pandas writes to; whoever asks us for it keeps it alive."""

    def digest(self, cls: type) -> str:
        """By which a class is named; inside the stream of a class it has none, so that recursion ends."""
