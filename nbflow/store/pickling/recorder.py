"""What whoever takes a value apart may ask, and tell, the recording that the value is part of."""

from __future__ import annotations

from typing import Any, Protocol

from nbflow.store.pickling.array_layout import HeldArray, Layout
from nbflow.store.pickling.attributes import Attributes
from nbflow.store.pickling.home import Home


class Recorder(Protocol):
    """A recording that goes on."""

    home: Home
    layout: Layout
    by_column: bool
    copies_on_write: bool
    guarded: set[int]  # ids of arrays that only pandas writes to
    weak_targets: list[object]
    attributes: dict[int, Attributes]  # dicts of objects that others may hold, by their ids
    own_globals: dict[int, dict[str, Any]]  # of functions, by the id of their globals

    def lose(self, obj: object, reason: str) -> Any:
        """What to return for an object that cannot be stored."""

    def hold(self, held: HeldArray) -> None:
        """Note memory that others may share."""

    def guard(self, array: object) -> None:
        """Note an array that only pandas writes to; whoever asks us for it keeps it alive."""

    def is_stored(self, target: object) -> bool:
        """Tell whether something is stored for itself, and not just because it is asked for here."""

    def reduce_as_pickle(self, obj: object) -> Any:
        """Return how pickle takes an object apart."""

    def is_written_elsewhere(self, namespace: dict[str, Any], owner: object) -> bool:
        """Tell whether the dict of an object is written as that of another one."""

    def digest(self, cls: type) -> str:
        """By which a class is named; inside the stream of a class it has none, so that recursion ends."""
