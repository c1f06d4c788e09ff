"""Turns Python values into vectors of R: scalars, lists and dictionaries here, arrays and frames in `columns_to_r`."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import PurePath
from typing import Any

from nbflow.errors import NotForR
from nbflow.languages.r.r_times import exact_seconds, seconds_between, zone_name
from nbflow.languages.r.r_vector import (
    MOST_EXACT,
    NA_INTEGER,
    NA_REAL,
    NULL,
    RKind,
    RVector,
    list_vector,
    text_vector,
)  # fmt: skip

DATE = text_vector(["Date"])


def to_r(value: object, where: str) -> RVector:
    """Return the vector of R that is equal to a value. Raises NotForR; `where` is Python code that leads to it."""
    plain = _plain(value)
    if isinstance(plain, dict):
        return _named_list(plain, where)
    if isinstance(plain, bytes | bytearray):
        return RVector(RKind.RAW, len(plain), bytes(plain))
    if isinstance(plain, list | tuple | range) and type(plain) in (list, tuple, range):
        return _sequence(list(plain), where)
    kind = _kind_of(plain)
    if kind == "none":
        return _missing(plain)
    return _of_library(value, where) if kind is None else _MAKERS[kind]([plain], where)


def _missing(value: object) -> RVector:
    """Return NULL for None, and NA of the right type for the missing values of pandas."""
    if value is None:
        return NULL
    is_time = type(value).__name__ == "NaTType"
    return real_vector([None], time_attributes(None)) if is_time else _logical([None], "")


def _plain(value: object) -> object:
    """Return scalars of NumPy and pandas as those of Python, and a path as text."""
    if isinstance(value, PurePath):
        return str(value)
    if type(value).__module__ == "numpy" and hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        return _columns().plain_scalar(value)
    return value


def _columns() -> Any:
    """Return the module for arrays and frames: values without them need neither NumPy nor pandas."""
    return import_module("nbflow.languages.r.columns_to_r")


def _of_library(value: object, where: str) -> RVector:
    if type(value).__module__.partition(".")[0] in ("numpy", "pandas", "polars", "pyarrow"):
        found: RVector = _columns().vector_of(value, where)
        return found
    named = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    raise NotForR(where, f"its type is {named}", _FIXES.get(named, _FIXES[""]))


_FIXES = {
    "": "Hand over what R needs of it: numbers, text, lists, dicts, arrays or frames",
    "set": "Hand over a list: sorted(…)",
    "frozenset": "Hand over a list: sorted(…)",
    "decimal.Decimal": "Convert it with float(…) or str(…)",
}


def _named_list(value: Mapping[object, object], where: str) -> RVector:
    for key in value:
        if not isinstance(key, str):
            raise NotForR(where, f"its key {key!r} is not text", "Make the keys text: {str(key): … }")
    names = [str(key) for key in value]
    found = list_vector([to_r(one, f"{where}[{key!r}]") for key, one in value.items()])
    return RVector(RKind.LIST, found.length, parts=found.parts, attributes={"names": _text(names, where)})


def _sequence(items: list[object], where: str) -> RVector:
    """Return an atomic vector for scalars of one kind, else a list. One with a single item is marked as a vector."""
    plain = [_plain(item) for item in items]
    kinds = {_kind_of(item) for item in plain} - {"none"}
    if kinds == {"int", "float"}:
        kinds = {"float"}
    if not plain or None in kinds or len(kinds) > 1 or not _share_zone(plain):
        return list_vector(to_r(item, f"{where}[{number}]") for number, item in enumerate(items))
    vector = _MAKERS[(kinds.pop() if kinds else None) or "bool"](plain, where)
    return vector if len(plain) > 1 else marked_as_vector(vector)


def marked_as_vector(vector: RVector) -> RVector:
    """Return a vector of one item with the class `AsIs`, by which it comes back as a list and not as a scalar."""
    classes = text_vector(["AsIs", *vector.words("class")])
    return RVector(
        vector.kind, vector.length, vector.data, vector.gone, vector.parts, {**vector.attributes, "class": classes}
    )


def _share_zone(items: Sequence[object]) -> bool:
    return len({zone_name(item.tzinfo) for item in items if isinstance(item, datetime) and not _gone(item)}) <= 1


def _kind_of(value: object) -> str | None:
    """Return the name of the kind of a scalar, or None if it is not one."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return "none"
    for kind, types in _KINDS.items():
        if isinstance(value, types):
            return kind
    return None


_KINDS: dict[str, type] = {
    "bool": bool, "int": int, "float": float, "complex": complex, "str": str, "datetime": datetime, "date": date,
    "timedelta": timedelta,
}  # fmt: skip


def _logical(items: Sequence[object], where: str) -> RVector:
    return _packed(RKind.LOGICAL, "i", [NA_INTEGER if _gone(one) else int(bool(one)) for one in items])


def _numbers(items: Sequence[object], where: str) -> RVector:
    """Return whole numbers as an integer vector, or as numbers where they do not fit in 32 bits."""
    present = [one for one in items if isinstance(one, int)]
    if all(abs(one) < 2**31 for one in present):
        return _packed(RKind.INTEGER, "i", [one if isinstance(one, int) else NA_INTEGER for one in items])
    return _reals(items, where)


def _reals(items: Sequence[object], where: str) -> RVector:
    for number, one in enumerate(items):
        if isinstance(one, int) and abs(one) > MOST_EXACT:
            raise too_large(where if len(items) == 1 else f"{where}[{number}]", one)
    return real_vector([None if _gone(one) else float(one) for one in items])  # type: ignore[arg-type]


def real_vector(numbers: Sequence[float | None], attributes: Mapping[str, RVector] | None = None) -> RVector:
    """Return a vector of numbers; None becomes NA."""
    data = bytearray(struct.pack(f"<{len(numbers)}d", *(0.0 if one is None else one for one in numbers)))
    for place, one in enumerate(numbers):
        if one is None:
            struct.pack_into("<q", data, 8 * place, NA_REAL)
    return RVector(RKind.DOUBLE, len(numbers), data, attributes=attributes or {})


def too_large(where: str, number: int) -> NotForR:
    """Return the error for a whole number that R's numbers cannot tell from its neighbours."""
    why = f"it is {number}, and R's numbers are exact only up to {MOST_EXACT:,}"
    return NotForR(where, why, "Hand it over as text, or as float if its last digits do not count")


def _complexes(items: Sequence[object], where: str) -> RVector:
    pairs = [(NA_REAL, NA_REAL) if _gone(one) else None for one in items]
    data = b"".join(
        struct.pack("<qq", *pair) if pair else struct.pack("<dd", one.real, one.imag)  # type: ignore[attr-defined]
        for pair, one in zip(pairs, items, strict=True)
    )
    return RVector(RKind.COMPLEX, len(items), data)


def _text(items: Sequence[object], where: str) -> RVector:
    return texts_of([None if _gone(one) else str(one) for one in items], where)


def texts_of(texts: Sequence[str | None], where: str) -> RVector:
    """Return a character vector. Raises NotForR that names the text which R cannot hold."""
    try:
        return text_vector(texts)
    except ValueError:
        raise _not_text(texts, where) from None


def _not_text(texts: Sequence[str | None], where: str) -> NotForR:
    for number, text in enumerate(texts):
        try:
            text_vector([text])
        except ValueError as error:
            place = where if len(texts) == 1 else f"{where}, item {number}"
            why, fix = "a zero byte", r"Remove it: .replace('\0', '')"
            if isinstance(error, UnicodeError):
                why, fix = "a lone surrogate", "Replace it: .encode('utf-8', 'replace').decode()"
            return NotForR(place, f"the text {text!r:.60} contains {why}", fix)
    raise AssertionError("one of the texts cannot be encoded")


def _dates(items: Sequence[object], where: str) -> RVector:
    days = [one.toordinal() - _EPOCH if isinstance(one, date) else None for one in items]
    return real_vector(days, {"class": DATE})


_EPOCH = date(1970, 1, 1).toordinal()


def _times(items: Sequence[object], where: str) -> RVector:
    found = [one if isinstance(one, datetime) and not _gone(one) else None for one in items]
    zone = next(zone_name(one.tzinfo) for one in found if one is not None)
    return real_vector([None if one is None else exact_seconds(one, where) for one in found], time_attributes(zone))


def time_attributes(zone: str | None) -> dict[str, RVector]:
    """Return the attributes of times; those without a zone have an empty one in R."""
    return {"class": text_vector(["POSIXct", "POSIXt"]), "tzone": text_vector([zone or ""])}


def duration_attributes() -> dict[str, RVector]:
    """Return the attributes of durations in seconds."""
    return {"class": text_vector(["difftime"]), "units": text_vector(["secs"])}


def _durations(items: Sequence[object], where: str) -> RVector:
    found = [None if _gone(one) else seconds_between(one, where) for one in items]  # type: ignore[arg-type]
    return real_vector(found, duration_attributes())


def _gone(value: object) -> bool:
    return _kind_of(value) == "none"


def _packed(kind: RKind, code: str, numbers: Sequence[int]) -> RVector:
    return RVector(kind, len(numbers), struct.pack(f"<{len(numbers)}{code}", *numbers))


_MAKERS: dict[str, Callable[[Sequence[object], str], RVector]] = {
    "bool": _logical, "int": _numbers, "float": _reals, "complex": _complexes, "str": _text, "date": _dates,
    "datetime": _times, "timedelta": _durations,
}  # fmt: skip
