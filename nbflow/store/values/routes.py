"""Writes the way from a name to an object inside its value as a user would: `cfg['lock']`, `model.pool[2]`."""

from __future__ import annotations

import reprlib
import types
from collections import deque
from collections.abc import Collection, Iterator, Mapping

_OF_EXCEPTIONS = ("args", "__cause__", "__context__")
_LIMIT = 200_000  # the search stops after this many objects; further paths stay unknown


def find_paths(roots: Mapping[str, object]) -> dict[int, str]:
    """Return the path, by id, of each object that can be reached through containers and attributes, nearest first."""
    found: dict[int, str] = {}
    agenda: deque[tuple[str, object]] = deque(roots.items())
    while agenda and len(found) < _LIMIT:
        path, obj = agenda.popleft()
        if id(obj) not in found:
            found[id(obj)] = path
            agenda.extend((path + where, inner) for where, inner in _inside(obj))
    return found


def find_objects(roots: Mapping[str, object], wanted: Collection[str]) -> dict[str, object]:
    """Return the object that is now at each of the `wanted` paths; paths that lead nowhere are left out."""
    found: dict[str, object] = {}
    seen: set[int] = set()
    agenda: deque[tuple[str, object]] = deque(roots.items())
    while agenda and len(seen) < _LIMIT and len(found) < len(wanted):
        path, obj = agenda.popleft()
        if path in wanted:
            found.setdefault(path, obj)
        if id(obj) not in seen:
            seen.add(id(obj))
            agenda.extend((path + where, inner) for where, inner in _inside(obj))
    return found


def _inside(obj: object) -> Iterator[tuple[str, object]]:
    if isinstance(obj, dict):
        yield from ((f"[{reprlib.repr(key)}]", value) for key, value in dict.items(obj))
        yield from ((f" key {reprlib.repr(key)}", key) for key in dict.keys(obj) if not isinstance(key, str | int))
    elif isinstance(obj, list | tuple):
        yield from ((f"[{i}]", value) for i, value in enumerate(obj))
    elif isinstance(obj, set | frozenset | deque):
        yield from ((" item", value) for value in obj)
    elif isinstance(obj, types.FunctionType):
        yield from _captured(obj)
    elif isinstance(obj, types.MethodType):
        yield ".__self__", obj.__self__
    elif isinstance(obj, BaseException):
        yield from ((f".{name}", vars(BaseException)[name].__get__(obj)) for name in _OF_EXCEPTIONS)
    if not isinstance(obj, type | types.ModuleType):
        yield from _attributes(obj)


def _attributes(obj: object) -> Iterator[tuple[str, object]]:
    attributes = _dict_of(obj)
    if attributes is not None:
        yield from ((f".{name}", value) for name, value in attributes.items())
    for slot, member in _slots_of(type(obj)):
        try:
            yield f".{slot}", member.__get__(obj)
        except AttributeError:  # the slot is empty
            continue


def _slots_of(kind: type) -> Iterator[tuple[str, types.MemberDescriptorType]]:
    for cls in kind.__mro__:
        for slot, member in vars(cls).items() if cls.__module__ != "builtins" else ():
            if isinstance(member, types.MemberDescriptorType):
                yield slot, member


def _dict_of(obj: object) -> dict[str, object] | None:
    try:
        attributes = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return None
    return attributes if isinstance(attributes, dict) else None


def _captured(function: types.FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f".{name}", cell.cell_contents
        except ValueError:  # the cell is not bound yet
            continue
    yield from ((f" default {i}", value) for i, value in enumerate(function.__defaults__ or ()))
