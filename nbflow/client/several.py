"""Holds the tasks or artifacts of a client object in a tuple that can be called."""

from __future__ import annotations

from typing import Generic, TypeVar

from nbflow.client.named import ClientObject

_T = TypeVar("_T", bound=ClientObject)


class Several(tuple[_T, ...], Generic[_T]):
    """A tuple that can also be called: `run["fit"].tasks` and Metaflow's `run["fit"].tasks()` give the same.

    A call with tags keeps the members that have all of them.
    """

    __slots__ = ()

    def __call__(self, *tags: str) -> Several[_T]:
        return type(self)(one for one in self if one.tags.issuperset(tags)) if tags else self
