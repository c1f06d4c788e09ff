"""Splits source text into lines as Python counts them."""

from __future__ import annotations

import re

_END = re.compile(r"\r\n|\r|\n")


def lines_of(source: str) -> list[str]:
    """Return the lines without their ends. `str.splitlines` also splits at form feeds and Unicode line separators,
    Python does not.
    """
    *lines, last = _END.split(source)
    return [*lines, last] if last else lines
