"""Represents what code does to files, and decides whether two uses may concern one file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nbflow.flow.files.pathtexts import UNKNOWN


class Access(StrEnum):
    """Says what is done to a file.

    FIND asks whether it exists, LIST for the files in a folder. MAKE makes a folder unless it exists. TOUCH may do
    anything. IMPORT means that the path is the name of a module. GUESS is a text given to a function, which is a path
    only if another step writes such a file.
    """

    READ = "read"
    FIND = "find"
    WRITE = "write"
    APPEND = "append"
    UPDATE = "update"
    TOUCH = "touch"
    LIST = "list"
    MAKE = "make"
    GUESS = "guess"
    IMPORT = "import"

    @property
    def reads(self) -> bool:
        """Return whether the code depends on the file."""
        return self in (Access.READ, Access.FIND, Access.LIST, Access.UPDATE, Access.TOUCH, Access.GUESS)

    @property
    def writes(self) -> bool:
        """Return whether the code may change the file."""
        return self in (Access.WRITE, Access.APPEND, Access.UPDATE, Access.TOUCH)


@dataclass(frozen=True, slots=True)
class FileUse:
    """Represents one path in the code of a step. `pathtexts` defines how parameters and unknown parts stand in it."""

    path: str
    access: Access
    line: int = 1  # line of the body; for a function of the notebook, the line of its call
    split: bool = False  # whether it is in the expression of a foreach

    @property
    def is_certain(self) -> bool:
        """Return whether the path is known except for the values of parameters."""
        return UNKNOWN not in self.path


def conflict(above: FileUse, below: FileUse) -> bool:
    """Return whether two uses must keep their order."""
    if above.access is Access.MAKE:
        return below.access is not Access.MAKE and may_be_inside(below.path, above.path)
    if below.access is Access.MAKE:
        return above.access is Access.WRITE and above.path == below.path
    return (above.access.writes or below.access.writes) and may_be_same(above.path, below.path)


def may_be_same(one: str, other: str) -> bool:
    """Return whether two paths may mean one file, or whether one may be a folder or the name without ending of the
    other.
    """
    if one == other:
        return one != UNKNOWN
    if UNKNOWN in (one, other):
        return False
    if not is_pattern(one + other):
        return any(_reaches(short, long) for short, long in ((one, other), (other, one)))
    pairs = ((one, other), (other, one))
    return _may_meet(one, other) or any(_may_be_folder(a) and _may_meet(f"{a}/{UNKNOWN}", b) for a, b in pairs)


def _may_be_folder(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "." not in name and not is_pattern(name)


def may_be_inside(path: str, folder: str) -> bool:
    """Return whether a path may be inside a folder."""
    if not is_pattern(path + folder):
        return folder == "." or path == folder or path.startswith(f"{folder}/") or path.endswith(f"/{folder}")
    return path != UNKNOWN and _intersect(_tokens(path), [*_tokens(folder), "/", None])


def covers(pattern: str, path: str) -> bool:
    """Return whether a pattern means a file: the file itself, a folder above it, or its name without an ending."""
    expression = "".join(".*" if token is None else re.escape(token) for token in _tokens(pattern))
    return re.fullmatch(rf"(?:.*/)?{expression}(?:[/.].*)?", path, re.DOTALL) is not None


def is_pattern(text: str) -> bool:
    """Return whether a path has parts that are not known."""
    return any(letter in text for letter in (UNKNOWN, "\1", "*", "?", "["))


def _reaches(short: str, long: str) -> bool:
    return long.startswith((f"{short}/", f"{short}.")) or long.endswith(f"/{short}") or f"/{short}/" in long


@lru_cache(4096)
def _tokens(path: str) -> list[str | None]:
    """Return the letters of a path, with None for any text, such as the value of a parameter."""
    parts = re.split(_WILD, path)
    found: list[str | None] = list(parts[0])
    for part in parts[1:]:
        found += [None, *part]
    return found


def _may_meet(one: str, other: str) -> bool:
    """Return whether two patterns may mean one text. Usually their beginnings or ends decide."""
    (first, last), (begin, end) = _ends(one), _ends(other)
    heads = first.startswith(begin) or begin.startswith(first)
    return heads and (last.endswith(end) or end.endswith(last)) and _intersect(_tokens(one), _tokens(other))


@lru_cache(4096)
def _ends(path: str) -> tuple[str, str]:
    """Return the text before the first and after the last unknown part."""
    parts = re.split(_WILD, path)
    return parts[0], parts[-1]


_WILD = "\0|\1\\w*\1|\\*+|\\?|\\[[^\\]]*\\]"


def _intersect(one: Sequence[str | None], other: Sequence[str | None]) -> bool:
    """Return whether some text matches both patterns."""
    reached = [all(token is None for token in other[:j]) for j in range(len(other) + 1)]
    for letter in one:
        before, reached = reached, [reached[0] and letter is None]
        for j, token in enumerate(other, 1):
            if letter is None or token is None:
                reached.append(before[j] or reached[j - 1])
            else:
                reached.append(before[j - 1] and letter == token)
    return reached[-1]
