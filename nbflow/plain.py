"""Takes characters out of a text with which it could act on the terminal that shows it."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Matches colours, which stay, and control characters, with which a text can write anywhere on a terminal."""


def plain_text(text: object) -> str:
    """Return a text without control characters; line ends, tabs and colours stay."""
    whole = "".join(map(str, text)) if isinstance(text, list) else str(text)
    return _CONTROL.sub(lambda found: found[0] if len(found[0]) > 1 else "", whole)
