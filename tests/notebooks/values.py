"""Portraits of values: texts that are equal where the values are, in whatever process they were made."""

from __future__ import annotations

import inspect
import logging
import math
import re
import types
from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.npyio import NpzFile
from pandas.api.typing import DataFrameGroupBy, SeriesGroupBy
from PIL.Image import Image

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_FLOAT = re.compile(r"-?\d+\.\d*(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")
CODE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
DEPTH = 4
OF_A_MOMENT = ("_time", "_stop_words_id")  # how long something took, and the address of an object
OF_A_PROCESS = ("matplotlib", "threading", "concurrent")  # their values hold times, addresses and numbers of threads


def portraits(names: Mapping[str, Any], hidden: Collection[str] = ()) -> dict[str, str]:
    """A portrait of each value; modules, functions and classes are left out, and names that begin with `_`."""
    return {
        name: portrait(value)
        for name, value in names.items()
        if not name.startswith("_") and name not in hidden and not isinstance(value, CODE)
    }


def alike(one: str, other: str) -> bool:
    """Whether two portraits are of one value. Sums of floats depend on how many threads there are."""
    if one == other:
        return True
    if _FLOAT.sub("#", one) != _FLOAT.sub("#", other):
        return False
    pairs = zip(_FLOAT.findall(one), _FLOAT.findall(other), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=1e-5) for a, b in pairs)


def portrait(value: Any, depth: int = 0) -> str:
    """The type and all that can be told of a value."""
    kind = type(value).__qualname__
    match value:
        case _ if type(value).__module__.partition(".")[0] in OF_A_PROCESS:
            return kind
        case NpzFile(zip=None):
            return f"{kind} closed"
        case NpzFile():
            return f"{kind} {portrait(dict(value), depth)}"
        case logging.Logger():
            return f"{kind} {value.name}"  # the rest is the process's
        case Image():
            return f"{kind} {value.mode} {value.size} {value.tobytes()!r}"
        case DataFrameGroupBy() | SeriesGroupBy():
            return kind  # it keeps what it has computed once
        case pd.DataFrame() | pd.Series():
            value = value.drop(columns=[c for c in value if str(c).endswith("_time")]) if value.ndim == 2 else value
            return f"{kind} {value.to_json(orient='split', default_handler=str, date_format='iso')}"
        case np.ndarray() if value.dtype != object:
            return f"array {value.dtype} {value.shape} {value.tolist()!r}"
        case dict():
            kept = {key: item for key, item in value.items() if not str(key).endswith(OF_A_MOMENT)}
            items = (f"{portrait(key, depth)}: {portrait(item, depth)}" for key, item in kept.items())
            return f"{kind} {{{', '.join(items)}}}"
        case set() | frozenset():
            return f"{kind} {sorted(portrait(item, depth) for item in value)}"
        case list() | tuple():
            return f"{kind} [{', '.join(portrait(item, depth) for item in value)}]"
    if is_dataclass(value):
        return f"{kind} {_attributes(value, depth)}"
    text = repr(value)
    return text if not _ADDRESS.search(text) else f"{kind} {_attributes(value, depth)}"


def _attributes(value: Any, depth: int) -> str:
    """Those of an object that has no text of its own."""
    if depth == DEPTH or inspect.isroutine(value):
        return "…"
    return portrait(dict(sorted(getattr(value, "__dict__", {}).items())), depth + 1)
