"""Tells whether a function, class or constant of the notebook is unchanged, without executing its definition again."""

from __future__ import annotations

import re
import sys
import types
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

_ATOMS = (int, float, complex, bool, str, bytes, type(None))
_LIMIT = 100_000  # values that are looked at; the rest is compared by identity
_CACHES = frozenset({"__dict__", "__weakref__", "__slotnames__", "__annotations_cache__"})


class Same:
    """Is equal only for the same object, which it keeps alive, so that no other object gets its id."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Same({self.value!r})"


def fingerprint(value: object) -> tuple[object, ...]:
    """Return facts about a value that stay equal while nobody changes it, or a part of it, in place."""
    return tuple(_facts(value, set()))


def _facts(value: Any, seen: set[int]) -> Iterator[object]:
    if isinstance(value, _ATOMS):
        yield type(value)
        yield value if value == value else "nan"
        return
    if id(value) in seen or len(seen) > _LIMIT:
        yield Same(value)
        return
    seen.add(id(value))
    yield Same(value)
    for part in _parts(value):
        yield from _facts(part, seen)


def _parts(value: Any) -> Iterator[Any]:
    """Yield what can be changed in a value: items, attributes, defaults, captured cells, the bytes of an array."""
    if isinstance(value, type):
        yield from _of_class(value)
    elif isinstance(value, types.FunctionType):
        yield from (value.__code__, value.__defaults__, value.__kwdefaults__, value.__dict__, value.__closure__)
    elif isinstance(value, staticmethod | classmethod | types.MethodType):
        yield value.__func__
    elif isinstance(value, dict):
        yield from (part for item in dict.items(value) for part in item)
    elif isinstance(value, list | tuple | set | frozenset | deque):
        yield len(value)
        yield from value
    elif isinstance(value, bytearray):
        yield bytes(value)
    elif not isinstance(value, types.ModuleType):
        yield from _of_object(value)


def _of_class(cls: type) -> Iterator[Any]:
    if cls.__module__ == "__main__":  # classes of libraries are large, and nobody changes them
        yield from (part for item in vars(cls).items() if item[0] not in _CACHES for part in item)


def _of_object(value: Any) -> Iterator[Any]:
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        if not value.dtype.hasobject and value.nbytes <= _LIMIT * 10:
            yield value.tobytes()
        return
    attributes = getattr(type(value), "__dict__", {}).get("__dict__")
    if attributes is not None and type(value).__module__ == "__main__":
        yield vars(value)


def is_rigid(value: object) -> bool:
    """Return whether the value cannot be changed in place."""
    if isinstance(value, tuple | frozenset):
        return all(map(is_rigid, value))
    return isinstance(value, (*_ATOMS, range, re.Pattern, PurePath, date, timedelta, type))
