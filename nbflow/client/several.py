"""What a client object has several of."""

from __future__ import annotations

from typing import Generic, TypeVar

_T = TypeVar("_T")


class Several(tuple[_T, ...], Generic[_T]):
    """A tuple that may also be called: `run["fit"].tasks` and Metaflow's `run["fit"].tasks()` are the same."""

    __slots__ = ()

    def __call__(self, *tags: str) -> Several[_T]:
        return self
