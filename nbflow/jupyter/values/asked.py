"""Reads what the panel asks about a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbflow.jupyter.protocol.sent import Misunderstood, read_object


@dataclass(frozen=True, slots=True)
class Pick:
    """Keeps the rows of a bar of a histogram: from `low` to `high`, or with the text `low`, or without a value."""

    column: int
    low: str | None
    high: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Holds a question about the artifact `name` of a task. `part` leads to a part of it, by places among the parts.

    `versus` is a task of another run to compare with. `rows` and `columns` are the first and the one after the last.
    """

    ask: str
    run: int
    task: int
    name: str
    part: tuple[int, ...] = ()
    versus: tuple[int, int] | None = None
    filter: str = ""
    picks: tuple[Pick, ...] = ()
    only_changed: bool = False
    sort: tuple[int, bool] | None = None
    rows: tuple[int, int] = (0, 0)
    columns: tuple[int, int] = (0, 0)
    column: int = 0


LONGEST_PART = 500_000
"""The most characters of a text in one answer."""

QUESTIONS = ("prepare", "open", "window", "column", "cell", "heat", "parts", "text", "display")


def read_asked(text: str) -> Asked:
    """Read a question. Raises Misunderstood."""
    sent = read_object(text)
    name, ask, words = sent.get("name"), sent.get("ask"), sent.get("filter", "")
    if ask not in QUESTIONS or not isinstance(name, str) or not isinstance(words, str):
        raise Misunderstood(f"the question about a value needs a name, and one of {', '.join(QUESTIONS)}")
    return Asked(
        str(ask),
        _number(sent.get("run")),
        _number(sent.get("task")),
        name,
        tuple(map(_number, _list(sent.get("part", [])))),
        _pair(sent.get("versus")),
        words,
        tuple(map(_pick, _list(sent.get("picks", [])))),
        sent.get("only_changed") is True,
        _sort(sent.get("sort")),
        _pair(sent.get("rows")) or (0, 0),
        _pair(sent.get("columns")) or (0, 0),
        _number(sent.get("column", 0)),
    )


_MOST = 1 << 53


def _number(value: Any) -> int:
    if type(value) is int and 0 <= value < _MOST:
        return value
    raise Misunderstood(f"the question about a value has {value!r:.50} where it needs a whole number from 0 on")


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise Misunderstood(f"the question about a value has {value!r:.50} where it needs a list")


def _pair(value: Any) -> tuple[int, int] | None:
    match value:
        case None:
            return None
        case [first, second]:
            return _number(first), _number(second)
    raise Misunderstood(f"the question about a value has {value!r:.50} where it needs two numbers")


def _sort(value: Any) -> tuple[int, bool] | None:
    match value:
        case None:
            return None
        case [column, bool(descending)]:
            return _number(column), descending
    raise Misunderstood(f"a table is sorted by the number of a column and true or false, not by {value!r:.50}")


def _pick(value: Any) -> Pick:
    match value:
        case {"column": column, "low": str() | None as low, "high": str() | None as high, "closed": bool(closed)}:
            return Pick(_number(column), low, high, closed)
    raise Misunderstood('a picked bar needs {"column", "low", "high", "closed"}')
