"""Computes paths like `pathlib` does, for texts with parts that only a run knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

UNKNOWN = "\0"
"""Stands in a path for a part that only a run knows."""


def joined_path(*parts: str) -> str:
    """Join parts as `Path` does. A part that starts with an unknown text may be absolute; it is joined as if it were
    not.
    """
    joined = ""
    for part in parts:
        joined = part if part.startswith(("/", "~")) or not joined else f"{joined.rstrip('/') or '/'}/{part}"
    return joined


def path_part(text: str, attr: str) -> str:
    """Return the `parent`, `name`, `stem` or `suffix` of a path, or UNKNOWN."""
    path = PurePosixPath(text)
    if text == UNKNOWN:
        return UNKNOWN
    if attr == "parent" and path.parent != path:
        return str(path.parent) if len(path.parts) > 1 else ""
    return str(getattr(path, attr)) if UNKNOWN not in text and "\1" not in text else UNKNOWN


def changed_path(text: str, how: str, new: str) -> str:
    """Return the path after `with_suffix`, `with_name` or `with_stem`, or UNKNOWN."""
    if how == "with_suffix" and text.endswith(UNKNOWN):
        return f"{text}{new}"
    if UNKNOWN in new or (UNKNOWN in path_name(text) and how != "with_suffix"):
        parent, name = path_part(text, "parent"), new if how == "with_name" else UNKNOWN
        return f"{parent}{name}" if parent == UNKNOWN else f"{parent}/{name}"
    try:
        return str(getattr(PurePosixPath(text), how)(new))
    except ValueError:
        return UNKNOWN


def path_name(text: str) -> str:
    """Return the part of a path after its last slash."""
    return text.rpartition("/")[2]


def parameter(name: str) -> str:
    """Return the text that stands in a path for the value of a parameter."""
    return f"\1{name}\1"


def fill_in(path: str, values: Mapping[str, object]) -> str:
    """Put the values of parameters into a path."""
    return re.sub("\1(\\w+)\1", lambda found: str(values.get(found[1], UNKNOWN)), path)


def show_path(path: str) -> str:
    """Return a path like an f-string: `out/{year}.csv`, with `…` for parts that only a run knows."""
    return re.sub("\1(\\w+)\1", r"{\1}", path).replace(UNKNOWN, "…")
