"""Completes what the user types in a cell, where it is a header of a step or a `%flow` line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nbflow.errors import NbflowError
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.jupyter.kernel.completing.header_words import header_words
from nbflow.jupyter.kernel.completing.verb_words import verb_words
from nbflow.jupyter.kernel.session import Session
from nbflow.store.catalog.lock_wait import patience
from nbflow.store.catalog.schema import DATABASE_ERRORS

_HEADER = re.compile(r"\s*(?:%%step\s|#\|\s*step\b\s*:?)\s*")
_PATIENCE = 1.0  # seconds that a key press waits for a locked store


@dataclass(frozen=True, slots=True)
class Typed:
    """Holds the last word before the cursor, of which the completions are longer forms, and these completions."""

    fragment: str
    words: Iterable[str]


@dataclass(frozen=True, slots=True)
class Completed:
    """Holds words that can stand in the place of the text from `start` to the cursor."""

    start: int
    words: tuple[str, ...]


def complete(session: Session, text: str, cursor: int, magic: str = "flow|nbflow") -> Completed | None:
    """Return what completes a cell at a cursor; None where the line belongs to other code.

    `magic` are the names of the line magics, divided by `|`. A flow or a store that cannot be read offers no words.
    """
    first = text.rfind("\n", 0, cursor) + 1
    line, rest = text[first:cursor], text[cursor:].partition("\n")[0]
    try:
        with patience(_PATIENCE):
            if found := re.match(rf"\s*%(?:{magic})\s+", line):
                typed: Typed | None = Typed(*verb_words(session, line[found.end() :]))
            else:
                typed = _in_header(session, text, line, rest, text.count("\n", 0, first) + 1)
            if typed is None:
                return None
            words = {word for word in typed.words if word.startswith(typed.fragment)}
    except (NbflowError, OSError, RecursionError, *DATABASE_ERRORS):
        return Completed(cursor, ())
    return Completed(cursor - len(typed.fragment), tuple(sorted(words, key=_in_order)))


def _in_header(session: Session, text: str, line: str, rest: str, number: int) -> Typed | None:
    header = _HEADER.match(line)
    if header is None:
        return None
    read = read_header(text)
    if read.kind is not CellKind.STEP or read.line != number:
        return None
    body = "\n".join(text.split("\n")[number:])
    return Typed(*header_words(session, line[header.end() :], rest, body))


def _in_order(word: str) -> tuple[bool, bool, list[tuple[bool, int, str]]]:
    """Return what sorts `fit[10]` below `fit[9]`, earlier runs below steps, and options below all others."""
    parts = re.split(r"(\d+)", word)
    counted = [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
    return word.startswith("-"), "/" in word, counted
