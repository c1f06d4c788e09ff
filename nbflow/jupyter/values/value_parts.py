"""Finds the parts of a value: the items of a container, the fields and attributes of an object, slices of an array."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any

from nbflow.jupyter.protocol.sent import Misunderstood
from nbflow.jupyter.protocol.value_messages import ValuePart
from nbflow.store.values.summary import describe_briefly
from nbflow.store.values.user_code import answer_of, repr_of

_ATOMS = (str, bytes, bytearray, int, float, complex, bool, type(None), type)
_TABLES = ("pandas", "polars", "pyarrow", "numpy")
_CONTAINERS = (dict, list, tuple, set, frozenset)


def count_parts(value: Any) -> int:
    """Return how many parts a value has."""
    if isinstance(value, _CONTAINERS):
        return len(value)
    array = _array(value)
    if array is not None:
        return len(array) if array.ndim > 2 else 0
    return len(_attributes(value))


def list_parts(value: Any, first: int, last: int) -> Iterator[ValuePart]:
    """Yield the parts of a value from the first to the one before the last, each with its key in code."""
    for place, (key, part) in enumerate(_items(value, first, last), first):
        summary = describe_briefly(part)
        yield ValuePart(place, key, summary.type, summary.text, count_parts(part))


def part_at(value: Any, place: int) -> tuple[str, Any]:
    """Return the key and the part at a place. Raises Misunderstood."""
    for key, part in _items(value, place, place + 1):
        return key, part
    raise Misunderstood(f"the value has {count_parts(value)} parts, and none is at {place}")


def _items(value: Any, first: int, last: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"[{repr_of(key)}]", part) for key, part in islice(value.items(), first, last))
    elif isinstance(value, list | tuple):
        names = getattr(type(value), "_fields", None)
        for place, part in enumerate(value[first:last], first):
            yield (f".{names[place]}" if isinstance(names, tuple) and place < len(names) else f"[{place}]"), part
    elif isinstance(value, set | frozenset):
        yield from ((f"{{{place}}}", part) for place, part in enumerate(islice(value, first, last), first))
    elif (array := _array(value)) is not None:
        yield from ((f"[{place}]", array[place]) for place in range(first, min(last, count_parts(array))))
    else:
        yield from ((f".{name}", part) for name, part in islice(_attributes(value).items(), first, last))


def _array(value: Any) -> Any:
    numpy = sys.modules.get("numpy")
    return value if numpy is not None and isinstance(value, numpy.ndarray) else None


def _attributes(value: Any) -> Mapping[str, Any]:
    """Return the fields of a dataclass, or what the dictionary of an object holds."""
    if isinstance(value, _ATOMS) or type(value).__module__.partition(".")[0] in _TABLES:
        return {}
    return answer_of(lambda: _held(value), lambda _: {}, 1.0)


def _held(value: Any) -> Mapping[str, Any]:
    names = [field.name for field in fields(value)] if is_dataclass(value) else []
    own = getattr(value, "__dict__", None)
    held = dict(own) if isinstance(own, dict) else {}
    declared = {name: getattr(value, name) for name in names if hasattr(value, name)}
    return {name: part for name, part in {**declared, **held}.items() if isinstance(name, str)}
