"""Represents the vectors of R, and writes and reads them as bytes: each column in one piece, as `readBin` takes it."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import BinaryIO

from nbflow.errors import REnded

NA_INTEGER = -(2**31)
NA_REAL = 0x7FF0_0000_0000_07A2
"""Are how R writes a missing whole number, logical or level, and a missing number: the bits of a NaN."""

MOST_EXACT = 2**53
"""Is the largest whole number up to which R's numbers hold every one."""

Bytes = bytes | bytearray | memoryview


class RKind(IntEnum):
    """Numbers the types of R that cross, and what does not, by their places in `kinds` of `values.R`."""

    NULL = 0
    LOGICAL = 1
    INTEGER = 2
    DOUBLE = 3
    COMPLEX = 4
    CHARACTER = 5
    RAW = 6
    LIST = 7
    OTHER = 8


_SIZES = {RKind.LOGICAL: 4, RKind.INTEGER: 4, RKind.DOUBLE: 8, RKind.COMPLEX: 16, RKind.RAW: 1}


@dataclass(frozen=True)
class RVector:
    """Represents a value of R. Text is kept as bytes, each string with a zero byte behind it.

    `gone` are the positions of missing strings, from 1, as int32. The parts of a list are in `parts`; of what cannot
    cross, `data` holds its type and its classes as text.
    """

    kind: RKind
    length: int = 0
    data: Bytes = b""
    gone: Bytes = b""
    parts: Sequence[RVector] = ()
    attributes: Mapping[str, RVector] = field(default_factory=dict)

    @cached_property
    def texts(self) -> list[str | None]:
        """Return the strings; None for the missing ones."""
        found: list[str | None] = list(bytes(self.data).decode().split("\0")[:-1])
        for position in memoryview(self.gone).cast("i") if self.gone else ():
            found[position - 1] = None
        return found

    def words(self, attribute: str) -> list[str]:
        """Return the strings of an attribute; none where it is absent."""
        vector = self.attributes.get(attribute)
        return [word or "" for word in vector.texts] if vector is not None and vector.kind is RKind.CHARACTER else []

    @cached_property
    def classes(self) -> frozenset[str]:
        """Return the names of its classes."""
        return frozenset(self.words("class"))


NULL = RVector(RKind.NULL)


def text_vector(texts: Sequence[str | None], attributes: Mapping[str, RVector] | None = None) -> RVector:
    """Return a character vector. Raises ValueError for text with a zero byte or without a form in UTF-8."""
    gone = [number for number, text in enumerate(texts, 1) if text is None] if None in texts else []
    data = ("\0".join("" if text is None else text for text in texts) + "\0").encode() if texts else b""
    if data.count(0) != len(texts):
        raise ValueError("it contains a zero byte")
    return RVector(RKind.CHARACTER, len(texts), data, struct.pack(f"<{len(gone)}i", *gone), (), attributes or {})


def list_vector(parts: Iterable[RVector], names: Sequence[str] | None = None, **attributes: RVector) -> RVector:
    """Return a list, with names if there are some."""
    found = tuple(parts)
    named = {} if names is None else {"names": text_vector(names)}
    return RVector(RKind.LIST, len(found), parts=found, attributes=named | attributes)


def integer_vector(numbers: Sequence[int], attributes: Mapping[str, RVector] | None = None) -> RVector:
    """Return an integer vector of numbers that fit in 32 bits."""
    return RVector(RKind.INTEGER, len(numbers), struct.pack(f"<{len(numbers)}i", *numbers), attributes=attributes or {})


def write_vector(vector: RVector, file: BinaryIO) -> None:
    """Write a vector with all that it holds."""
    file.write(struct.pack("<id", vector.kind, vector.length))
    if vector.kind in (RKind.CHARACTER, RKind.OTHER):
        file.write(struct.pack("<dd", len(vector.data), len(vector.gone) // 4))
    file.write(vector.data)
    file.write(vector.gone)
    for part in vector.parts:
        write_vector(part, file)
    file.write(struct.pack("<i", len(vector.attributes)))
    for name, value in vector.attributes.items():
        write_vector(text_vector([name]), file)
        write_vector(value, file)


def read_vector(file: BinaryIO) -> RVector:
    """Read the next vector. Raises REnded where the file ends too early."""
    number, length = struct.unpack("<id", _take(file, 12))
    kind, size = RKind(number), int(length)
    gone: Bytes = b""
    if kind in (RKind.CHARACTER, RKind.OTHER):
        filled, missing = struct.unpack("<dd", _take(file, 16))
        data, gone = _take(file, int(filled)), _take(file, int(missing) * 4)
    else:
        data = _take(file, size * _SIZES.get(kind, 0))
    parts = tuple(read_vector(file) for _ in range(size)) if kind is RKind.LIST else ()
    (count,) = struct.unpack("<i", _take(file, 4))
    attributes = {read_vector(file).texts[0] or "": read_vector(file) for _ in range(count)}
    return RVector(kind, size, data, gone, parts, attributes)


def _take(file: BinaryIO, size: int) -> bytearray:
    data = bytearray(size)  # it becomes the memory of an array, which must be writable
    if file.readinto(data) != size:  # type: ignore[attr-defined]
        raise REnded("did not write all of its results")
    return data
