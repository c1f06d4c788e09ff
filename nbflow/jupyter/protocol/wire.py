"""Messages of the protocol as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any


def to_json(message: Any) -> str:
    """As browsers read it: NaN and infinity, which JSON does not have, become their names."""
    try:
        return json.dumps(message, default=_facts, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return to_json(to_data(message))


def to_data(message: Any) -> Any:
    """The same as dictionaries and lists, for who writes the JSON himself."""
    match message:
        case float() if not math.isfinite(message):
            return str(message)
        case str():
            return str(message)  # also a word of an enum
        case int() | float() | None:
            return message
        case tuple() | list():
            return [to_data(one) for one in message]
        case Mapping():
            return {name: to_data(one) for name, one in message.items()}
        case _:
            return {name: to_data(value) for name, value in _facts(message).items()}


def _facts(message: Any) -> dict[str, Any]:
    """The fields of a dataclass; much quicker than `asdict`, which copies what is inside."""
    names, read = _fields(type(message))  # type: ignore[arg-type]  # a class can be hashed
    return dict(zip(names, read(message), strict=True))


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names: tuple[str, ...] = kind.__slots__
    read = attrgetter(*names)
    return names, read if len(names) > 1 else lambda message: (read(message),)
