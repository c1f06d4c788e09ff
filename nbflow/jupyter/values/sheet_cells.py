"""Writes values of tables as cells of a message."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nbflow.jupyter.protocol.value_messages import OddCell, SheetCell
from nbflow.jupyter.values.normal_form import is_missing
from nbflow.store.values.user_code import answer_of, reason_of

_LARGEST = 1 << 53
LONGEST_CELL = 300  # characters


def sheet_cell(value: Any) -> SheetCell:
    """Return a value as a cell. What is no plain text, number or truth says what it is."""
    kind = type(value)
    if kind is str:
        return value if len(value) <= LONGEST_CELL else OddCell("long", f"{value[:LONGEST_CELL]}…")
    if kind is bool:
        return bool(value)
    if kind is float or kind is int:
        return _number(value)
    if is_missing(value):
        return OddCell("missing", whole_text(value))
    if _is_numpy_number(value):
        return sheet_cell(value.item())
    return OddCell(_KINDS.get(kind.__name__, "object"), _cut(whole_text(value)))


def _is_numpy_number(value: Any) -> bool:
    return isinstance(value, np.generic) and value.dtype.kind in "biuf"


def _number(value: Any) -> SheetCell:
    if type(value) is int:
        return value if abs(value) <= _LARGEST else OddCell("number", _cut(whole_text(value)))
    if math.isnan(value):
        return OddCell("missing", "NaN")
    return value if math.isfinite(value) else OddCell("number", str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def whole_text(value: Any) -> str:
    """Return the whole text of a value: a text as it is, a time as pandas writes it, anything else by its repr."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    write = str if type(value).__name__ in _AS_TEXT or _is_numpy_number(value) else repr
    return answer_of(lambda: str.__str__(write(value)), lambda error: f"<{reason_of(error)}>", 2.0)


_TIMES = ("Timestamp", "Timedelta", "Period", "datetime64", "timedelta64", "datetime", "date", "time", "timedelta")
_NUMBERS = ("Decimal", "Fraction", "complex", "complex128", "complex64")
_KINDS = dict.fromkeys(_TIMES, "time") | dict.fromkeys(_NUMBERS, "number")
_AS_TEXT = {*_KINDS, "NaTType", "NAType", "Interval", "UUID"}
"""Names the types that are better read in `str` than in `repr`."""
