"""Reads the cells that the panel sends, unsaved ones included."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbflow.errors import NbflowError
from nbflow.flow.source.cell import Cell
from nbflow.notebook.read import Written, code_cells


class Misunderstood(NbflowError):
    """Raised for a message that does not follow the protocol; nothing was done."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Sent:
    """Holds the code cells, the path and the id of the notebook in the front end; each is "" if it is unknown.

    `choices` are the parameters that shall have another value than in their cell, as texts; None if the front end says
    nothing about them.
    """

    cells: tuple[Cell, ...]
    path: str = ""
    id: str = ""
    choices: Mapping[str, str] | None = None


def read_sent(text: str) -> Sent:
    """Read `{"cells": [{"id", "source", "type", "tags"}], "path", "id", "choices"}`. Raises Misunderstood."""
    match read_object(text):
        case {"cells": list(cells), **more}:
            path, id = more.get("path", ""), more.get("id", "")
            if isinstance(path, str) and isinstance(id, str):
                read = tuple(code_cells([_written(cell) for cell in cells]))
                return Sent(read, path, id, _choices(more.get("choices")))
    raise Misunderstood('the cells are missing: send {"cells": […]}')


def read_word(text: str) -> str:
    """Return a quoted word without its quotes. The panel's own quotes are read directly: shlex takes 1 µs a letter."""
    text = text.strip()
    if _QUOTED.fullmatch(text):
        return _ESCAPED.sub(lambda found: "$" if found[0][0] == "$" else "'", text[1:-1])
    try:
        return " ".join(shlex.split(text))
    except ValueError as error:
        raise Misunderstood(f"the message cannot be read ({error}): close the quotes") from None


_ESCAPED = re.compile(r"""\$''|'"'"'""")
_QUOTED = re.compile(r"""'(?:[^'$]|\$''|'"'"')*'""")


def read_object(text: str) -> Mapping[str, Any]:
    """Return a JSON object. Raises Misunderstood for any other text."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise Misunderstood("the message is nested too deeply: send a plain object") from None
    except ValueError as error:
        raise Misunderstood(f"the message is not JSON ({error})") from None
    if not isinstance(found, dict):
        raise Misunderstood("the message is not a JSON object: send {…}")
    return found


def _written(cell: Any) -> Written:
    match cell:
        case {"id": str(id), "source": str(source), "type": str(kind), **more}:
            return Written(kind, source, id, _tags(more.get("tags", ())))
        case _:
            raise Misunderstood("a cell needs an id, a source and a type, each a text")


def _choices(choices: object) -> Mapping[str, str] | None:
    if choices is None:
        return None
    if isinstance(choices, dict) and all(isinstance(text, str) for text in choices.values()):
        return choices
    raise Misunderstood('the choices must be texts by the names of parameters: {"top_k": "5"}')


def _tags(tags: object) -> frozenset[str]:
    return frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, Iterable) else frozenset()
