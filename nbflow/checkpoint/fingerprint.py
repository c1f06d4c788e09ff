"""Whether a function, class or constant of the notebook is still what its definition made, without running it again."""

from __future__ import annotations

import pickle
import types
from collections.abc import Iterator, Mapping
from typing import Any

_LIMIT = 1 << 20  # bytes of one value; what is larger is compared by identity
_NOT_STATE = frozenset({"__dict__", "__weakref__", "__doc__", "__firstlineno__", "__annotations_cache__"})


def fingerprint(value: object) -> tuple[object, ...]:
    """Equal as long as nobody changed the value in place. Only comparable while `value` is alive: it holds ids."""
    if isinstance(value, type):
        return ("class", *_of_class(value))
    if isinstance(value, types.FunctionType):
        return ("function", *_of_function(value))
    if isinstance(value, types.ModuleType | types.BuiltinFunctionType):
        return ("same", id(value))
    return _of_state(value)


def _of_class(cls: type) -> Iterator[object]:
    for name, attribute in sorted(vars(cls).items()):
        if name not in _NOT_STATE:
            yield name
            yield _of_attribute(attribute)


def _of_attribute(attribute: Any) -> tuple[object, ...]:
    if isinstance(attribute, staticmethod | classmethod):
        return (id(attribute), *_of_function(attribute.__func__))
    if isinstance(attribute, types.FunctionType):
        return (id(attribute), *_of_function(attribute))
    return (id(attribute), *_of_state(attribute))


def _of_function(function: Any) -> Iterator[object]:
    """Its code and all that hangs on it; the functions under decorators with it."""
    while isinstance(function, types.FunctionType):
        yield id(function.__code__)
        attributes = dict(function.__dict__)
        under = attributes.pop("__wrapped__", None)
        yield _of_state([function.__defaults__, function.__kwdefaults__, attributes])
        function = under
    yield id(function)


def _of_state(value: object) -> tuple[object, ...]:
    """By value where pickle can tell at little cost, else by identity."""
    try:
        stream = pickle.dumps(value, 5)
    except Exception:  # noqa: BLE001 - the user's __reduce__
        return ("same", id(value), *_of_items(value))
    return ("value", stream) if len(stream) <= _LIMIT else ("same", id(value))


def _of_items(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from ((key_of(key), id(item)) for key, item in value.items())
    elif isinstance(value, list | tuple):
        yield from map(id, value)


def key_of(key: object) -> object:
    return key if isinstance(key, str) else id(key)
