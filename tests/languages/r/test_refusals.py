"""Tests that a value which the other language cannot hold is an error that names it and says what to do."""

from __future__ import annotations

import enum
from collections import namedtuple
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from nbflow.errors import NotForPython, NotForR, ROutputMissing
from nbflow.languages.r.run_r import RSource, run_r, vectors_of
from nbflow.languages.r.values_from_r import from_r
from nbflow.languages.r.values_to_r import to_r
from tests.languages.r.crossing import assert_same

Pair = namedtuple("Pair", "a b")
Level = enum.Enum("Level", "LOW HIGH")
FRAME = pd.DataFrame({"x": [1, 2]})

NOT_FOR_R: list[tuple[Any, str, str]] = [
    (2**53 + 1, "x: it is 9007199254740993", "as text"),
    ([1, -(2**60)], "x[1]: it is -1152921504606846976", "as text"),
    (np.array([0, 2**53 + 1]), "x, item 1: it is 9007199254740993", "as text"),
    (np.array([2**64 - 1], "u8"), "x, item 0: it is 18446744073709551615", "as text"),
    (pd.DataFrame({"id": pd.array([None, 2**53 + 2], "Int64")}), "x['id'], item 1: it is 9007199254740994", "as text"),
    ({"a": {"b": 10**30}}, "x['a']['b']", "as text"),
    ({1: "a"}, "key 1 is not text", "text"),
    ({1, 2}, "its type is set", "sorted"),
    (Decimal("1.1"), "its type is decimal.Decimal", "float(…) or str(…)"),
    (Level.LOW, "Level", "numbers"),
    (Pair(1, 2), "Pair", "numbers"),
    (object(), "its type is object", "numbers"),
    (lambda: 1, "its type is function", "numbers"),
    (pl.DataFrame({"x": [1]}).lazy(), "a query of polars that has not run", ".collect()"),
    (pl.DataFrame({"x": [Decimal("1.1")]}), "x['x'][0]: its type is decimal.Decimal", "float(…)"),
    (pl.DataFrame({"x": [2**60]}), "x['x'], item 0: it is 1152921504606846976", "as text"),
    ("a\0b", "zero byte", "replace"),
    (["a", "\ud800"], "x, item 1: the text '\\ud800' contains a lone surrogate", "Replace"),
    (pd.DataFrame({"t": ["a", "b\0"]}), "x['t'], item 1", "Remove"),
    (pd.Series([1, 2], [5, 6]), "its index is not 0, 1, 2 …", "reset_index(drop=True)"),
    (pd.Timestamp("2024-01-01 00:00:00.000000001"), "it is 2024-01-01 00:00:00.000000001", 'round("us")'),
    (datetime(9000, 1, 1, 0, 0, 0, 123457), "it is 9000-01-01", "Round"),
    (pd.DataFrame({"t": np.array(["2024-01-01T00:00:00.000000001"], "M8[ns]")}), "x['t'], item 0", "Round"),
    (FRAME.rename(columns={"x": 7}), "the name of its column 7 is not text", "rename(columns=str)"),
    (FRAME.rename_axis(columns="c"), "common name 'c'", "rename_axis(columns=None)"),
    (FRAME.set_axis([0, 0]), "two of its rows have the label 0", "reset_index(drop=True)"),
    (FRAME.rename_axis("year"), "the name 'year'", "reset_index()"),
    (FRAME.set_axis([0.5, 1.5]), "its index holds floating", "reset_index()"),
    (FRAME.set_index(["x", "x"]), "several levels", "reset_index()"),
    (pd.DataFrame({"c": pd.Categorical([1, 2])}), "x['c']: its category 1 is not text", "rename_categories(str)"),
    (pd.DataFrame({"p": pd.period_range("2024", periods=2, freq="M")}), "x['p']: it holds period[M]", ".astype(str)"),
    (pd.DataFrame({"d": [Decimal("1.1"), Decimal(2)]}), "decimal.Decimal", "float(…)"),
    (np.ma.array([1, 2], mask=[True, False]), "masked array", ".filled("),
    (np.array([(1, 2.0)], "i4,f8"), "an array of", ".tolist()"),
    (np.array([1, "a"], object), "an array of Python objects", ".tolist()"),
    (np.array([np.longdouble("0.1")]), "has no equal", "float64"),
]

NOT_FOR_PYTHON = [
    ("x <- function(a) a", "x, which R made: it is an object of class function", "serialize(x, NULL)"),
    ("x <- list(m = lm(mpg ~ wt, mtcars))", "x$m, which R made: it is an object of class lm", "unserialize(x)"),
    ("x <- globalenv()", "environment", "serialize"),
    ("x <- quote(a + b)", "call", "serialize"),
    ("x <- y ~ z", "formula", "serialize"),
    ("x <- list(a = 1, 2)", "item 2 has no name", "unname(x)"),
    ("x <- list(a = 1, a = 2)", "item 2 has the name 'a' again", "unname(x)"),
    ("x <- factor(c('a', NA), exclude = NULL)", "NA is one of its levels", "exclude = NA"),
    ("x <- data.frame(a = 1:2); x$m <- matrix(1:4, 2)", "x$m, which R made: it is a column of several", "do.call"),
    ("x <- data.frame(a = 1:2); x$f <- list(print, 1)", "x$f[[1]]", "serialize"),
    ("x <- structure(1, class = 'money')", "a vector of class money", "unclass"),
    ("x <- 'a\\xff'; Encoding(x) <- 'UTF-8'", "x[1], which R made: it is text whose encoding is unknown", "iconv"),
    ("x <- as.Date(1e9, origin = '1970-01-01')", "too far away", "unclass"),
    ("x <- data.frame(t = as.POSIXct(1e15, origin = '1970-01-01'))", "x$t", "unclass"),
    ("x <- array(1:8, c(2, 2, 2), list(c('a', 'b'), NULL, NULL))", "labels in 3 dimensions", "as.data.frame(x)"),
    ("x <- matrix(list(1, 2), 1)", "a list with dimensions", "frame"),
]


@pytest.mark.parametrize(("value", "what", "fix"), NOT_FOR_R, ids=[what for _, what, _ in NOT_FOR_R])
def test_a_python_value_that_r_cannot_hold_is_named_with_the_fix(value: object, what: str, fix: str) -> None:
    with pytest.raises(NotForR) as caught:
        to_r(value, "x")
    assert str(caught.value).startswith("R cannot hold x")
    assert what in str(caught.value)
    assert fix in caught.value.fix


def test_an_r_value_that_python_cannot_hold_is_named_with_the_fix() -> None:
    codes = [f"v{number} <- local({{{code}; x}})" for number, (code, _, _) in enumerate(NOT_FOR_PYTHON)]
    vectors = vectors_of(RSource("\n".join(codes)), {}, [f"v{number}" for number in range(len(codes))])
    for vector, (code, what, fix) in zip(vectors.values(), NOT_FOR_PYTHON, strict=True):
        with pytest.raises(NotForPython) as caught:
            from_r(vector, "x")
        assert what in str(caught.value), code
        assert fix in caught.value.fix


def test_the_fixes_work() -> None:
    frame = pd.DataFrame({"id": [2**60, 2**60 + 1], "price": [Decimal("1.5"), Decimal(2)]}, index=[5, 5])
    mended = frame.assign(id=frame["id"].astype(str), price=frame["price"].astype(float)).reset_index(drop=True)
    (model, found) = run_r(
        "found <- frame; model <- serialize(lm(mpg ~ wt, mtcars), NULL)", {"frame": mended}, ["model", "found"]
    )
    assert_same(found, mended)
    (slope,) = run_r("model <- unserialize(model); slope <- unname(coef(model)[2])", {"model": model}, ["slope"])
    assert round(slope, 3) == -5.344


def test_a_result_that_is_not_bound_is_named() -> None:
    with pytest.raises(ROutputMissing, match="without binding 'b': assign it on every path, or correct --out"):
        run_r("a <- 1\nif (a > 1) b <- 2", {}, ["a", "b"])
