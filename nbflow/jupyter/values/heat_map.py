"""Makes a heat map of an array with two dimensions, with one point for several cells if it is large."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from nbflow.jupyter.protocol.value_messages import HeatMap

LARGEST_SIDE = 512
"""The most points of a side."""


def is_map(array: Any) -> bool:
    """Return whether an array can be a heat map."""
    return bool(array.ndim == 2 and array.size and array.dtype.kind in "biuf" and max(array.shape) > 1)


def heat_map(array: Any) -> HeatMap:
    """Return the means of blocks of an array, without its missing values."""
    rows, columns = array.shape
    step = (-(-rows // LARGEST_SIDE), -(-columns // LARGEST_SIDE))
    means = _means(np.ma.filled(np.ma.asarray(array).astype(np.float64), np.nan), *step)
    finite = means[np.isfinite(means)]
    ends = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
    data = base64.b64encode(means.astype("<f4").tobytes()).decode("ascii")
    return HeatMap(means.shape[0], means.shape[1], data, step, (rows, columns), *ends)


def _means(array: Any, down: int, across: int) -> Any:
    if (down, across) == (1, 1):
        return array
    known = ~np.isnan(array)
    sums, counts = (_sums(part, down, across) for part in (np.where(known, array, 0.0), known.astype(np.float64)))
    with np.errstate(invalid="ignore"):
        return sums / counts


def _sums(array: Any, down: int, across: int) -> Any:
    rows, columns = array.shape
    return np.add.reduceat(np.add.reduceat(array, range(0, rows, down), axis=0), range(0, columns, across), axis=1)
