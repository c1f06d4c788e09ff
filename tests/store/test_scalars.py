"""Numbers and short texts are read from the summaries of values, equal to the values or not at all."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.store.catalog.scalars import Scalar, read_short_repr, scalar_of
from nbflow.store.values.summary import summarise


def read(value: object) -> Scalar | None:
    found = summarise(value)
    return scalar_of(found.type, found.text)


@given(st.integers() | st.floats(allow_nan=False) | st.booleans() | st.text(max_size=7))
def test_a_plain_value_is_read_as_it_is(value: Any) -> None:
    found = read(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        np.float64(0.1), np.float32(0.1), np.float16(0.1), np.int8(-3), np.uint64(2**64 - 1), np.bool_(True),
        np.float64("inf"), np.float32("-inf"), np.str_("tree"), np.float32(3.4028235e38), np.float64(5e-324),
    ],
)  # fmt: skip
def test_a_scalar_of_numpy_is_read_as_an_equal_one_of_python(value: Any) -> None:
    found = read(value)
    assert found == value.item()
    assert type(found) is type(value.item())


def test_what_is_no_number_is_read_as_such() -> None:
    for value in (math.nan, np.float64("nan"), np.float32("nan")):
        found = read(value)
        assert isinstance(found, float)
        assert math.isnan(found)


@pytest.mark.parametrize(
    "value",
    [
        [1], {"a": 1}, None, 1j, "x" * 1000, "..." * 30, np.str_("x" * 75), 10**5000, 10**250, np.zeros(3),
        np.zeros(()), np.arange(1), pd.Series([1]), object(), b"x",
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_any_other_value_and_what_may_have_been_cut_is_none(value: object) -> None:
    assert read(value) is None


def test_times_are_texts() -> None:
    assert read(pd.Timestamp("2026-01-02")) == "Timestamp('2026-01-02 00:00:00')"
    assert read(datetime.date(2026, 1, 2)) == "datetime.date(2026, 1, 2)"


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), ("3", 3), ("True", True), ("'a b'", "a b"), ("np.float64(0.25)", 0.25), ("np.True_", True),
     ("[1, 2]", "[1, 2]"), ("None", "None"), ("Decimal('1')", "Decimal('1')")],
)  # fmt: skip
def test_a_part_of_an_item_is_its_value_if_that_is_a_scalar(text: str, value: Scalar) -> None:
    found = read_short_repr(text)
    assert found == value
    assert type(found) is type(value)


def test_a_dictionary_a_tuple_and_a_dataclass_tell_their_fields() -> None:
    many = {f"k{n}": n / 10 for n in range(20)}
    assert dict(summarise(many).fields) == {name: repr(value) for name, value in many.items()}
    assert summarise((1, "a")).fields == (("[0]", "1"), ("[1]", "'a'"))
    assert summarise({1: 2}).fields == ()
    assert summarise({f"k{n}": n for n in range(41)}).fields == ()
    assert summarise([1, 2]).fields == ()
    assert json.loads(json.dumps(summarise({"a": 1}).fields)) == [["a", "1"]]
