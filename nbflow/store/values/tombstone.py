"""Defines the stand-in for a value that could not be stored: every use of it raises an error that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from nbflow.errors import LostValue
from nbflow.store.values.artifact_ref import Lost

_USES = """
call iter next len bool contains getitem setitem delitem enter exit array aiter anext aenter aexit await
eq ne lt le gt ge int float complex index str format bytes
add radd sub rsub mul rmul matmul rmatmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow
and rand or ror xor rxor lshift rlshift rshift rrshift neg pos abs invert
""".split()  # noqa: SIM905 - fifty quoted words are hard to read


class Tombstone:
    """Raises LostValue at any use. Its type, its repr and its pickle are its own, not those of the lost value.

    It has the hash of an object, because a set or a dict that held the value must still load.
    """

    __slots__ = ("_lost",)

    def __init__(self, lost: Lost) -> None:
        object.__setattr__(self, "_lost", lost)

    def __repr__(self) -> str:
        return f"<lost {self._lost.was} '{self._lost.path}': {self._lost.reason}>"

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return tombstone, (self._lost.path, self._lost.was, self._lost.reason)

    def __getattr__(self, name: str) -> NoReturn:
        # a search for a protocol must end quietly; a use of the value must raise
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        raise _lost_value(self)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise _lost_value(self)

    def __delattr__(self, name: str) -> NoReturn:
        raise _lost_value(self)

    __hash__ = object.__hash__


_handles: ContextVar[Mapping[str, object]] = ContextVar("nbflow_handles", default={})  # noqa: B039 - never written


@contextmanager
def reattaching(handles: Mapping[str, object]) -> Iterator[None]:
    """Put these live objects at their paths, instead of tombstones, into streams that are loaded in this context."""
    token = _handles.set(handles)
    try:
        yield
    finally:
        _handles.reset(token)


def tombstone(path: str, was: str, reason: str) -> Any:
    """Return the stand-in for a lost value, or the live object if one is reattached; stored streams call this."""
    handles = _handles.get()
    return handles[path] if path in handles else Tombstone(Lost(path, was, reason))


def lost(value: Tombstone) -> Lost:
    """Return the facts about the loss that a tombstone stands for."""
    found: Lost = object.__getattribute__(value, "_lost")
    return found


def _lost_value(value: Tombstone) -> LostValue:
    record = lost(value)
    return LostValue(record.path, record.was, record.reason)


def _refuse(value: Tombstone, *args: object, **kwargs: object) -> NoReturn:
    raise _lost_value(value)


for _use in _USES:
    setattr(Tombstone, f"__{_use}__", _refuse)
