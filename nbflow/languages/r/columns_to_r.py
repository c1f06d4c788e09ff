"""Turns frames, series and indexes of pandas and arrays of NumPy into vectors of R."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from nbflow.errors import NotForR
from nbflow.languages.r.r_times import time_too_fine, zone_name
from nbflow.languages.r.r_vector import (
    MOST_EXACT,
    NA_INTEGER,
    NA_REAL,
    RKind,
    RVector,
    integer_vector,
    list_vector,
    text_vector,
)  # fmt: skip
from nbflow.languages.r.values_to_r import (
    DATE,
    duration_attributes,
    marked_as_vector,
    texts_of,
    time_attributes,
    to_r,
    too_large,
)  # fmt: skip


def plain_scalar(value: Any) -> object:
    """Return a scalar of NumPy as one of Python; a moment or a duration as one of pandas, which holds nanoseconds."""
    if value.dtype.kind == "M":
        return value.item() if value.dtype == np.dtype("M8[D]") and not np.isnat(value) else pd.Timestamp(value)
    return pd.Timedelta(value) if value.dtype.kind == "m" else value.item()


def vector_of(value: Any, where: str) -> RVector:
    """Return a frame, a series, an index, a categorical or an array as R has it."""
    value = _of_pandas(value, where)
    if isinstance(value, pd.DataFrame):
        return _frame(value, where)
    if isinstance(value, pd.Series):
        return _series(value, where)
    if isinstance(value, np.ndarray):
        return _array(value, where)
    if isinstance(value, pd.Index) and not isinstance(value, pd.MultiIndex):
        value = value.array
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _kept_vector(_column(pd.Series(value), where))
    why = f"it is a {type(value).__module__.partition('.')[0]}.{type(value).__name__}"
    raise NotForR(where, why, "Make a frame of it, or a list")


def _of_pandas(value: Any, where: str) -> Any:
    """Return a frame or a column of polars or Arrow as one of pandas with equal values; other values as they are."""
    library, kind = type(value).__module__.partition(".")[0], type(value).__name__
    if library == "polars" and kind in ("DataFrame", "Series"):
        try:
            value = value.to_arrow()
        except ImportError as error:
            raise NotForR(where, "polars needs pyarrow to hand it over", "Install pyarrow") from error
    if (library, kind) == ("polars", "LazyFrame"):
        raise NotForR(where, "it is a query of polars that has not run", "Hand over .collect()")
    if hasattr(value, "itercolumns"):
        columns = dict(enumerate(map(_of_arrow, value.itercolumns())))
        return pd.DataFrame(columns, pd.RangeIndex(value.num_rows)).set_axis(value.column_names, axis=1)
    return _of_arrow(value) if hasattr(value, "to_pylist") else value


def _of_arrow(values: Any) -> pd.Series[Any]:
    """Return a column of Arrow: of its own type where that has gaps, and of Python objects where pandas has no type."""
    kinds = import_module("pyarrow").types
    if any(test(values.type) for test in (kinds.is_boolean, kinds.is_integer, kinds.is_floating)):
        return pd.Series(values.to_pandas(types_mapper=pd.ArrowDtype))
    if any(test(values.type) for test in (kinds.is_timestamp, kinds.is_duration, kinds.is_dictionary)):
        return pd.Series(values.to_pandas())
    return pd.Series(values.to_pylist(), dtype=object)


def _kept_vector(column: RVector) -> RVector:
    is_single = column.length == 1 and column.kind is not RKind.LIST and "factor" not in column.classes
    return marked_as_vector(column) if is_single else column


# frames


def _frame(frame: pd.DataFrame, where: str) -> RVector:
    names = [*frame.columns]
    for name in names:
        if not isinstance(name, str):
            fix = "Give its columns names of text: .rename(columns=str)"
            raise NotForR(where, f"the name of its column {name!r} is not text", fix)
    if frame.columns.name is not None:
        fix = "Remove it: .rename_axis(columns=None)"
        raise NotForR(where, f"its columns have the common name {frame.columns.name!r}", fix)
    columns = [_column(frame.iloc[:, place], f"{where}[{name!r}]") for place, name in enumerate(names)]
    attributes = {"class": text_vector(["data.frame"]), "row.names": _row_names(frame.index, where)}
    return replace(list_vector(columns), attributes={"names": texts_of(names, where), **attributes})


def _row_names(index: pd.Index[Any], where: str) -> RVector:
    """Return the labels of rows. R counts rows from 1 and pandas from 0, so whole numbers are moved by one."""
    if isinstance(index, pd.RangeIndex) and (index.start, index.step) == (0, 1) and index.name is None:
        return integer_vector([NA_INTEGER, -len(index)])
    _refuse_index(index, where)
    if not index.is_unique:
        label = index[index.duplicated()].tolist()[0]
        raise NotForR(where, f"two of its rows have the label {label!r}", "Number them anew: .reset_index(drop=True)")
    if pd.api.types.is_integer_dtype(index.dtype):
        numbers = index.to_numpy()
        if numbers.min() <= -(2**31) or numbers.max() >= 2**31 - 1:
            raise NotForR(where, "its index has numbers beyond 32 bits", "Make a column of it: .reset_index()")
        return RVector(RKind.INTEGER, len(numbers), (numbers + 1).astype("<i4").tobytes())
    return texts_of(index.tolist(), where)


def _refuse_index(index: pd.Index[Any], where: str) -> None:
    """Raise NotForR for labels of rows that are of several levels, have a name, or are neither text nor numbers."""
    fix = "Make a column of it: .reset_index()"
    if index.nlevels > 1:
        raise NotForR(where, "its index has several levels", fix)
    if index.name is not None:
        raise NotForR(where, f"its index has the name {index.name!r}, and the row names of R have none", fix)
    if not (pd.api.types.is_integer_dtype(index.dtype) or all(isinstance(label, str) for label in index)):
        raise NotForR(where, f"its index holds {index.inferred_type}, and R labels rows with text or numbers", fix)


def _series(series: pd.Series[Any], where: str) -> RVector:
    """Return a series as a vector; labels of text become its names."""
    column, index = _column(series, where), series.index
    if isinstance(index, pd.RangeIndex) and (index.start, index.step) == (0, 1):
        return _kept_vector(column)
    _refuse_index(index, where)
    if pd.api.types.is_integer_dtype(index.dtype) and len(index):
        why = f"its index is not 0, 1, 2 … but begins with {index.tolist()[0]!r}"
        raise NotForR(where, why, "Number it anew: .reset_index(drop=True), or hand over .to_frame()")
    return replace(column, attributes={"names": texts_of(index.tolist(), where), **column.attributes})


# columns


def _column(series: pd.Series[Any], where: str) -> RVector:
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        return _column(series.astype(dtype.subtype), where)
    if isinstance(dtype, pd.CategoricalDtype):
        return _factor(series.array, where)
    for belongs, make in _COLUMNS:
        if belongs(dtype):
            return make(series, where)
    fix = "Convert it to text, .astype(str), or to numbers or times"
    raise NotForR(where, f"it holds {dtype}, which R does not know", fix)


def _factor(values: Any, where: str) -> RVector:
    levels = values.categories.tolist()
    for level in levels:
        if not isinstance(level, str):
            why = f"its category {level!r} is not text, and the levels of a factor are"
            raise NotForR(where, why, "Convert them: .cat.rename_categories(str)")
    codes = np.asarray(values.codes, np.int32) + 1
    codes[codes == 0] = NA_INTEGER
    classes = text_vector(["ordered", "factor"] if values.ordered else ["factor"])
    attributes = {"levels": texts_of(levels, f"{where}.cat.categories"), "class": classes}
    return RVector(RKind.INTEGER, len(codes), codes.astype("<i4").tobytes(), attributes=attributes)


def _logicals(series: pd.Series[Any], where: str) -> RVector:
    missing = series.isna().to_numpy()
    numbers = (series.fillna(False) if missing.any() else series).to_numpy(bool).astype("<i4")
    numbers[missing] = NA_INTEGER
    return RVector(RKind.LOGICAL, len(numbers), numbers.tobytes())


def _whole(series: pd.Series[Any], where: str) -> RVector:
    missing = series.isna().to_numpy()
    kind = "uint64" if str(series.dtype).lower().startswith("uint64") else "int64"
    numbers = series.to_numpy(kind, na_value=0) if missing.any() else series.to_numpy(kind)
    return whole_vector(numbers, missing, where)


def whole_vector(numbers: Any, missing: Any, where: str) -> RVector:
    """Return whole numbers as integers of 32 bits, or as floats if they do not fit. Raises NotForR for larger ones."""
    low, high = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    if low > -(2**31) and high < 2**31:
        small = numbers.astype("<i4")
        small[missing] = NA_INTEGER
        return RVector(RKind.INTEGER, numbers.size, small.tobytes())
    if low < -MOST_EXACT or high > MOST_EXACT:
        place = int(np.argmax((numbers < -MOST_EXACT) | (numbers > MOST_EXACT)))
        raise too_large(f"{where}, item {place}", int(numbers[place]))
    return _real(numbers.astype("<f8"), missing)


def _reals(series: pd.Series[Any], where: str) -> RVector:
    missing = series.isna().to_numpy()
    if isinstance(series.dtype, np.dtype):
        return _real(exact_reals(series.to_numpy(), where), missing)
    return _real(series.to_numpy("float64", na_value=np.nan), missing)


def exact_reals(numbers: Any, where: str) -> Any:
    """Return numbers in 64 bits. Raises NotForR for longer ones that would change."""
    found = numbers.astype("<f8")
    if numbers.dtype.itemsize > 8:
        changed = (found != numbers) & (numbers == numbers)
        if changed.any():
            place = int(np.argmax(changed))
            why = f"it is {numbers[place]!r}, which has no equal among R's numbers of 64 bits"
            raise NotForR(f"{where}, item {place}", why, 'Convert it: .astype("float64")')
    return found


def _real(numbers: Any, missing: Any, attributes: Mapping[str, RVector] | None = None) -> RVector:
    numbers = np.array(numbers, "<f8")
    numbers.view("<i8")[missing] = NA_REAL
    return RVector(RKind.DOUBLE, numbers.size, numbers.tobytes(), attributes=attributes or {})


def _complex(series: pd.Series[Any], where: str) -> RVector:
    numbers = series.to_numpy("complex128")
    return RVector(RKind.COMPLEX, len(numbers), numbers.astype("<c16").tobytes())


def _times(series: pd.Series[Any], where: str) -> RVector:
    """Return days for midnights in the unit of seconds, in which days come back from R, and moments otherwise."""
    if not isinstance(series.dtype, np.dtype | pd.DatetimeTZDtype):  # of arrow
        named = series.dtype.pyarrow_dtype.tz  # type: ignore[attr-defined]
        series = series.astype(pd.DatetimeTZDtype("ns", named) if named else "datetime64[ns]")
    zone = getattr(series.dtype, "tz", None)
    moments = (series.dt.tz_convert("UTC").dt.tz_localize(None) if zone else series).to_numpy()
    days = moments.astype("M8[D]")
    if zone is None and moments.dtype == np.dtype("M8[s]") and bool(((days == moments) | np.isnat(moments)).all()):
        return _days(days)
    return _seconds(moments, where, time_attributes(zone_name(zone)))


def _days(days: Any) -> RVector:
    return _real(days.astype("i8").astype("<f8"), np.isnat(days), {"class": DATE})


def _seconds(moments: Any, where: str, attributes: Mapping[str, RVector]) -> RVector:
    """Return the seconds of moments or durations. Raises NotForR for one of which R would lose a part."""
    missing, kind = np.isnat(moments), moments.dtype.kind
    with np.errstate(over="ignore"):
        fine = moments.astype(f"{kind}8[us]")
    counts = fine.view("i8")
    seconds = counts / 1e6
    wrong = (fine.astype(moments.dtype) != moments) | (array_of_microseconds(seconds) != counts) | (abs(counts) > 2**62)
    if (wrong & ~missing).any():
        place = int(np.argmax(wrong & ~missing))
        raise time_too_fine(f"{where}, item {place}", str(moments[place]))
    return _real(seconds, missing, attributes)


def array_of_microseconds(seconds: Any) -> Any:
    """Return seconds as whole microseconds. The fraction is multiplied alone, as in `microseconds_in`."""
    whole = np.floor(seconds)
    return whole.astype("i8") * 1_000_000 + np.rint((seconds - whole) * 1e6).astype("i8")


def _durations(series: pd.Series[Any], where: str) -> RVector:
    plain = series if isinstance(series.dtype, np.dtype) else series.astype("timedelta64[ns]")
    return _seconds(plain.to_numpy(), where, duration_attributes())


def _texts(series: pd.Series[Any], where: str) -> RVector:
    missing, texts = series.isna().to_numpy(), series.to_numpy(object)
    if missing.any():
        texts = texts.copy()
        texts[missing] = None
    return texts_of(texts.tolist(), where)


def _objects(series: pd.Series[Any], where: str) -> RVector:
    """Return a column of Python objects: a vector if they are scalars of one kind, and a list column otherwise."""
    items = series.tolist()
    present = [None if item is pd.NaT or (isinstance(item, float) and item != item) else item for item in items]
    found = to_r(present, where)
    return to_r(items, where) if found.kind is RKind.LIST else _unmarked(found)


def _unmarked(vector: RVector) -> RVector:
    """Return a vector without the mark that tells one of a single item from a scalar."""
    classes = [word for word in vector.words("class") if word != "AsIs"]
    others = {name: one for name, one in vector.attributes.items() if name != "class"}
    return replace(vector, attributes=others | ({"class": text_vector(classes)} if classes else {}))


_types = pd.api.types
_COLUMNS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str], RVector]], ...] = (
    (lambda dtype: getattr(dtype, "type", None) is date, _objects),  # of arrow
    (_types.is_bool_dtype, _logicals),
    (_types.is_integer_dtype, _whole),
    (_types.is_float_dtype, _reals),
    (_types.is_complex_dtype, _complex),
    (_types.is_datetime64_any_dtype, _times),
    (_types.is_timedelta64_dtype, _durations),
    (lambda dtype: getattr(dtype, "type", None) is str or isinstance(dtype, pd.StringDtype), _texts),
    (lambda dtype: dtype == np.dtype(object), _objects),
)


# arrays


def _array(array: Any, where: str) -> RVector:
    if isinstance(array, np.ma.MaskedArray):
        raise NotForR(where, "it is a masked array", "Hand over .filled(…), or a frame")
    flat = array.reshape(-1, order="F")
    kind = array.dtype.kind
    if kind not in _ARRAYS:
        raise NotForR(where, f"it is an array of {array.dtype}", "Hand over a list, .tolist(), or a frame")
    vector = _ARRAYS[kind](flat, where)
    if vector.kind is RKind.LIST:
        raise NotForR(where, "it is an array of Python objects", "Hand over a list: .tolist()")
    vector = _unmarked(vector)
    return replace(vector, attributes={"dim": integer_vector(array.shape), **vector.attributes})


def _moments(flat: Any, where: str) -> RVector:
    return _days(flat) if flat.dtype == np.dtype("M8[D]") else _seconds(flat, where, time_attributes(None))


_ARRAYS: dict[str, Callable[[Any, str], RVector]] = {
    "b": lambda flat, where: RVector(RKind.LOGICAL, flat.size, flat.astype("<i4").tobytes()),
    **dict.fromkeys("iu", lambda flat, where: whole_vector(flat, np.zeros(flat.size, bool), where)),
    "f": lambda flat, where: _real(exact_reals(flat, where), np.zeros(flat.size, bool)),
    "c": lambda flat, where: RVector(RKind.COMPLEX, flat.size, flat.astype("<c16").tobytes()),
    "U": lambda flat, where: texts_of(flat.tolist(), where),
    "T": lambda flat, where: texts_of(flat.tolist(), where),
    "M": _moments,
    "m": lambda flat, where: _seconds(flat, where, duration_attributes()),
    "O": lambda flat, where: to_r(flat.tolist(), where),
}
"""Maps the kinds of arrays to what makes vectors of them."""
