"""Brings columns of every library into two forms, by which they are sorted, filtered and counted."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from nbflow.store.values.user_code import answer_of, repr_of

Numbers = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

SECONDS_FOR_ORDER = 30.0


class ColumnKind(StrEnum):
    """Says how the values of a column are compared."""

    NUMBER = "number"
    TRUTH = "truth"
    TIME = "time"
    DURATION = "duration"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Measured:
    """Holds a column as numbers; those of `missing` mean nothing.

    Times and durations are counts of `unit`. `wall` are the times as clocks show them, where they have a time zone.
    """

    kind: ColumnKind
    numbers: Numbers
    missing: Mask
    unit: str = ""
    wall: Numbers | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """Holds a column as its distinct values: `codes` are their places, -1 for a missing value.

    Values with a lower one of `ranks` come first; equal values of different types have the same.
    """

    kind: ColumnKind
    codes: Numbers
    distinct: Sequence[Any]
    ranks: Numbers

    @property
    def missing(self) -> Mask:
        """Return which rows have no value."""
        return self.codes < 0


NormalForm = Measured | Coded


def measure(array: Numbers, missing: Mask | None = None) -> NormalForm:
    """Return the form of a NumPy array with one dimension. `missing` are rows without a value besides NaN and NaT."""
    known = np.zeros(len(array), bool) if missing is None else missing
    match array.dtype.kind:
        case "b":
            return Measured(ColumnKind.TRUTH, array, known)
        case "i" | "u":
            return Measured(ColumnKind.NUMBER, array, known)
        case "f":
            return Measured(ColumnKind.NUMBER, array, known | np.isnan(array))
        case "M" | "m":
            kind = ColumnKind.TIME if array.dtype.kind == "M" else ColumnKind.DURATION
            unit, step = np.datetime_data(array.dtype)
            return Measured(kind, array.view(np.int64) * step, known | np.isnat(array), unit)
        case "c" | "U" | "S":
            return _code_array(array, known | (array != array))
        case _:
            return code_objects(array.tolist(), known)


def _code_array(array: Numbers, missing: Mask) -> Coded:
    distinct, codes = np.unique(array[~missing], return_inverse=True)
    whole = np.full(len(array), -1)
    whole[~missing] = codes
    kind = ColumnKind.TEXT if array.dtype.kind == "U" else ColumnKind.OTHER
    return Coded(kind, whole, distinct.tolist(), np.arange(len(distinct)))


def code_objects(values: Iterable[Any], missing: Mask | None = None) -> NormalForm:
    """Return the form of any Python objects, of one type or mixed."""
    known: dict[Hashable, int] = {}
    distinct: list[Any] = []
    codes: list[int] = []
    for place, value in enumerate(values):
        if (missing is not None and missing[place]) or is_missing(value):
            codes.append(-1)
            continue
        key = key_of(value)
        code = known.setdefault(key, len(known))
        if code == len(distinct):
            distinct.append(value)
        codes.append(code)
    are_texts = bool(distinct) and all(isinstance(one, str) for one in distinct)
    kind = ColumnKind.TEXT if are_texts else ColumnKind.OTHER
    return Coded(kind, np.array(codes, np.int64), distinct, rank(distinct))


class Absent:
    """Stands for the value of a row that is not in the table: only another version has it."""

    def __repr__(self) -> str:
        return "–"


ABSENT = Absent()


def is_missing(value: Any) -> bool:
    """Return whether a value stands for no value: None, NaN, NaT or NA."""
    kind = type(value)
    if kind in _PLAIN:
        return kind is float and math.isnan(value)
    if value is None or value is ABSENT or kind.__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return isinstance(value, float | np.floating) and math.isnan(value)


_PLAIN = frozenset({str, int, float, bool, bytes, list, dict, date, datetime, time, timedelta, Decimal})
"""Holds the types that are looked at first, because most values have one of them."""


def key_of(value: Any) -> Hashable:
    """Return what is equal for equal values of one type, and tells them from all others."""
    kind = type(value)
    if kind is str:
        return str(value)
    try:
        return _key(value)
    except Exception:  # noqa: BLE001 - the user's own __hash__, or a value that holds itself
        return kind, id(value)


_HASHED = _PLAIN - {list, dict}


def _key(value: Any) -> Hashable:
    kind = type(value)
    if kind is str:
        return str(value)
    if kind in _HASHED:
        return (kind, "nan") if value != value else (kind, value)
    if isinstance(value, list | tuple):
        parts: tuple[Hashable, ...] = tuple(map(_key, value))
        return kind, parts
    if isinstance(value, dict):
        return kind, tuple((_key(key), _key(held)) for key, held in value.items())
    if isinstance(value, set | frozenset):
        return kind, frozenset(map(_key, value))
    if isinstance(value, np.ndarray):
        content: Hashable = _key(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return kind, value.shape, str(value.dtype), content
    try:
        return kind, value, hash(value)
    except TypeError:
        return kind, pickle.dumps(value)


def rank(distinct: Sequence[Any]) -> Numbers:
    """Return the rank of each value. Equal values have the same; values that cannot be compared are grouped by type."""
    by_value = answer_of(lambda: _ranked(distinct, lambda value: value), lambda _: None, SECONDS_FOR_ORDER)
    return _ranked(distinct, _group) if by_value is None else by_value


def _ranked(distinct: Sequence[Any], key: Callable[[Any], Any]) -> Numbers:
    keys = list(map(key, distinct))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ranks = np.zeros(len(keys), np.int64)
    before: int | None = None
    for place in order:
        is_equal = before is not None and bool(keys[before] == keys[place])
        ranks[place] = 0 if before is None else ranks[before] + (not is_equal)
        before = place
    return ranks


def _group(value: Any) -> tuple[int, Any, str]:
    """Return what mixed values are sorted by: numbers first, then texts, then all others by type and text."""
    if isinstance(value, int | float | np.number | np.bool_):
        return 0, value, ""
    if isinstance(value, str):
        return 1, value, ""
    return 2, type(value).__name__, repr_of(value)


def order_of(form: NormalForm, descending: bool) -> Numbers:
    """Return the places of the rows in their order. Equal rows stay as they are; rows without a value come last."""
    present = np.flatnonzero(~form.missing)
    keys = form.numbers[present] if isinstance(form, Measured) else form.ranks[form.codes[present]]
    if descending:
        order = len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]
    else:
        order = np.argsort(keys, kind="stable")
    return np.concatenate([present[order], np.flatnonzero(form.missing)])
