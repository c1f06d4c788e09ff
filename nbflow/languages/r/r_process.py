"""Runs one process of R, and passes on what it prints and draws while it runs."""

from __future__ import annotations

import codecs
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from nbflow.errors import REnded
from nbflow.languages.cell_place import raised_at
from nbflow.languages.child_process import how_it_ended, print_to, printing_to, run_child
from nbflow.languages.r.r_pictures import Pictures
from nbflow.run.program.rscript import find_rscript

_DRIVER = Path(__file__).with_name("driver.R")


def perform_in_r(folder: Path) -> None:
    """Let R answer the question in a folder. R and all that it starts end with this call, whatever ends it.

    Raises:
        REnded: R has ended before it has written the answer.
        RMissing: R is not installed.
    """
    token = secrets.token_hex(8)
    command = [find_rscript(), "--vanilla", str(_DRIVER), str(folder), token]
    pictures, reached = Pictures(folder), list[str]()
    marks = MarkedText(token.encode(), _showing(pictures, reached))
    try:
        code = run_child(command, _environment(folder), marks.feed, printing_to("stderr"))
    finally:
        pictures.settle()
    if not marks.is_done:
        raise _ended(how_it_ended(code), reached)


def _ended(how: str, reached: list[str]) -> REnded:
    """Return the error that R has ended, at the last statement that it has begun."""
    if not reached:
        return REnded(how)
    line, _, name = reached[-1].partition(" ")
    return raised_at(REnded(how), name, int(line))


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables of R: text is UTF-8, and times without a zone are read as they are written.

    Memory grows in large steps, because collecting garbage took a third of the time to read a large frame.
    """
    found = {"R_GC_MEM_GROW": "3"} | dict(os.environ) | {"TZ": "UTC", "TMPDIR": str(folder)}
    locale = found.get("LC_ALL") or found.get("LC_CTYPE") or found.get("LANG") or ""
    if not locale.lower().replace("-", "").endswith("utf8"):
        found["LC_ALL"] = "C.UTF-8"
    return found


def _showing(pictures: Pictures, reached: list[str]) -> dict[bytes, Callable[[str], None]]:
    return {
        b"": lambda text: print_to("stdout", text),
        b"E": lambda text: print_to("stderr", text),
        b"B": pictures.begin,
        b"P": pictures.show,
        b"L": reached.append,
        b"D": lambda _: None,
    }


class MarkedText:
    """Takes apart what R writes to its stdout: text, and marks with a letter and a content."""

    def __init__(self, token: bytes, show: dict[bytes, Callable[[str], None]]) -> None:
        self._start = b"\0" + token
        self._show = show
        self._rest = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.is_done = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes, and show what is complete."""
        self._rest += data
        for letter, content in self._parts():
            self.is_done |= letter == b"D"
            text = content.decode("utf-8", "replace") if letter else self._decoder.decode(content)
            if text or letter:
                self._show[letter](text)

    def _parts(self) -> Iterator[tuple[bytes, bytes]]:
        while self._rest:
            text, mark, rest = self._rest.partition(self._start)
            if not mark:
                text, self._rest = self._without_a_beginning(text)
                yield b"", text
                return
            head, line, content = rest.partition(b"\n")
            if text:
                self._rest = self._rest[len(text) :]
                yield b"", text
            if not line or len(content) < int(head[1:]):
                return
            self._rest = content[int(head[1:]) :]
            yield head[:1], content[: int(head[1:])]

    def _without_a_beginning(self, text: bytes) -> tuple[bytes, bytes]:
        """Return the text, and the end of it that may be the beginning of a mark."""
        place = text.rfind(b"\0", -len(self._start))
        if place >= 0 and self._start.startswith(text[place:]):
            return text[:place], text[place:]
        return text, b""
