"""Sends values to R and takes them back, many in one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nbflow.languages.r.run_r import run_r


def there_and_back(values: Mapping[str, object]) -> dict[str, Any]:
    return dict(zip(values, run_r("", values, [*values]), strict=True))


def made_by_r(codes: Sequence[str]) -> list[Any]:
    """Return the values of R expressions."""
    names = [f"v{number}" for number in range(len(codes))]
    return list(run_r("\n".join(f"{name} <- {code}" for name, code in zip(names, codes, strict=True)), {}, names))


def assert_same(found: Any, expected: Any) -> None:
    """Compare values and types, deeply; NaN equals NaN."""
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found, expected)
    elif isinstance(expected, pd.Categorical):
        pd.testing.assert_extension_array_equal(found, expected)
    elif isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype or found.dtype.kind == expected.dtype.kind == "U", found.dtype
        np.testing.assert_array_equal(found, expected)
    elif isinstance(expected, dict):
        assert isinstance(found, dict)
        assert [*found] == [*expected]
        for name, one in expected.items():
            assert_same(found[name], one)
    elif isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected), (found, expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert type(found) is type(expected), (found, expected)
        assert found == expected or (found != found and expected != expected), (found, expected)
