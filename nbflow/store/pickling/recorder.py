"""Defines the recording as reducers see it: what they may ask it and tell it while they take a value apart."""

from __future__ import annotations

from typing import Any, Protocol

from nbflow.store.pickling.array_layout import HeldArray, Layout
from nbflow.store.pickling.attributes import Attributes
from nbflow.store.pickling.home import Home


class Recorder(Protocol):
    """Records values; a reducer of a type gets it beside the object that it takes apart."""

    home: Home
    layout: Layout
    by_column: bool
    copies_on_write: bool
    guarded: set[int]  # ids of arrays to which only pandas writes
    weak_targets: list[object]
    attributes: dict[int, Attributes]  # attribute dicts that others may hold, by id
    own_globals: dict[int, dict[str, Any]]  # globals of functions, by id of the original dict

    def lose(self, obj: object, reason: str) -> Any:
        """Note that an object cannot be stored, and return what its reducer must return."""

    def hold(self, held: HeldArray) -> None:
        """Note the memory of an array, which other arrays may share."""

    def guard(self, array: object) -> None:
        """Note an array to which only pandas writes; the caller keeps it alive."""

    def is_stored(self, target: object) -> bool:
        """Tell whether an object is stored for another reason than this question."""

    def reduce_as_pickle(self, obj: object) -> Any:
        """Return pickle's own reduction of an object."""

    def is_written_elsewhere(self, namespace: dict[str, Any], owner: object) -> bool:
        """Tell whether the attribute dict of an object is written as that of another object."""

    def digest(self, cls: type) -> str:
        """Return the digest that names a class; "" inside the stream of a class, so that the recursion ends."""
