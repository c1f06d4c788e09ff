"""Formats durations, times, sizes and tables for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from itertools import pairwise

from nbflow.store.catalog.reprs import readable_value


def duration(seconds: float) -> str:
    """Return a duration in at most two units: `0.04 s`, `1.2 s`, `3 m 5 s`, `1 h 58 m`, `2 d 4 h`."""
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for (small, unit), (large, bigger) in pairwise(_UNITS):
        if whole < large * (24 if bigger == "h" else 60):
            rest = whole % large // small
            return f"{whole // large} {bigger}" + (f" {rest} {unit}" if rest else "")
    days, hours = whole // 86400, whole % 86400 // 3600
    return f"{days} d" + (f" {hours} h" if hours else "")


_UNITS = ((1, "s"), (60, "m"), (3600, "h"))


def ago(seconds: float) -> str:
    """Return how long ago something was, in one unit: `just now`, `5 m ago`, `2 h ago`, `3 d ago`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago" if seconds >= 1 else "just now"


def format_size(number: float) -> str:
    """Return a number of bytes with its unit: `812 B`, `4.2 kB`, `500 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 999.5:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 99.5 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def table(rows: Iterable[Iterable[str]]) -> Iterable[str]:
    """Yield one line per row with aligned columns; the last column is not padded."""
    every = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for row in every:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def significant(value: object, digits: int = 6) -> str:
    """Return a value for a cell of a table: a float with at most so many digits, any other value as its text."""
    return f"{value:.{digits}g}" if isinstance(value, float) else brief(readable_value(value))


def brief(value: object, width: int = 40) -> str:
    """Return a value on one line, shortened to at most `width` characters."""
    return textwrap.shorten(str(value), width, placeholder=" …")


def indent(text: str, by: str = "  ") -> str:
    """Indent every line, and end the text with one line break."""
    return "".join(f"{by}{line}".rstrip() + "\n" for line in text.rstrip("\n").split("\n"))
