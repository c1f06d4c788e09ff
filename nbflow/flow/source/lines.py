"""Lines as Python counts them."""

from __future__ import annotations

import re

_END = re.compile(r"\r\n|\r|\n")


def lines_of(source: str) -> list[str]:
    """The lines without their ends. `str.splitlines` finds more: at a form feed, and at what Unicode calls a line."""
    *lines, last = _END.split(source)
    return [*lines, last] if last else lines
