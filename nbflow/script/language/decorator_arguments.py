"""Reads the arguments of decorators. Each refusal says which argument it is, what it is, and what to write."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from nbflow.errors import HeaderError, InvalidDecorator
from nbflow.flow.syntax.units import LONGEST_DURATION, quotable, read_size

_MEGABYTE = 2**20


def wrong(name: str, value: object, expected: str, example: str) -> InvalidDecorator:
    """Return the error for a value that an argument cannot have."""
    return InvalidDecorator(f"{name}={quotable(repr(value))} is not {expected}: write for example {name}={example}")


def number(name: str, value: Any, example: str = "2") -> float:
    """Return a number from 0, which may be given as text."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not 0 <= found < math.inf:
        raise wrong(name, value, "a number from 0", example)
    return found


def whole(name: str, value: Any, example: str = "2") -> int:
    """Return a whole number from 0, which may be given as text."""
    try:
        found = number(name, value, example)
    except InvalidDecorator:
        found = math.nan
    if not found.is_integer():
        raise wrong(name, value, "a whole number from 0", example)
    return int(found)


def seconds(name: str, value: Any, unit: float) -> float:
    """Return how many seconds so many units are."""
    found = number(name, value, "5") * unit
    if found > LONGEST_DURATION:
        raise wrong(name, value, "a time of at most 30 years", "5")
    return found


def megabytes(name: str, value: Any) -> int:
    """Return the bytes of a number of megabytes, or of a size with a unit, such as `2GB`."""
    text = value.strip() if isinstance(value, str) else ""
    if re.search(r"[A-Za-z]$", text):
        try:
            return read_size(name, text)
        except HeaderError:
            raise wrong(name, value, "a size", "'2GB', or a number of megabytes") from None
    try:
        return int(number(name, value) * _MEGABYTE)
    except InvalidDecorator:
        raise wrong(name, value, "a number of megabytes", "4096, or '4GB'") from None


def pairs(name: str, value: Any, example: str) -> Mapping[str, Any]:
    """Return a dict with texts as keys; an empty one for None."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise wrong(name, value, "a dict", example)
    return value


def text(name: str, value: Any, example: str) -> str | None:
    """Return a text, or None."""
    if value is not None and not isinstance(value, str):
        raise wrong(name, value, "a text", example)
    return value


def check_packages(packages: Any, libraries: Any, python: Any) -> None:
    """Refuse packages of `@pypi` and `@conda` that are not named with their versions."""
    for name, value in (("packages", packages), ("libraries", libraries)):
        pairs(name, value, "{'pandas': '2.2.3'}")
    if python is not None and not isinstance(python, str | int | float):
        raise wrong("python", python, "a version", "'3.11'")
