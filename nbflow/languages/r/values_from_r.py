"""Turns vectors of R into Python values: scalars, lists and dicts here, arrays and frames in `columns_from_r`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import Enum
from importlib import import_module
from typing import Any

from nbflow.errors import NotForPython
from nbflow.languages.r.r_times import microseconds_in, moment_of
from nbflow.languages.r.r_vector import NA_INTEGER, NA_REAL, RKind, RVector


class RFamily(Enum):
    """Says what the items of a vector are."""

    PLAIN = ()
    FACTOR = ("factor", "ordered")
    DATE = ("Date", "IDate")
    TIME = ("POSIXct", "POSIXt")
    DURATION = ("difftime", "hms")
    WIDE = ("integer64",)


_PLAIN = frozenset({"AsIs", "noquote", "glue", "character", "numeric", "integer", "logical", "table", "list"})
"""Are the classes that say nothing of what the items are."""

SECONDS = {"secs": 1.0, "mins": 60.0, "hours": 3600.0, "days": 86_400.0, "weeks": 604_800.0}
"""Maps the units of R's durations to seconds."""

NA_WIDE = -(2**63)
"""Is how integer64 writes a missing number."""


def from_r(vector: RVector, where: str) -> Any:
    """Return the value that is equal to one of R. Raises NotForPython; `where` is R code that leads to the value."""
    if vector.kind is RKind.OTHER:
        raise _unknown(vector.texts[0] or "", [text or "" for text in vector.texts[1:]], where)
    if "data.frame" in vector.classes:
        return _columns().frame_of(vector, where)
    if vector.kind is RKind.LIST:
        return _list(vector, where)
    family = family_of(vector, where)
    if family is RFamily.FACTOR or not vector.attributes.keys().isdisjoint(("names", "dim")):
        return _columns().array_of(vector, where)
    if vector.kind in (RKind.NULL, RKind.RAW):
        return None if vector.kind is RKind.NULL else bytes(vector.data)
    items = scalars_in(vector, family, where)
    return items[0] if len(items) == 1 and "AsIs" not in vector.classes else items


def _columns() -> Any:
    """Return the module for arrays and frames: values without them need neither NumPy nor pandas."""
    return import_module("nbflow.languages.r.columns_from_r")


def _list(vector: RVector, where: str) -> Any:
    if not vector.classes <= _PLAIN:
        raise _unknown("list", vector.words("class"), where)
    if "dim" in vector.attributes:
        raise NotForPython(where, "it is a list with dimensions", "Hand over a frame, or a list without them")
    if "names" not in vector.attributes:
        return [from_r(part, f"{where}[[{number}]]") for number, part in enumerate(vector.parts, 1)]
    names = vector.words("names")
    for number, name in enumerate(names, 1):
        if not name or name in names[: number - 1]:
            why = f"it is a list whose item {number} has " + (f"the name '{name}' again" if name else "no name")
            raise NotForPython(where, why, f"Give each item a name of its own, or none: unname({where})")
    return {name: from_r(part, f"{where}${name}") for name, part in zip(names, vector.parts, strict=True)}


def _unknown(kind: str, classes: Sequence[str], where: str) -> NotForPython:
    root = where.split("$")[0].split("[")[0]
    article = "an" if kind[0] in "aeiou" else "a"
    said = f"an object of class {'/'.join(classes)}" if classes and classes != [kind] else f"{article} {kind}"
    fix = (
        "Hand over what Python needs of it, as numbers, text, a list or a data frame. If only R needs it, hand over "
        f"bytes: end this cell with {root} <- serialize({root}, NULL), and begin the other with "
        f"{root} <- unserialize({root})"
    )
    return NotForPython(where, f"it is {said}", fix)


def family_of(vector: RVector, where: str) -> RFamily:
    """Return what the items of an atomic vector are. Raises NotForPython for a class that nobody knows here."""
    classes = vector.classes - _PLAIN
    for family in RFamily:
        if classes <= set(family.value):
            return family
    why = f"it is a vector of class {'/'.join(vector.words('class'))}"
    raise NotForPython(where, why, "Convert it with unclass(…), as.character(…) or as.numeric(…)")


def scalars_in(vector: RVector, family: RFamily, where: str) -> list[Any]:
    """Return the items of an atomic vector as Python scalars; None for NA."""
    if vector.kind is RKind.CHARACTER:
        return texts_in(vector, where)
    numbers = _numbers(vector, "q" if family is RFamily.WIDE else None)
    match family:
        case RFamily.PLAIN if vector.kind is RKind.LOGICAL:
            return [None if one is None else bool(one) for one in numbers]
        case RFamily.PLAIN | RFamily.WIDE:
            return numbers
        case RFamily.DATE:
            return _each(numbers, lambda days: date(1970, 1, 1) + timedelta(days=math.floor(days)), where)
        case RFamily.TIME:
            zone = zone_of(vector)
            return _each(numbers, lambda seconds: moment_of(seconds, zone), where)
        case RFamily.DURATION:
            unit = SECONDS[vector.words("units")[0]]
            return _each(numbers, lambda count: timedelta(microseconds=microseconds_in(count * unit)), where)
        case _:
            raise AssertionError(f"{family} has no scalars")


def texts_in(vector: RVector, where: str) -> list[str | None]:
    """Return the strings of a vector. Raises NotForPython where one is not valid in its encoding."""
    try:
        return vector.texts
    except UnicodeDecodeError as error:
        number = bytes(vector.data[: error.start]).count(0) + 1
        fix = 'Say how it is encoded, for example iconv(x, "latin1", "UTF-8")'
        raise NotForPython(f"{where}[{number}]", "it is text whose encoding is unknown", fix) from None


def zone_of(vector: RVector) -> str:
    """Return the time zone of moments; "" for none."""
    return (vector.words("tzone") or [""])[0]


def _numbers(vector: RVector, code: str | None) -> list[Any]:
    data = memoryview(vector.data)
    if code == "q":
        return [None if one == NA_WIDE else one for one in data.cast("q")]
    if vector.kind in (RKind.LOGICAL, RKind.INTEGER):
        return [None if one == NA_INTEGER else one for one in data.cast("i")]
    numbers = data.cast("d").tolist()
    gone = {place for place, one in enumerate(numbers) if one != one and is_na(data.cast("q")[place])}
    if vector.kind is RKind.COMPLEX:
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return [None if 2 * place in gone else complex(*pair) for place, pair in enumerate(pairs)]
    return [None if place in gone else one for place, one in enumerate(numbers)] if gone else numbers


def is_na(bits: int) -> bool:
    """Return whether the bits of a NaN are those of NA, whose lower half is the same after arithmetic."""
    return bits & 0xFFFF_FFFF == NA_REAL & 0xFFFF_FFFF


def _each(numbers: list[Any], make: Callable[[float], Any], where: str) -> list[Any]:
    try:
        return [None if one is None or one != one else make(one) for one in numbers]
    except OverflowError:
        fix = "Python's dates go from the year 1 to 9999: correct it, or hand over the number: unclass(…)"
        raise NotForPython(where, "it holds a date, time or duration that is too far away", fix) from None
