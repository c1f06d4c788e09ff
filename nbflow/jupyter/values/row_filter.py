"""Filters the rows of a table by words and conditions, such as `genre=Drama score>0.5 "two words"`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbflow.errors import NbflowError
from nbflow.jupyter.values.asked import Pick
from nbflow.jupyter.values.normal_form import Coded, ColumnKind, Mask, Measured, Numbers
from nbflow.jupyter.values.sheet_cells import whole_text
from nbflow.jupyter.values.whole_table import FrameColumn, WholeTable


class NotComparable(NbflowError):
    """Raised for a condition that compares the values of a column with something that they cannot be compared with."""

    def __init__(self, column: str, kind: ColumnKind, given: str, example: str) -> None:
        self.column, self.kind, self.given = column, kind, given
        super().__init__(f"the column '{column}' holds {kind}s, and '{given}' is none: write it as {example}")


@dataclass(frozen=True, slots=True)
class Word:
    """Is in the text of a cell, in upper or lower case."""

    text: str


@dataclass(frozen=True, slots=True)
class CellCondition:
    """Compares the column `number` with a text; `sign` is one of = != < > <= >=."""

    number: int
    sign: str
    given: str


_TERM = re.compile(
    r'\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"<>=!]+))'
    r'(?:\s*(?P<sign><=|>=|!=|==|=|<|>)\s*(?:"(?P<phrase>[^"]*)"|(?P<given>[^\s"]+)))?|\s*(?P<rest>\S+)'
)


def read_filter(text: str, table: WholeTable) -> Iterator[Word | CellCondition]:
    """Yield the words and conditions of a filter. A condition on what is no column is a word like others."""
    exact = {label: number for number, (label, _, _) in reversed([*enumerate(table.heads)]) if label}
    loose = {label.lower(): number for label, number in reversed(exact.items())}
    for term in _TERM.finditer(text):
        name = term["quoted"] if term["quoted"] is not None else term["bare"]
        given = term["phrase"] if term["phrase"] is not None else term["given"]
        if name is None or given is None:
            word = name if name is not None else term["rest"]
            yield from [Word(word.lower())] if word else []
        elif name in exact or name.lower() in loose:
            yield CellCondition(exact.get(name, loose.get(name.lower(), 0)), term["sign"].replace("==", "="), given)
        else:
            yield Word(term[0].strip().lower())


def rows_with(term: Word | CellCondition, table: WholeTable) -> Mask:
    """Return which rows of a table fit a word or a condition. Raises NotComparable."""
    if isinstance(term, CellCondition):
        return _holds(table.column(term.number), term.sign, term.given)
    found = np.zeros(table.rows, bool)
    for column in table.columns:
        if not column.is_counted:
            found |= _has_word(column, term.text)
    return found


# words


_LETTERS = {"i": "-0123456789", "u": "0123456789", "f": "-+.0123456789einfa", "b": "truefals"}
"""Holds the letters that the texts of numbers have: other words need not be looked for among them."""


def _has_word(column: FrameColumn, word: str) -> Mask:
    form = column.form
    if isinstance(form, Coded):
        return _of_codes(form, lambda one: word in whole_text(one).lower())
    if not set(word) <= set(_LETTERS.get(form.numbers.dtype.kind, word)) and form.unit == "":
        return np.zeros(len(form.numbers), bool)
    if form.unit and not any(letter.isdigit() or letter in ":-" for letter in word):
        return np.zeros(len(form.numbers), bool)
    numbers, first, places = np.unique(form.numbers, return_index=True, return_inverse=True)
    fits = np.array([word in whole_text(one).lower() for one in column.at(first)] if len(numbers) else [], bool)
    return fits[places] & ~form.missing if len(numbers) else np.zeros(0, bool)


# conditions


def _holds(column: FrameColumn, sign: str, given: str) -> Mask:
    form = column.form
    if isinstance(form, Coded):
        return _of_codes(form, lambda one: _compares(one, sign, given))
    low, high = _bounds(column, form, given)
    numbers = form.numbers if form.wall is None else form.wall
    signs = {
        "<": lambda: numbers < low,
        ">=": lambda: numbers >= low,
        ">": lambda: numbers > high,
        "<=": lambda: numbers <= high,
        "=": lambda: (numbers >= low) & (numbers <= high),
        "!=": lambda: (numbers < low) | (numbers > high),
    }
    found: Mask = signs[sign]() & ~form.missing
    return found


def _of_codes(form: Coded, fits: Callable[[Any], bool]) -> Mask:
    """Return which rows have a value that fits; a missing one does not."""
    found: Mask = np.array([*map(fits, form.distinct), False], bool)[form.codes]
    return found


def _compares(value: Any, sign: str, given: str) -> bool:
    """Compare a value with what the user has typed: as numbers if both are, else as texts."""
    one: Any = whole_text(value)
    other: Any = given
    if isinstance(value, int | float | np.number) or type(value).__name__ in ("Decimal", "Fraction"):
        number = _number(given)
        if number is not None:
            one, other = value, number
    return bool(_SIGNS[sign](one, other))


_SIGNS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def _number(text: str) -> int | float | None:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return None


def _bounds(column: FrameColumn, form: Measured, given: str) -> tuple[Any, Any]:
    """Return the first and the last number that a text stands for: `2024-05` is every moment of that month."""
    match form.kind:
        case ColumnKind.TRUTH:
            if given.lower() not in ("true", "false"):
                raise NotComparable(column.label, form.kind, given, "true or false")
            return (given.lower() == "true",) * 2
        case ColumnKind.TIME:
            return _moments(column, form, given)
        case ColumnKind.DURATION:
            return (_duration(column, form, given),) * 2
        case _:
            number = _number(given)
            if number is None or number != number:
                raise NotComparable(column.label, form.kind, given, "12 or 0.5")
            return _around(number, form.numbers.dtype.kind)


def _around(number: int | float, kind: str) -> tuple[Any, Any]:
    """Return the nearest numbers not below and not above one, as the column can hold them: NumPy would round it."""
    if kind == "f" and isinstance(number, int):
        near = float(number) if abs(number) < _INFINITE else math.inf * (1 if number > 0 else -1)
        above, below = math.nextafter(near, math.inf), math.nextafter(near, -math.inf)
        return near if near >= number else above, near if near <= number else below
    if kind != "f" and isinstance(number, float) and math.isfinite(number):
        return math.ceil(number), math.floor(number)
    return number, number


_INFINITE = 1 << 1023


def _moments(column: FrameColumn, form: Measured, given: str) -> tuple[int, int]:
    try:
        moment = np.datetime64(given.replace(" ", "T"))
        if np.isnat(moment):
            raise ValueError(given)
        first, after = moment.astype(f"M8[{form.unit}]"), (moment + 1).astype(f"M8[{form.unit}]")
    except (ValueError, OverflowError):
        raise NotComparable(column.label, form.kind, given, '2024-05-31 or "2024-05-31 12:30"') from None
    return int(first.astype(np.int64)), max(int(after.astype(np.int64)) - 1, int(first.astype(np.int64)))


_UNITS = {"d": "D", "h": "h", "m": "m", "min": "m", "s": "s", "ms": "ms", "us": "us", "ns": "ns"}
_DURATION = re.compile(r"(-?\d+)\s*(d|h|min|m|s|ms|us|ns)", re.IGNORECASE)


def _duration(column: FrameColumn, form: Measured, given: str) -> int:
    found = _DURATION.fullmatch(given.strip())
    if found is None:
        raise NotComparable(column.label, form.kind, given, "90s, 5min, 2h or 3d")
    span = np.array(int(found[1])).astype(f"m8[{_UNITS[found[2].lower()]}]")
    return int(span.astype(f"m8[{form.unit}]").astype(np.int64))


# bars of histograms


def rows_picked(pick: Pick, table: WholeTable) -> Mask:
    """Return which rows of a table belong to a bar of a histogram."""
    form = table.column(pick.column).form
    if pick.low is None:
        return form.missing
    if isinstance(form, Coded):
        return _of_codes(form, lambda one: whole_text(one) == pick.low)
    read = float if form.numbers.dtype.kind == "f" else int
    low, high = read(pick.low), read(pick.high if pick.high is not None else pick.low)
    numbers: Numbers = form.numbers
    below = numbers <= high if pick.closed or pick.high is None else numbers < high
    return (numbers >= low) & below & ~form.missing
