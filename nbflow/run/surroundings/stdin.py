"""Stands in for the standard input of a step: no user can answer a flow."""

from __future__ import annotations

import io
from typing import NoReturn

IN_NOTEBOOK = "make the value a parameter in the %%parameters cell"
IN_SCRIPT = "make the value a parameter: name = Parameter('name') in the class, and --name VALUE behind run"


class StdinRefused(EOFError):
    """Says that a step asked for input, which no user can give to a flow."""

    def __init__(self) -> None:
        super().__init__(f"a step cannot read standard input: {_instead}")


_instead = IN_NOTEBOOK


def advise(instead: str) -> str:
    """Say what to do instead of reading standard input. Return what was said before."""
    global _instead
    before, _instead = _instead, instead
    return before


class NoStdin(io.TextIOBase):
    """Refuses to be read: it is the standard input of a step."""

    def readable(self) -> bool:
        return True

    def readline(self, *_size: object) -> str:  # type: ignore[override]
        raise StdinRefused

    def read(self, *_size: object) -> str:
        raise StdinRefused

    def fileno(self) -> int:
        raise io.UnsupportedOperation("standard input")


def refuse_input(_prompt: object = "", *_more: object, **_options: object) -> NoReturn:
    """Raise StdinRefused; stands in for `input` and `getpass`."""
    raise StdinRefused
