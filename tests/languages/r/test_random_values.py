"""Sends random values to R and back, some hundreds in each process. `NBFLOW_EXPLORE=1` tries many more."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.languages.r.crossing import assert_same, there_and_back

TEXT = pd.Series(["a"]).dtype
EXAMPLES = 200 if "NBFLOW_EXPLORE" in os.environ else 4
AT_ONCE = 25
trying = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],  # to shrink an example takes a process of R for each try
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
whole = st.integers(-(2**31) + 1, 2**31 - 1)
moments = st.datetimes(datetime(1700, 1, 1), datetime(2240, 1, 1))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    whole,
    st.floats(),
    st.complex_numbers(),
    texts,
    st.binary(max_size=5),
    st.dates(),
    moments,
    st.timedeltas(timedelta(-90_000), timedelta(90_000)),
)
kinds = (st.booleans(), whole, st.floats(allow_nan=False), texts, st.dates(date(1, 1, 1)), moments)
homogeneous = st.one_of(*(st.lists(st.one_of(st.none(), kind), max_size=6) for kind in kinds))
values = st.recursive(
    st.one_of(scalars, homogeneous),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts.filter(bool), inner, max_size=4)),
    max_leaves=12,
)


@trying
@given(st.lists(values, min_size=AT_ONCE, max_size=AT_ONCE))
def test_random_values_come_back_equal(found: list[Any]) -> None:
    every = {f"v{number}": value for number, value in enumerate(found)}
    for name, back in there_and_back(every).items():
        assert_same(back, _widened(every[name]))


def _widened(value: Any) -> Any:
    """Return a value as it comes back: in a list of whole numbers and others, all are floats."""
    if isinstance(value, dict):
        return {name: _widened(one) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    types = {type(one) for one in value} - {type(None)}
    if types == {int, float}:
        return [None if one is None else float(one) for one in value]
    return [_widened(one) for one in value]


SIZE = st.shared(st.integers(2, 6), key="rows")


def column(items: st.SearchStrategy[Any], make: Any) -> st.SearchStrategy[Any]:
    return SIZE.flatmap(lambda size: st.lists(items, min_size=size, max_size=size)).map(make)


def _moments(dtype: str) -> Any:
    return lambda items: pd.Series(np.array([np.datetime64(one, "us") for one in items], dtype))


columns = st.one_of(
    column(st.integers(-(2**31) + 1, 2**31 - 1), lambda items: pd.Series(items, dtype="int64")),
    column(st.floats(), lambda items: pd.Series(items, dtype="float64")),
    column(st.booleans(), lambda items: pd.Series(items, dtype="bool")),
    column(st.complex_numbers(), lambda items: pd.Series(items, dtype="complex128")),
    column(st.one_of(st.none(), texts), lambda items: pd.Series(items, dtype=TEXT)),
    column(st.sampled_from("abc"), lambda items: pd.Series(items, dtype="category")),
    column(moments, _moments("M8[us]")),
    column(moments, lambda items: _moments("M8[us]")(items).dt.tz_localize("UTC").dt.tz_convert("America/New_York")),
    column(st.timedeltas(timedelta(-9999), timedelta(9999)), lambda items: pd.Series(items, dtype="m8[us]")),
)
frames = st.dictionaries(texts, columns, min_size=1, max_size=5).map(pd.DataFrame)


@trying
@given(st.lists(frames, min_size=20, max_size=20))
def test_random_frames_come_back_equal(found: list[pd.DataFrame]) -> None:
    every = {f"v{number}": frame.set_axis(frame.columns.astype(TEXT), axis=1) for number, frame in enumerate(found)}
    for name, back in there_and_back(every).items():
        assert_same(back, every[name])
