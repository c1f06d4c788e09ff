"""Reads durations, sizes and shares as a header writes them."""

from __future__ import annotations

import re

from nbflow.errors import HeaderError
from nbflow.flow.syntax.specs import Allowance

LONGEST_DURATION = 1e9
"""The longest duration in seconds: longer ones do not fit into the timers of the system."""

LARGEST_SIZE = 1e18
"""The largest size in bytes."""

_DIGITS = 10  # so many digits are too many for a count
_NUMBER = r"(\d+(?:\.\d+)?)"
_PIECES = re.compile(rf"{_NUMBER}\s*[smhd]?|(?:{_NUMBER}\s*[smhd]\s*){{2,}}")
_DURATION = "Write a number with s, m, h or d, such as 30m"
_SIZE = "Write a number with MB or GB, such as 4GB"
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {
    "": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40,
}  # fmt: skip


def quotable(text: str) -> str:
    """Return a text that a message can quote."""
    return text if len(text) <= 40 else f"{text[:30]}…"


def read_duration(option: str, text: str) -> float:
    """Return the seconds of a duration such as `30m`, `90s`, `1h30m`, `7d` or a plain number. Raises HeaderError."""
    pieces = re.findall(rf"{_NUMBER}\s*([smhd]?)", text) if _PIECES.fullmatch(text) else []
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in pieces)
    if seconds == 0:
        raise HeaderError(f"{option} '{quotable(text)}' is not a duration", _DURATION)
    if seconds > LONGEST_DURATION:
        raise HeaderError(f"{option} '{quotable(text)}' is longer than 30 years", _DURATION)
    return seconds


def read_size(option: str, text: str) -> int:
    """Return the bytes of a size such as `4GB`, `4G`, `512MB`, `2GiB` or a plain number. Raises HeaderError."""
    found = re.fullmatch(rf"{_NUMBER}\s*([A-Za-z]*)", text)
    unit = _BYTES.get(found[2].upper().removesuffix("B")) if found else None
    if not found or not unit or float(found[1]) == 0:
        raise HeaderError(f"{option} '{quotable(text)}' is not a size", _SIZE)
    size = float(found[1]) * unit
    if size > LARGEST_SIZE:
        raise HeaderError(f"{option} '{quotable(text)}' is more than any computer has", _SIZE)
    return int(size)


def read_count(option: str, text: str, least: int = 0) -> int:
    """Return a whole number that is at least `least`. Raises HeaderError."""
    fix = f"Write for example {option} 2"
    if not text.isdecimal() or (len(text) < _DIGITS and int(text) < least):
        raise HeaderError(f"{option} '{quotable(text)}' is not a whole number from {least}", fix)
    if len(text) >= _DIGITS:
        raise HeaderError(f"{option} '{quotable(text)}' is too large", fix)
    return int(text)


def read_seed(option: str, text: str) -> int:
    """Return a whole number from 0 to 2**32 - 1. Raises HeaderError."""
    if not text.isdecimal() or len(text) > 10 or int(text) >= 2**32:
        fix = f"Write for example {option} 0"
        raise HeaderError(f"{option} '{quotable(text)}' is not a whole number from 0 to 4294967295", fix)
    return int(text)


def read_allowance(option: str, text: str) -> Allowance:
    """Return an allowance of `3` tasks, or of `10%` of them. Raises HeaderError."""
    number, sign, rest = text.partition("%")
    if not sign:
        return Allowance(count=read_count(option, text))
    if rest or not re.fullmatch(r"\d+(?:\.\d+)?", number) or float(number) > 100:
        raise HeaderError(
            f"{option} '{quotable(text)}' is not a share from 0% to 100%", f"Write for example {option} 10%"
        )
    return Allowance(percent=float(number))
