"""Numbers and short texts are read from the summaries of values, equal to the values or not at all."""

from __future__ import annotations

import datetime
import json
import math
from decimal import Decimal
from enum import Enum, Flag
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.store.catalog.reprs import rank_of, readable
from nbflow.store.catalog.scalars import Scalar, read_short_repr, scalar_of
from nbflow.store.values.summary import summarise


class Colour(Enum):
    RED = 3
    GREEN = 1


class Way(Flag):
    NORTH = 1
    WEST = 2


class Thing:
    def __repr__(self) -> str:
        return "Thing(Decimal=1)"


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


def test_times_of_pandas_and_numpy_are_those_of_python() -> None:
    day, noon = datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 12)
    assert read(day) == read(np.datetime64("2026-01-02")) == day
    assert read(pd.Timestamp(noon)) == read(noon) == read(np.datetime64("2026-01-02T12")) == noon
    assert read(pd.Timestamp(noon, tz="Asia/Tokyo")) == pd.Timestamp(noon, tz="Asia/Tokyo")
    for span in (pd.Timedelta("-90min"), np.timedelta64(-90, "m"), datetime.timedelta(minutes=-90)):
        assert read(span) == datetime.timedelta(minutes=-90)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.datetime(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")), "2026-01-02 00:00:00-03:00"),
        (pd.Timestamp("2026-01-02 03:04:05.000000006"), "2026-01-02 03:04:05.000000006"),
        (pd.Period("2026-01", "M"), "2026-01"),
        (datetime.timedelta(minutes=90), "1:30:00"),
        (datetime.time(3, 4), "03:04:00"),
        (Decimal("10.50"), "10.50"),
        (Fraction(1, 3), "1/3"),
        (PurePosixPath("data/it's.csv"), "data/it's.csv"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (Colour.RED, "RED"),
        (Way.NORTH | Way.WEST, "NORTH|WEST"),
        (np.float64(0.5), "0.5"),
        (Thing(), "Thing(Decimal=1)"),
        ("Decimal('1')", "\"Decimal('1')\""),
        ({"at": [datetime.date(2026, 1, 2), np.True_], "to": Colour.RED}, "at=[2026-01-02, True], to=RED"),
        ((pd.Timestamp("2026-01-02 05:00"), "np.True_"), "(2026-01-02 05:00:00, 'np.True_')"),
    ],
)
def test_a_line_shows_each_value_as_a_person_reads_it(value: object, text: str) -> None:
    assert readable(summarise(value).text.removeprefix("2 items: ")) == text


def test_values_are_sorted_by_what_they_are() -> None:
    in_order = [
        [Decimal("-3"), Decimal("1.10"), Decimal(10)],
        [Fraction(1, 3), Fraction(1, 2), Fraction(10, 3)],
        [Colour.GREEN, Colour.RED],
        [datetime.timedelta(hours=-1), datetime.timedelta(minutes=7), datetime.timedelta(days=1)],
        [pd.Timestamp("2026-01-02", tz="Asia/Tokyo"), pd.Timestamp("2026-01-02", tz="UTC")],
        [datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 5), datetime.date(2026, 10, 1)],
        [datetime.time(9), datetime.time(10, 30)],
    ]
    for values in in_order:
        ranks = [rank_of(read(value)) for value in values]
        assert None not in ranks
        assert ranks == sorted(set(ranks), key=float)


@pytest.mark.parametrize("value", [Decimal("sNaN"), Path("x" * 200), Thing()])
def test_what_cannot_be_compared_or_was_cut_has_no_rank(value: object) -> None:
    assert rank_of(read(value)) is None


def test_a_member_is_described_whatever_its_class_can_do() -> None:
    assert summarise(Colour.RED).text == "<Colour.RED: 3>"


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), ("3", 3), ("True", True), ("'a b'", "a b"), ("np.float64(0.25)", 0.25), ("np.True_", True),
     ("[1, 2]", "[1, 2]"), ("None", "None"), ("Decimal('1')", Decimal(1)),
     ("Decimal(1, 2, 3)", "Decimal(1, 2, 3)"), ("PosixPath('a...b')", "a...b")],
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
