"""Reads the addresses of tasks: `fit`, `fit[3]`, `fit[0,2]`, `grow@4` for a turn of a loop, `7/fit[3]` in run 7."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbflow.errors import AddressError

_FORM = re.compile(r"(?:(?P<run>\d+)/)?(?P<step>[^\W\d]\w*)(?:\[(?P<path>[\d\s,]*)\])?(?:@(?P<turn>\d+))?")


@dataclass(frozen=True, slots=True)
class Address:
    """Names one task, or all tasks of a step if `path` is None. Without a run it means the newest run that has them."""

    step: str
    path: tuple[int, ...] | None = None
    turn: int | None = None
    run: int | None = None

    def covers(self, path: tuple[int, ...], turn: int) -> bool:
        """Tell whether a task with this path and turn is meant."""
        return (self.path is None or self.path == path) and (self.turn is None or self.turn == turn)

    def __str__(self) -> str:
        before = "" if self.run is None else f"{self.run}/"
        inside = "" if self.path is None else f"[{','.join(map(str, self.path))}]"
        return f"{before}{self.step}{inside}" + ("" if self.turn is None else f"@{self.turn}")


_LONGEST = 18
"""The most digits of a number that the store can hold."""


def is_row_number(text: str) -> bool:
    """Return whether a text is a whole number that the store can hold."""
    return text.isdecimal() and len(text) <= _LONGEST


def read_address(text: str) -> Address:
    """Return the address that a text names. Raises AddressError, which lists the valid forms."""
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise AddressError(text)
    run, step, inside, turn = found["run"], found["step"], found["path"], found["turn"]
    if not all(number is None or is_row_number(number) for number in (run, turn)):
        raise AddressError(text)
    return Address(step, _read_path(text, inside), _number(turn), _number(run))


def _read_path(text: str, inside: str | None) -> tuple[int, ...] | None:
    if inside is None:
        return None
    parts = [part.strip() for part in inside.split(",")]
    if not all(is_row_number(part) and int(part) < 1 << 32 for part in parts):
        raise AddressError(text)
    return tuple(map(int, parts))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
