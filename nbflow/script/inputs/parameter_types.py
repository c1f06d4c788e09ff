"""Defines the types that parameters can have, and converts texts of the command line and defaults to them."""

from __future__ import annotations

import inspect
import json
from typing import Any


class JSONTypeClass:
    """Marks a parameter that is given as JSON: a step sees the value that the JSON describes."""

    name = "JSON"

    def __repr__(self) -> str:
        return "JSON"


JSONType = JSONTypeClass()
_WORDS = {
    **dict.fromkeys(("true", "t", "1", "yes", "y", "on"), True),
    **dict.fromkeys(("false", "f", "0", "no", "n", "off"), False),
}


def is_type(value: Any) -> bool:
    """Tell whether a parameter can have this type: JSONType, a class, or a function that makes a value of a text."""
    return value is JSONType or isinstance(value, type) or inspect.isfunction(value)


def name_of_type(kind: Any) -> str:
    """Return the name of a type, as help and messages say it."""
    return str(kind.name if kind is JSONType else kind.__name__)


def convert_text(kind: Any, given: Any) -> Any:
    """Return the value for a text from the command line, or for a value from Python. Raises ValueError."""
    if kind in (int, float) and isinstance(given, bool):
        raise ValueError(f"{given!r} is not a valid {name_of_type(kind)}")
    if isinstance(given, str) and isinstance(kind, type) and issubclass(kind, list | tuple | set | frozenset):
        raise ValueError(
            f"{kind.__name__}({given!r}) would hold its letters one by one: write type=JSONType, separator=',' or "
            "multiple=True in the Parameter"
        )
    return str(given) if kind is str else _convert(kind, given)


def convert_default(kind: Any, default: Any) -> Any:
    """Return the value for a default that is not a function, as Metaflow converts it. Raises ValueError.

    A default of a str that is another value stays what it is.
    """
    if kind is str:
        return default.decode() if isinstance(default, bytes) else default
    return _convert(kind, default)


def _convert(kind: Any, given: Any) -> Any:
    if kind is JSONType:
        return _read_json(given)
    if kind is bool:
        return _read_bool(given)
    try:
        if kind is int and isinstance(given, float) and not given.is_integer():
            raise ValueError
        return kind(given)
    except Exception:  # noqa: BLE001 - the type may be a function of the script
        raise ValueError(f"{given!r} is not a valid {'integer' if kind is int else name_of_type(kind)}") from None


def _read_json(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        raise ValueError(f"{given!r} is not valid JSON") from None


def _read_bool(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if str(given).strip().lower() not in _WORDS:
        raise ValueError(f"{given!r} is not a valid boolean")
    return _WORDS[str(given).strip().lower()]
