"""Messages of the protocol as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
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
    return {name: getattr(message, name) for name in message.__slots__}
