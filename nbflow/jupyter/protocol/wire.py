"""Converts messages of the protocol to JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any


def to_json(message: Any) -> str:
    """Return a message as JSON that browsers can read: NaN and infinity become strings."""
    try:
        return json.dumps(message, default=_facts, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return to_json(to_data(message))


def to_data(message: Any) -> Any:
    """Return a message as dictionaries and lists, which `json` can write."""
    match message:
        case float() if not math.isfinite(message):
            return str(message)
        case str():
            return str(message)  # also a member of an enum
        case int() | float() | None:
            return message
        case tuple() | list():
            return [to_data(one) for one in message]
        case Mapping():
            return {name: to_data(one) for name, one in message.items()}
        case _:
            return {name: to_data(value) for name, value in _facts(message).items()}


def _facts(message: Any) -> dict[str, Any]:
    """Return the fields of a dataclass; much faster than `asdict`, which copies nested values."""
    names, read = _fields(type(message))  # type: ignore[arg-type]  # a class can be hashed
    return dict(zip(names, read(message), strict=True))


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names: tuple[str, ...] = kind.__slots__
    read = attrgetter(*names)
    return names, read if len(names) > 1 else lambda message: (read(message),)
