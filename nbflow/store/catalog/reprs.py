"""Reads times, exact numbers, paths and members of enumerations from their reprs, and writes them as a person does.

Values of pandas and NumPy are read as those of Python, so that neither has to be there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Member:
    """Describes a member of an enumeration."""

    name: str
    value: object

    def __str__(self) -> str:
        return self.name


ReprValue = date | time | timedelta | Decimal | Fraction | Member | str
"""A value that its repr tells. A datetime is a date, too; a path, an identifier and a period are their texts."""


def rank_of(value: object) -> float | None:
    """Return the number by which a value is sorted, in seconds for times; None if it is sorted as a text."""
    match value:
        case bool() | int() | float() | Fraction():
            return float(value)
        case Decimal():
            return None if value.is_nan() else float(value)
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        case date():
            return (value - date(1970, 1, 1)).total_seconds()
        case time():
            return (datetime.combine(date.min, value.replace(tzinfo=None)) - datetime.min).total_seconds()
        case timedelta():
            return value.total_seconds()
        case Member():
            return rank_of(value.value)
        case _:
            return None


def readable_value(value: object) -> str:
    """Return a value as a person reads it: a time at midnight as the day, a path without its type."""
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)


_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_INSIDE = rf"(?:[^()'\"]|{_QUOTED})"
_CALL = rf"(?:datetime\.|np\.)?[A-Za-z]\w*\((?:{_INSIDE}|\({_INSIDE}*\))*\)"
_MEMBER = re.compile(r"<(?:\w+\.)*\w+\.([\w|]+): (.*)>", re.DOTALL)
_PARTS = re.compile(rf"(?P<quoted>{_QUOTED})|(?<![\w.])(?:{_CALL}|np\.(?:True|False)_)|<[\w.]+\.[\w|]+: [^<>]*>")
_NUMPY = re.compile(r"np\.\w+\((.*)\)|np\.(True|False)_")


def readable(text: str) -> str:
    """Return a line of reprs in which each is as a person reads it if it is one of these, or a scalar of NumPy."""
    if "(" not in text and "<" not in text and "np." not in text:
        return text  # most are: thousands are read at once
    whole = _alone(text)
    return _PARTS.sub(lambda part: part[0] if part["quoted"] else _alone(part[0]), text) if whole == text else whole


def _alone(text: str) -> str:
    value = read_repr(text)
    if value is not None:
        return readable_value(value)
    scalar = _NUMPY.fullmatch(text)
    return scalar[1] or scalar[2] if scalar else text


@lru_cache(4096)  # many tasks have the same values
def read_repr(text: str) -> ReprValue | None:
    """Return the value that a repr tells; None if it is none of these, or not told as a whole."""
    member = _MEMBER.fullmatch(text)
    if member:
        return Member(member[1], _literal(member[2]))
    try:
        value = _value(ast.parse(text, mode="eval").body) if text.endswith(")") and text[0].isalpha() else None
    except (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError):
        return None
    return value if isinstance(value, ReprValue) else None


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Call():
            named = {str(one.arg): _value(one.value) for one in node.keywords}
            return _MAKERS[ast.unparse(node.func)](*map(_value, node.args), **named)
        case ast.Attribute():
            return {"datetime.timezone.utc": UTC}[ast.unparse(node)]
        case _:
            return ast.literal_eval(node)


def _instant(text: str, *_: object, **__: object) -> date | str:
    """Read a time; it stays a text if it is finer than a microsecond, or coarser than a day."""
    digits = re.search(r"\.\d{6}(\d+)", text)
    if digits and digits[1].strip("0"):
        return text
    try:
        return date.fromisoformat(text) if len(text) <= len("2024-01-01") else datetime.fromisoformat(text)
    except ValueError:
        return text


_SPAN = re.compile(r"(-?\d+) days \+?(\d+):(\d+):(\d+)(?:\.(\d{1,6})0*)?")


def _span(text: str) -> timedelta | str:
    found = _SPAN.fullmatch(text)
    if not found:
        return text
    days, hours, minutes, seconds = map(int, found.groups()[:4])
    return timedelta(days, seconds, int((found[5] or "").ljust(6, "0")), 0, minutes, hours)


_UNITS = {"W": "weeks", "D": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds",
          "us": "microseconds"}  # fmt: skip


def _span_of_numpy(number: int, unit: str) -> timedelta | str:
    return timedelta(**{_UNITS[unit]: number}) if unit in _UNITS else f"{number} {unit}"


def _decimal(text: str) -> Decimal | str:
    value = Decimal(text)
    return text if value.is_snan() else value  # it refuses every comparison


def _text(text: str, *_: object) -> str:
    return text


_MAKERS: Mapping[str, Callable[..., Any]] = {
    "datetime.date": date,
    "datetime.datetime": datetime,
    "datetime.time": time,
    "datetime.timedelta": timedelta,
    "datetime.timezone": timezone,
    "zoneinfo.ZoneInfo": ZoneInfo,
    "Timestamp": _instant,
    "Timedelta": _span,
    "np.datetime64": _instant,
    "np.timedelta64": _span_of_numpy,
    "Decimal": _decimal,
    "Fraction": Fraction,
    **dict.fromkeys(("Period", "UUID", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"), _text),
}
