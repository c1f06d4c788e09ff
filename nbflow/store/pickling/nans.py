"""Keeps apart the NaNs that a program can tell apart.

A NaN equals nothing, so `x in values` and `table[x]` find only the very object. Most programs look for the NaN of a
module, as in `numpy.nan in values`. But pickle writes floats by their value, and each of them loads as another object.
"""

from __future__ import annotations

import decimal
import importlib
import math
import re
import struct
import sys
from collections.abc import Mapping
from typing import Any

_MODULES = ("numpy", "math")
_FLOAT = re.compile(rb"G[\x7f\xff]\xf8\x00{6}")
"""Matches what pickle writes for the NaNs that Python and NumPy make."""

_KINDS = frozenset({float, complex, decimal.Decimal})
_KINDS_OF_NUMPY = frozenset("fcmM")
"""The kinds of numbers and times that may not equal themselves, of Python and of NumPy."""


def may_hold_nan(stream: memoryview) -> bool:
    """Return whether a stream of pickle seems to contain a NaN as a float."""
    return _FLOAT.search(stream) is not None


def has_identity(obj: Any) -> bool:
    """Return whether an object is a NaN, but none of a module."""
    return _is_number(obj) and bool(obj != obj) and id(obj) not in _of_modules()


def _is_number(obj: Any) -> bool:
    if type(obj) in _KINDS or type(obj).__module__ != "numpy":
        return type(obj) in _KINDS
    return getattr(getattr(obj, "dtype", None), "kind", "") in _KINDS_OF_NUMPY and obj.shape == ()


def _of_modules() -> dict[int, str]:
    """Return the references to the NaNs of modules by their ids."""
    loaded = {name: sys.modules[name] for name in _MODULES if name in sys.modules}
    return {id(nan): name for name, module in loaded.items() if (nan := getattr(module, "nan", None)) is not None}


class NanReferences:
    """Gives the references to NaNs in one stream: to those of modules, and to those in `several` places of the stream.

    `several` is known only after a first pass. It then holds, by their ids, all that were met more than once.
    """

    def __init__(self, several: Mapping[int, float]) -> None:
        self._modules = _of_modules()
        self._given = {
            key: f"{struct.pack('>d', nan).hex()} {number}" for number, (key, nan) in enumerate(several.items())
        }
        self.met: dict[int, float] = {}
        self.several = {**several}

    def refer(self, nan: float) -> str | None:
        """Return the reference to a NaN; None if its value says enough."""
        key = id(nan)
        if key in self._modules:
            return self._modules[key]
        if key in self.met:
            self.several[key] = nan
        self.met[key] = nan  # this also keeps its id from being used again
        return self._given.get(key)


def referred_nan(reference: str) -> float:
    """Return the NaN of a module, or make a new one for another reference."""
    if reference in _MODULES:
        try:
            return float(importlib.import_module(reference).nan)  # `float` returns the object itself
        except ImportError:
            return math.nan
    nan: float = struct.unpack(">d", bytes.fromhex(reference.partition(" ")[0]))[0]
    return nan
