"""Rows are sorted, filtered, counted and compared as pandas does it."""

from __future__ import annotations

import operator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import NbflowError
from nbflow.jupyter.protocol.value_messages import OddCell
from nbflow.jupyter.values.asked import Pick
from nbflow.jupyter.values.row_filter import NotComparable
from nbflow.jupyter.values.sheets import table_of
from tests.jupyter.values.columns import COLUMNS, FEW, FLOATS, INTS, MIXED, MOMENTS, WORDS, ask, places, sheet

# order


@pytest.mark.parametrize("kind", COLUMNS)
@FEW
@given(data=st.data(), descending=st.booleans())
def test_rows_are_in_the_order_of_pandas(kind: str, data: Any, descending: bool) -> None:
    series = data.draw(COLUMNS[kind])
    wanted = series.sort_values(kind="stable", ascending=not descending, na_position="last").index
    assert places(series.to_frame("x"), sort=(1, descending)) == list(wanted)


@FEW
@given(MIXED, st.booleans())
def test_mixed_values_are_grouped_numbers_first_and_missing_ones_last(found: list[Any], descending: bool) -> None:
    series = pd.Series(found, dtype="object")
    order = places(series.to_frame("x"), sort=(1, descending))
    assert sorted(order) == list(range(len(found)))
    shown = [found[place] for place in order]
    groups = [3 if pd.isna(one) is True else 0 if isinstance(one, int | float) else 1 if isinstance(one, str) else 2
              for one in shown]  # fmt: skip
    known = [group for group in groups if group < 3]
    assert groups == sorted(known, reverse=descending) + [3] * (len(groups) - len(known))
    values = [one for one, group in zip(shown, groups, strict=True) if group == 0]
    assert values == sorted(values, reverse=descending)


@pytest.mark.parametrize("library", ["polars", "arrow"])
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (INTS, pl.Int64), (FLOATS, pl.Float64), (WORDS, pl.String), (st.booleans(), pl.Boolean),
        (MOMENTS, pl.Datetime("us")), (WORDS, pl.Categorical), (st.dates(), pl.Date),
        (MOMENTS, pl.Datetime("ms", "UTC")),
    ],
)  # fmt: skip
@FEW
@given(data=st.data(), descending=st.booleans())
def test_other_libraries_sort_alike(library: str, values: Any, kind: Any, data: Any, descending: bool) -> None:
    found = data.draw(st.lists(values | st.none(), max_size=20))
    frame = pl.DataFrame({"x": pl.Series(found, dtype=kind)})
    listed = frame["x"].to_list()
    present = [n for n, one in enumerate(listed) if one is not None and one == one]
    wanted = sorted(present, key=lambda n: listed[n], reverse=descending)
    wanted += [n for n in range(len(found)) if n not in present]
    assert places(frame if library == "polars" else frame.to_arrow(), sort=(1, descending)) == wanted


# filters


LIMITS = st.floats(-5, 5) | st.integers(-5, 5) | st.sampled_from([2**53 + 1, -(2**62) - 1, 10**30, 0.5, float("inf")])


@FEW
@given(series=COLUMNS["float64"] | COLUMNS["int64"] | COLUMNS["uint64"], limit=LIMITS)
@pytest.mark.parametrize("sign", ["<", ">", "<=", ">=", "=", "!="])
def test_numbers_are_compared_as_python_compares_them(series: Any, limit: float, sign: str) -> None:
    compare = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq,
               "!=": operator.ne}[sign]  # fmt: skip
    wanted = [n for n, one in enumerate(series.tolist()) if one == one and compare(one, limit)]
    assert places(series.to_frame("x"), filter=f"x{sign}{limit!r}") == wanted


@FEW
@given(series=COLUMNS["str"] | COLUMNS["object of texts"] | COLUMNS["categories"], word=st.text("abé", min_size=1))
def test_a_word_is_looked_for_in_every_text(series: Any, word: str) -> None:
    frame = pd.DataFrame({"n": 5, "x": series})
    wanted = series.astype("object").map(lambda one: isinstance(one, str) and word.lower() in one.lower())
    assert places(frame, filter=word.upper()) == list(np.flatnonzero(wanted.astype(bool)))


@FEW
@given(series=COLUMNS["int64"] | COLUMNS["float64"], word=st.integers(0, 99).map(str))
def test_a_word_of_digits_is_looked_for_in_numbers_as_they_are_written(series: Any, word: str) -> None:
    wanted = [word in ("NaN" if one != one else repr(one)) for one in series.tolist()]
    assert places(series.to_frame("x"), filter=word) == list(np.flatnonzero(wanted))


FILMS = pd.DataFrame(
    {
        "genre": ["drama", "war", None, "comedy drama"],
        "my score": [1.5, np.nan, 2.0, -1.0],
        "seen": pd.to_datetime(["2024-05-01", "2024-05-31 23:59:59.5", None, "2024-06-01"], format="ISO8601"),
        "took": pd.to_timedelta(["1h", "90min", None, "2D"]),
        "good": [True, False, True, False],
    }
)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", [0, 1, 2, 3]), ("drama", [0, 3]), ("genre=drama", [0]), ('genre = "comedy drama"', [3]),
        ("genre!=drama", [1, 3]), ('"my score">1', [0, 2]), ('"My Score" >= 1.5 drama', [0]), ("seen=2024-05", [0, 1]),
        ("seen>2024-05", [3]), ("seen<=2024-05-31", [0, 1]), ('seen>"2024-05-31 12:00"', [1, 3]), ("2024-06", [3]),
        ("took>=90min", [1, 3]), ("took<2d", [0, 1]), ("good=true", [0, 2]), ("nothing=3", []), ("nan", []),
        ("=", []), ('"', []), ("genre>=drama", [0, 1]),
    ],
)  # fmt: skip
def test_words_and_conditions(words: str, wanted: list[int]) -> None:
    assert places(FILMS, filter=words) == wanted


@pytest.mark.parametrize(
    ("words", "example"),
    [('"my score">much', "12 or 0.5"), ("seen>soon", "2024-05-31"), ("good=maybe", "true or false"), ("took>1", "90s")],
)
def test_a_condition_that_means_nothing_says_what_would(words: str, example: str) -> None:
    with pytest.raises(NotComparable, match=example):
        places(FILMS, filter=words)


def test_a_condition_means_the_first_column_of_its_name() -> None:
    frame = pd.DataFrame([[1, 9], [2, 8], [3, 7]], columns=["x", "x"])
    assert places(frame, filter="x>1") == [1, 2]
    assert places(frame, sort=(2, False)) == [2, 1, 0]


# histograms


@pytest.mark.parametrize("kind", [*COLUMNS])
@FEW
@given(data=st.data())
def test_each_row_is_in_one_bar_and_a_bar_keeps_its_rows(kind: str, data: Any) -> None:
    series = data.draw(COLUMNS[kind])
    found = sheet(series.to_frame("x"))
    counted = found.statistics(ask("column", column=1))
    assert counted.rows == len(series)
    assert counted.missing == int(series.isna().sum())
    assert sum(bar.count for bar in counted.bars) + counted.others + counted.missing == len(series)
    for bar in counted.bars:
        pick = Pick(1, bar.low, bar.high, bar.closed)
        assert len(found.window(ask(picks=(pick,))).places) == bar.count
    picked = found.window(ask(picks=(Pick(1, None, None, False),))).places
    assert list(picked) == list(np.flatnonzero(series.isna()))


@FEW
@given(series=COLUMNS["float64"] | COLUMNS["int64"] | COLUMNS["float32"])
def test_statistics_are_those_of_pandas(series: Any) -> None:
    facts = dict(sheet(series.to_frame("x")).statistics(ask("column", column=1)).facts)
    known = series.dropna()
    if len(known):
        assert [_number(facts[name]) for name in ("min", "max")] == [float(known.min()), float(known.max())]
    if len(known) and np.isfinite(known.astype(float)).all():
        wide = known.astype(float)
        with np.errstate(all="ignore"):
            wanted = {"mean": wide.mean(), "median": wide.median(), "std": wide.std()}
        for name in wanted.keys() & facts.keys():
            assert np.isclose(_number(facts[name]), wanted[name], rtol=1e-6, atol=0, equal_nan=True), name


def _number(cell: Any) -> float:
    return float(cell.text if isinstance(cell, OddCell) else cell)


@FEW
@given(series=COLUMNS["str"] | COLUMNS["categories"] | COLUMNS["boolean"])
def test_texts_are_counted_as_pandas_counts_them(series: Any) -> None:
    bars = sheet(series.to_frame("x")).statistics(ask("column", column=1)).bars
    wanted = series.value_counts()
    assert sorted(bar.count for bar in bars) == sorted(n for n in wanted.tolist() if n)[-12:]
    assert all(wanted[bar.label == "True" if series.dtype == "boolean" else bar.label] == bar.count for bar in bars)


# cells


def test_cells_say_what_they_are() -> None:
    values = [1, 2**60, 10**30, 1.5, float("inf"), float("nan"), None, pd.NA, pd.NaT, True, "5", "x" * 400, [1, 2],
              pd.Timestamp("2024-01-02 03:04:05"), date(2024, 1, 2), b"\0"]  # fmt: skip
    frame = pd.DataFrame({"x": pd.Series(values, dtype="object")})
    odd = {n: cell for n, (cell,) in enumerate(sheet(frame).window(ask()).cells) if isinstance(cell, OddCell)}
    plain = [cell for (cell,) in sheet(frame).window(ask()).cells if not isinstance(cell, OddCell)]
    assert plain == [1, 1.5, True, "5"]
    assert [(cell.kind, cell.text[:20]) for cell in odd.values()] == [
        ("number", str(2**60)), ("number", str(10**30)[:20]), ("number", "inf"), ("missing", "NaN"),
        ("missing", "None"), ("missing", "<NA>"), ("missing", "NaT"), ("long", "x" * 20), ("object", "[1, 2]"),
        ("time", "2024-01-02 03:04:05"), ("time", "2024-01-02"), ("object", "b'\\x00'"),
    ]  # fmt: skip
    assert sheet(frame).cell(ask("cell", rows=(11, 12), column=1)).text == "x" * 400


@pytest.mark.parametrize(
    ("value", "labels", "index"),
    [
        (pd.DataFrame(), [], [[]]),
        (pd.DataFrame(index=[4, 5]), [], [["", "int64"]]),
        (pd.DataFrame({1: [1], (2, "b"): [2], None: [3]}), ["1", "2 · b", "None"], [["", ""]]),
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])), ["a · 1", "b · 2"],
         [["", ""]]),
        (pd.Series([1, 2], index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None]), name="s"), ["s"],
         [["k", "str"], ["", "int64"]]),
        (pd.Index([3, 1], name="i"), ["i"], [["", ""]]),
        (np.zeros(3), ["value"], [["", ""]]),
        (np.zeros((2, 3)), ["0", "1", "2"], [["", ""]]),
        (np.zeros(2, dtype=[("a", "i4"), ("b", "U3")]), ["a", "b"], [["", ""]]),
        (pa.table({"a": [1], "b": ["x"]}), ["a", "b"], [["", ""]]),
        (pa.array([1, None]), ["value"], [["", ""]]),
        (pl.Series("p", [1, None]), ["p"], [["", ""]]),
        (pl.DataFrame({"a": [[1, 2]], "b": [{"c": 1}]}), ["a", "b"], [["", ""]]),
    ],
)  # fmt: skip
def test_tables_of_every_form(value: Any, labels: list[str], index: list[list[str]]) -> None:
    found = sheet(value)
    facts = found.facts()
    assert [column.label for column in facts.columns] == labels
    if index != [[]]:
        assert [[column.label, column.dtype] for column in facts.index] == index
    window = found.window(ask())
    assert window.total == facts.rows == len(window.cells) == len(window.index)
    for number in range(len(labels) + len(facts.index)):
        found.statistics(ask("column", column=number))
        assert len(found.window(ask(sort=(number, True), filter="")).places) == facts.rows


@FEW
@given(st.integers(0, 50), st.integers(0, 20), st.integers(0, 12), st.integers(0, 12))
def test_a_window_is_that_part_of_the_table(first: int, rows: int, left: int, columns: int) -> None:
    frame = pd.DataFrame(np.arange(300).reshape(30, 10))
    window = sheet(frame).window(ask(rows=(first, first + rows), columns=(left, left + columns)))
    wanted = frame.iloc[first : first + rows, left : left + columns]
    assert [list(row) for row in window.cells] == wanted.to_numpy().tolist()
    assert list(window.places) == list(wanted.index)


def test_a_column_that_is_not_there_is_refused() -> None:
    for asked in ({"sort": (9, True)}, {"picks": (Pick(9, "1", None, False),)}):
        with pytest.raises(NbflowError, match="none has the number 9"):
            places(FILMS, **asked)


def test_what_is_no_table() -> None:
    assert [table_of(one) for one in ({}, "text", 3, np.zeros(()), np.zeros((2, 2, 2)))] == [None] * 5
