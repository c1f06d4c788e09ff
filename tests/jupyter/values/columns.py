"""Columns of every kind, as pandas has them, for the tests that compare with pandas."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

from nbflow.jupyter.values.asked import Asked
from nbflow.jupyter.values.sheets import Sheet, table_of

Values = st.SearchStrategy[Any]
FEW = settings(max_examples=int(os.environ.get("NBFLOW_EXPLORE") or 0) or 5, deadline=None)

INTS = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
FLOATS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 1.5, float("nan")])
WORDS = st.text("abÄé ", max_size=3)
MOMENTS = st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1))
SPANS = st.timedeltas(timedelta(days=-9999), timedelta(days=9999))
BIG = st.integers(-(10**40), 10**40)


def series(values: Values, dtype: str, missing: bool = True) -> st.SearchStrategy[pd.Series[Any]]:
    """Series with such values and, with `missing`, without some of them."""
    one = values | st.none() if missing else values
    return st.lists(one, max_size=30).map(lambda found: pd.Series(found, dtype=dtype))


def zoned(values: Sequence[Any]) -> pd.Series[Any]:
    return pd.Series(values, dtype="datetime64[us]").dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")


COLUMNS: dict[str, st.SearchStrategy[pd.Series[Any]]] = {
    "int64": series(INTS, "int64", missing=False),
    "uint64": series(st.integers(0, 2**64 - 1), "uint64", missing=False),
    "float64": series(FLOATS, "float64", missing=False),
    "float32": series(st.floats(width=32), "float32", missing=False),
    "bool": series(st.booleans(), "bool", missing=False),
    "Int64": series(INTS, "Int64"),
    "boolean": series(st.booleans(), "boolean"),
    "Float64": series(st.floats(allow_nan=False), "Float64"),
    "str": series(WORDS, "str"),
    "object of texts": series(WORDS, "object"),
    "big ints": series(BIG, "object"),
    "decimals": series(st.decimals(allow_nan=False, allow_infinity=False), "object"),
    "tuples": series(st.tuples(st.integers(0, 2), WORDS), "object"),
    "moments": series(MOMENTS, "datetime64[us]"),
    "nanoseconds": series(MOMENTS, "datetime64[ns]"),
    "spans": series(SPANS, "timedelta64[us]"),
    "zone": st.lists(MOMENTS | st.none(), max_size=30).map(zoned),
    "periods": series(st.sampled_from(["2020-01", "2019-05", "2024-12"]), "period[M]"),
    "categories": series(st.sampled_from("cab"), "category"),
    "ordered categories": st.lists(st.sampled_from("cab") | st.none(), max_size=30).map(
        lambda found: pd.Series(pd.Categorical(found, categories=["c", "a", "b"], ordered=True))
    ),
    "complex": series(st.complex_numbers(allow_nan=False), "complex128", missing=False),
    "arrow": series(INTS, "int64[pyarrow]"),
}

MIXED = st.lists(
    st.none() | st.booleans() | INTS | FLOATS | WORDS | st.lists(st.integers(0, 2), max_size=2) | MOMENTS,
    max_size=30,
)
"""Values that Python does not compare with each other."""


def ask(ask: str = "window", **more: Any) -> Asked:
    return Asked(ask, 1, 1, "frame", **{"rows": (0, 1000), "columns": (0, 100), **more})


def sheet(value: Any, before: Any = None) -> Sheet:
    """The value as the panel has it."""
    table = table_of(value)
    assert table is not None
    return Sheet(table, None if before is None else table_of(before))


def places(value: Any, **more: Any) -> list[int]:
    """The rows that are shown, by their numbers in the whole table."""
    return list(sheet(value).window(ask(**more)).places)
