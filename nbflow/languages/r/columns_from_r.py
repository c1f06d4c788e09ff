"""Turns vectors of R into frames, series and categoricals of pandas and arrays of NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from nbflow.errors import NotForPython
from nbflow.languages.r.columns_to_r import array_of_microseconds
from nbflow.languages.r.r_vector import NA_INTEGER, RKind, RVector
from nbflow.languages.r.values_from_r import (
    NA_WIDE,
    SECONDS,
    RFamily,
    family_of,
    from_r,
    texts_in,
    zone_of,
)  # fmt: skip

_TEXT: Any = pd.Series(["text"]).dtype
"""Is the type that this pandas gives to columns of text."""

_FARTHEST = 2**62 / 1e6
"""Limits the seconds of a moment, so that its microseconds fit in 64 bits."""


def frame_of(vector: RVector, where: str) -> pd.DataFrame:
    """Return the frame that is equal to a data frame of R."""
    names, index = vector.words("names"), _index_of(vector.attributes["row.names"])
    columns = [_frame_column(part, f"{where}${name}") for name, part in zip(names, vector.parts, strict=True)]
    frame = pd.DataFrame({number: pd.Series(column, index) for number, column in enumerate(columns)}, index)
    frame.columns = pd.Index(names, dtype=_TEXT)
    return frame


def _index_of(rows: RVector) -> pd.Index[Any]:
    """Return the labels of rows. R counts rows from 1 and pandas from 0, so whole numbers are moved by one."""
    if rows.kind is RKind.CHARACTER:
        return pd.Index(rows.texts)
    numbers = np.frombuffer(rows.data, "<i4").astype("i8")
    if numbers.size == 2 and numbers[0] == NA_INTEGER:
        return pd.RangeIndex(abs(int(numbers[1])))
    is_counted = np.array_equal(numbers, np.arange(1, numbers.size + 1))
    return pd.RangeIndex(numbers.size) if is_counted else pd.Index(numbers - 1)


def _frame_column(vector: RVector, where: str) -> Any:
    if "data.frame" in vector.classes or len(np.frombuffer(_dim(vector), "<i4")) > 1:
        raise NotForPython(where, "it is a column of several columns", "Make columns of it: do.call(data.frame, …)")
    return _column(vector, where)


def _dim(vector: RVector) -> Any:
    return vector.attributes["dim"].data if "dim" in vector.attributes else b""


def _column(vector: RVector, where: str) -> Any:
    """Return the items of a vector as a column of a frame has them."""
    if vector.kind is RKind.OTHER:
        return from_r(vector, where)  # raises
    if vector.kind is RKind.LIST:
        found = np.empty(vector.length, object)
        for place, part in enumerate(vector.parts):
            found[place] = from_r(part, f"{where}[[{place + 1}]]")
        return found
    family = family_of(vector, where)
    if family is RFamily.FACTOR:
        return _categorical(vector, where)
    if family is RFamily.WIDE:
        return _nullable(np.frombuffer(vector.data, "<i8"), NA_WIDE)
    if family is RFamily.TIME and (zone := zone_of(vector)):
        return pd.Series(_items(vector, family, where)).dt.tz_localize("UTC").dt.tz_convert(zone).array
    if family is RFamily.PLAIN and vector.kind in (RKind.LOGICAL, RKind.INTEGER):
        numbers = np.frombuffer(vector.data, "<i4")
        return _nullable(numbers, NA_INTEGER, vector.kind is RKind.LOGICAL)
    if vector.kind is RKind.CHARACTER:
        return pd.Series(texts_in(vector, where), dtype=_TEXT).array
    return _items(vector, family, where)


def _nullable(numbers: Any, na: int, is_logical: bool = False) -> Any:
    missing = numbers == na
    whole = numbers.astype(bool if is_logical else "i8")
    if not missing.any():
        return whole
    return pd.arrays.BooleanArray(whole, missing) if is_logical else pd.arrays.IntegerArray(whole, missing)


def _categorical(vector: RVector, where: str) -> pd.Categorical:
    levels = texts_in(vector.attributes["levels"], f"levels({where})")
    if None in levels:
        raise NotForPython(where, "NA is one of its levels", "Give missing values no level: factor(…, exclude = NA)")
    codes = np.frombuffer(vector.data, "<i4").astype("i8")
    codes = np.where(codes == NA_INTEGER, -1, codes - 1)
    return pd.Categorical.from_codes(codes, pd.Index(levels), ordered="ordered" in vector.classes)


def _items(vector: RVector, family: RFamily, where: str) -> Any:
    """Return the items of a vector as an array. Moments count from 1970, and those of a zone are in UTC."""
    match family:
        case RFamily.DATE:
            return _moments(np.floor(_reals(vector)) * 86_400, "M8[s]", where)
        case RFamily.TIME:
            return _moments(_reals(vector), "M8[us]", where)
        case RFamily.DURATION:
            return _moments(_reals(vector) * SECONDS[vector.words("units")[0]], "m8[us]", where)
        case RFamily.WIDE:
            return np.frombuffer(vector.data, "<i8")
        case _:
            return _plain_items(vector, where)


def _reals(vector: RVector) -> Any:
    """Return numbers as floats, with NaN for NA."""
    if vector.kind is RKind.DOUBLE:
        return _without_na(np.frombuffer(vector.data, "<f8"))
    numbers = np.frombuffer(vector.data, "<i4")
    return np.where(numbers == NA_INTEGER, np.nan, numbers)


def _without_na(numbers: Any) -> Any:
    """Replace NA by a plain NaN: NumPy warns of the bits of NA wherever they are used."""
    numbers[np.isnan(numbers)] = np.nan
    return numbers


def _moments(seconds: Any, dtype: str, where: str) -> Any:
    """Return moments or durations, to the microsecond, or days to the second."""
    missing = np.isnan(seconds)
    present = np.where(missing, 0, seconds)
    if (abs(present) > _FARTHEST).any():
        raise NotForPython(where, "it holds a date or time that is too far away", "Correct it, or hand over unclass(…)")
    whole = present.astype("i8") if dtype == "M8[s]" else array_of_microseconds(present)
    found = whole.view(dtype)
    found[missing] = np.array("NaT", dtype)
    return found


def _plain_items(vector: RVector, where: str) -> Any:
    match vector.kind:
        case RKind.CHARACTER:
            texts = texts_in(vector, where)
            return np.array(texts, object if None in texts else str)
        case RKind.DOUBLE:
            return _without_na(np.frombuffer(vector.data, "<f8"))
        case RKind.COMPLEX:
            return _without_na(np.frombuffer(vector.data, "<f8")).view("<c16")
        case RKind.RAW:
            return np.frombuffer(vector.data, "u1")
        case _:
            return _whole_items(vector)


def _whole_items(vector: RVector) -> Any:
    """Return whole numbers as floats if one is missing, and logicals as objects."""
    numbers = np.frombuffer(vector.data, "<i4")
    missing = numbers == NA_INTEGER
    if vector.kind is RKind.LOGICAL:
        found = numbers.astype(bool)
        if not missing.any():
            return found
        found = found.astype(object)
        found[missing] = None
        return found
    return np.where(missing, np.nan, numbers) if missing.any() else numbers.astype("i8")


# arrays and named vectors


def array_of(vector: RVector, where: str) -> Any:
    """Return a factor as a categorical, a named vector as a series, an array as one, and one with labels as a frame."""
    if "dim" not in vector.attributes:
        column, names = _column(vector, where), vector.attributes.get("names")
        return column if names is None else pd.Series(column, _labels(names, where))
    shape = tuple(np.frombuffer(_dim(vector), "<i4").tolist())
    if "dimnames" not in vector.attributes:
        return _array_items(vector, where).reshape(shape, order="F")
    labels = vector.attributes["dimnames"]
    heads = [head or None for head in labels.words("names")] or [None] * len(shape)
    indexes = [_labels(part, where) for part in labels.parts]
    for index, head in zip(indexes, heads, strict=True):
        if index is not None:
            index.name = head
    match shape:
        case [_]:
            return pd.Series(_column(vector, where), indexes[0])
        case [_, _]:
            return pd.DataFrame(_array_items(vector, where).reshape(shape, order="F"), *indexes)
        case _:
            raise NotForPython(where, f"it has labels in {len(shape)} dimensions", f"Hand over as.data.frame({where})")


def _array_items(vector: RVector, where: str) -> Any:
    family = family_of(vector, where)
    if family is RFamily.TIME and zone_of(vector):
        raise NotForPython(where, "it is an array of moments in a time zone", "Hand over a vector or a frame: c(…)")
    if family is RFamily.FACTOR:
        raise NotForPython(where, "it is a factor with dimensions", "Hand over a vector or a frame: c(…)")
    found = _items(vector, family, where)
    return found.astype("M8[D]") if family is RFamily.DATE else found


def _labels(names: RVector, where: str) -> Any:
    return None if names.kind is RKind.NULL else pd.Index(texts_in(names, f"names({where})"))
