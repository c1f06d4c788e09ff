"""What a client object has several of."""

from __future__ import annotations

from typing import Generic, TypeVar

from nbflow.client.named import ClientObject

_T = TypeVar("_T", bound=ClientObject)


class Several(tuple[_T, ...], Generic[_T]):
    """A tuple that may also be called: `run["fit"].tasks` and Metaflow's `run["fit"].tasks()` are the same.

    With tags, those that have all of them.
    """

    __slots__ = ()

    def __call__(self, *tags: str) -> Several[_T]:
        return type(self)(one for one in self if one.tags.issuperset(tags)) if tags else self
