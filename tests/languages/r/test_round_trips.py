"""Tests that values are equal after a way to R and back, and from R to Python and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

from tests.languages.r.crossing import assert_same, made_by_r, run_r, there_and_back

TEXT = pd.Series(["a"]).dtype
BERLIN = ZoneInfo("Europe/Berlin")
SUMMER = datetime(2024, 7, 1, 12, 30, 15, 123456)

SCALARS: dict[str, object] = {
    "nothing": None,
    "true": True,
    "false": False,
    "zero": 0,
    "whole": -2_147_483_647,
    "real": 0.1,
    "small": 5e-324,
    "nan": float("nan"),
    "infinite": float("-inf"),
    "complex": 1.5 - 2j,
    "empty text": "",
    "text": "say \"ü\"\n\\n\t'x' 𝕏",
    "NA text": "NA",
    "bytes": b"\0\xff",
    "no bytes": b"",
    "date": date(1900, 2, 28),
    "moment": SUMMER,
    "old moment": datetime(1899, 12, 31, 23, 59, 59, 999999),
    "zoned": SUMMER.replace(tzinfo=BERLIN),
    "utc": SUMMER.replace(tzinfo=UTC).astimezone(ZoneInfo("UTC")),
    "duration": timedelta(days=-3, microseconds=1),
}

CONTAINERS: dict[str, object] = {
    "no items": [],
    "one": ["a"],
    "one number": [1],
    "one nothing": [None],
    "numbers": [1, 2, 3],
    "texts": ["x", None, "NA", ""],
    "gaps": [1, None, 3],
    "reals": [0.5, None, float("nan")],
    "flags": [True, None, False],
    "nothings": [None, None],
    "mixed": [1, "a", None, True, [2, [3]]],
    "flag and number": [True, 2],
    "dates": [date(2024, 2, 29), None],
    "one date": [date(2024, 2, 29)],
    "moments": [SUMMER, None],
    "durations": [timedelta(1), timedelta(seconds=0.5)],
    "complexes": [1j, None],
    "zones": [SUMMER, SUMMER.replace(tzinfo=BERLIN)],
    "no names": {},
    "names": {"a": 1, "b c": [1, 2], "ü": {"x": None}},
    "deep": {"a": [{"b": [{"c": [[[[1, 2]]]]}]}]},
    "list of dicts": [{"a": 1}, {"a": 2}],
}

ARRAYS: dict[str, object] = {
    "one dimension": np.array([1.5, np.nan, -np.inf]),
    "whole": np.array([1, -5]),
    "flags": np.array([True, False]),
    "matrix": np.arange(6.0).reshape(2, 3),
    "cube": np.arange(24).reshape(2, 3, 4),
    "complex": np.array([[1j, 2]]),
    "text": np.array(["a", "ü"]),
    "days": np.array(["2024-02-29", "NaT"], "M8[D]"),
    "moments": np.array(["2024-02-29T12:00:00.000001", "NaT"], "M8[us]"),
    "spans": np.array([1, -7], "m8[us]"),
    "empty": np.empty((0, 3)),
    "single": np.array([7.0]),
    "factor": pd.Categorical(["u", None, "v"], categories=["v", "u", "w"]),
    "one level": pd.Categorical(["u"]),
    "ordered": pd.Categorical(["lo", "hi"], categories=["lo", "hi"], ordered=True),
    "named": pd.Series([1.5, 2], ["a", "b"]),
    "one named": pd.Series(["x"], ["a"]),
    "named factor": pd.Series(["x", "y"], ["a", "b"], dtype="category"),
}

COLUMNS: dict[str, Any] = {
    "int64": np.array([1, -2, 3]),
    "float64": [1.5, np.nan, -np.inf],
    "bool": [True, False, True],
    "Int64": pd.array([1, None, 3], "Int64"),
    "boolean": pd.array([True, None, False], "boolean"),
    "complex": np.array([1j, 2, 3]),
    "text": pd.array(["a", 'q"\n', "ü"], TEXT),
    "text with gaps": pd.array(["a", None, ""], TEXT),
    "all gaps": pd.array([None] * 3, TEXT) if str(TEXT) != "object" else ["a", "b", None],
    "factor": pd.Categorical(["x", None, "y"]),
    "ordered": pd.Categorical(["b", "a", "b"], ["b", "a"], ordered=True),
    "days": np.array(["2024-01-01", "NaT", "1850-06-01"], "M8[s]"),
    "moments": np.array(["2024-01-01T10:00:00.000123", "NaT", "1850-06-01"], "M8[us]"),
    "zoned": pd.to_datetime(["2024-07-01 12:00:00.5", None, "2024-01-01 00:00:00.0"])
    .as_unit("us")
    .tz_localize("Europe/Berlin"),
    "utc": pd.to_datetime(["2024-07-01", None, "2024-01-01"]).as_unit("us").tz_localize("UTC"),
    "spans": np.array([1, -2_000_001, 10**12], "m8[us]"),
    "no spans": np.array(["NaT"] * 3, "m8[us]"),
    "lists": [[1, 2], None, ["a"]],
    "dicts": [{"a": 1}, {"a": [1.5, None]}, {}],
    "mixed": [1, "a", 2.5],
    "denormal": [5e-324, 1.7976931348623157e308, -0.0],
    "NA": ["NA", "NaN", "NULL"],
}

NARROWED: dict[str, tuple[Any, Any]] = {
    "int8": (np.array([1, -2], "i1"), np.array([1, -2])),
    "uint8": (np.array([1, 255], "u1"), np.array([1, 255])),
    "int32": (np.array([1, -2], "i4"), np.array([1, -2])),
    "uint64": (np.array([1, 2**53], "u8"), np.array([1.0, 2.0**53])),
    "wide": (np.array([1, 2**53]), np.array([1.0, 2.0**53])),
    "edge": (np.array([1, -(2**31)]), np.array([1.0, -(2.0**31)])),
    "float32": (np.array([0.1, 2], "f4"), np.array([np.float32(0.1), 2], "f8")),
    "UInt16": (pd.array([1, None], "UInt16"), pd.array([1, None], "Int64")),
    "Float64": (pd.array([1.5, None], "Float64"), np.array([1.5, np.nan])),
    "arrow int": (pd.array([1, None], "int64[pyarrow]"), pd.array([1, None], "Int64")),
    "arrow text": (pd.array(["a", None], "string[pyarrow]"), pd.array(["a", None], TEXT)),
    "arrow bool": (pd.array([True, None], "bool[pyarrow]"), pd.array([True, None], "boolean")),
    "arrow days": (pd.array([date(2024, 1, 2), None], "date32[pyarrow]"), np.array(["2024-01-02", "NaT"], "M8[s]")),
    "arrow moments": (pd.array([SUMMER, None], "timestamp[us][pyarrow]"), np.array([SUMMER, "NaT"], "M8[us]")),
    "nanoseconds": (
        np.array(["2024-01-01T00:00:00.000001000", "NaT"], "M8[ns]"),
        np.array(["2024-01-01T00:00:00.000001", "NaT"], "M8[us]"),
    ),
    "objects": (np.array([True, None], object), pd.array([True, None], "boolean")),
    "dates": (np.array([date(2024, 1, 2), None], object), np.array(["2024-01-02", "NaT"], "M8[s]")),
    "sparse": (pd.arrays.SparseArray([0, 0]), np.array([0, 0])),
    "string": (pd.array(["a", pd.NA], "string"), pd.array(["a", None], TEXT)),
}
"""Maps columns that R has in fewer types to what comes back: equal values of another type."""


GAPS = ("Int64", "boolean", "mixed")
"""Columns whose first rows come back in another type, because they are all of one kind and have no gaps."""


def test_scalars_lists_and_arrays_come_back_as_they_went() -> None:
    every = {
        f"{kind}: {name}": value
        for kind, found in (("scalar", SCALARS), ("list", CONTAINERS), ("array", ARRAYS))
        for name, value in found.items()
    }
    assert_same(there_and_back(every), every)


def test_columns_come_back_as_they_went_alone_and_together() -> None:
    frames = {name: pd.DataFrame({"x": pd.Series(column)}) for name, column in COLUMNS.items()}
    short = [name for name in frames if name not in GAPS]
    parts = {f"{count} rows of {name}": frames[name][:count] for name in short for count in (0, 1)}
    together = pd.concat([frame.rename(columns={"x": name}) for name, frame in frames.items()], axis=1)
    frames |= {"together": together, **parts}
    for name, frame in there_and_back(frames).items():
        assert_same(frame, frames[name])


def test_columns_of_narrower_types_come_back_with_equal_values() -> None:
    frames = {name: pd.DataFrame({"x": given}) for name, (given, _) in NARROWED.items()}
    assert_same(there_and_back(frames), {name: pd.DataFrame({"x": back}) for name, (_, back) in NARROWED.items()})


def test_frames_of_polars_and_arrow_come_back_as_those_of_pandas_with_equal_values() -> None:
    far = datetime(1600, 1, 1, 12)
    columns: dict[str, tuple[pl.Series, Any]] = {
        "flags": (pl.Series([True, None]), pd.array([True, None], "boolean")),
        "numbers": (pl.Series([1, None], dtype=pl.Int8), pd.array([1, None], "Int64")),
        "reals": (pl.Series([0.1, None]), np.array([0.1, np.nan])),
        "texts": (pl.Series(["ä", None]), pd.array(["ä", None], TEXT)),
        "kinds": (pl.Series(["b", None], dtype=pl.Categorical), pd.Categorical(["b", None])),
        "ordered": (pl.Series(["b", "a"], dtype=pl.Enum(["b", "a"])), pd.Categorical(["b", "a"], ["b", "a"], True)),
        "days": (pl.Series([date(2024, 1, 2), None]), np.array(["2024-01-02", "NaT"], "M8[s]")),
        "moments": (pl.Series([far, None]), np.array([far, "NaT"], "M8[us]")),
        "zoned": (
            pl.Series([SUMMER, None]).dt.replace_time_zone("Europe/Berlin"),
            pd.array([SUMMER.replace(tzinfo=BERLIN), None], "datetime64[us, Europe/Berlin]"),
        ),
        "spans": (pl.Series([timedelta(1), None]), np.array([86_400_000_000, "NaT"], "m8[us]")),
        "lists": (pl.Series([[1, 2], None]), [[1, 2], None]),
        "nothing": (pl.Series([None, None]), pd.array([None, None], "boolean")),
    }
    frame = pl.DataFrame({name: given for name, (given, _) in columns.items()})
    expected = pd.DataFrame({name: pd.Series(back) for name, (_, back) in columns.items()})
    table = frame.to_arrow()
    given = {"polars": frame, "arrow": table, "batch": table.to_batches()[0], "inside": [frame, {"one": table}]}
    found = there_and_back(given | {"empty": frame.clear(), "none": pl.DataFrame(), "series": frame["texts"]})
    for name in ("polars", "arrow", "batch"):
        assert_same(found[name], expected)
    assert_same(found["inside"], [expected, {"one": expected}])
    assert (found["empty"].shape, found["none"].shape, found["series"]) == ((0, 12), (0, 0), ["ä", None])


def test_labels_of_rows_come_back() -> None:
    frame = pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]})
    frames = {
        "counted": frame,
        "named": frame.set_axis(["u", "v", "ü"]),
        "filtered": frame[frame["x"] != 2],
        "turned": frame[::-1],
        "no columns": frame[[]],
        "no rows": frame[:0],
        "same names": frame.set_axis(["x", "x"], axis=1),
    }
    frames["no columns"].columns = pd.Index([], dtype=TEXT)
    assert_same(there_and_back(frames), frames)


def test_rows_that_r_selects_have_the_labels_that_pandas_gives_them() -> None:
    frame = pd.DataFrame({"x": [1, 5, 3, 4]})
    (found, ordered) = run_r(
        "found <- subset(frame, x > 3)\nordered <- frame[order(frame$x), , drop = FALSE]",
        {"frame": frame},
        ["found", "ordered"],
    )
    assert_same([found, ordered], [frame[frame["x"] > 3], frame.sort_values("x")])


BY_R = [
    "NULL",
    "TRUE",
    "1L",
    "0.1",
    "-0",
    "NaN",
    "Inf",
    "1i",
    "'NA'",
    "as.raw(0:3)",
    "as.Date('2024-02-29')",
    "c(1L, NA)",
    "c(0.5, NA, NaN)",
    "c(TRUE, NA)",
    "c('a', NA)",
    "c(1i, NA)",
    "list()",
    "list(1L, 'a', NULL)",
    "list(a = 1, b = list(c = NULL))",
    "I('a')",
    "matrix(1:6, 2)",
    "array(1:24, 2:4)",
    "matrix(c('a', 'b'), 1)",
    "array(1:2)",
    "factor(c('b', NA, 'a'))",
    "factor(c('b', 'a'), levels = c('b', 'a'), ordered = TRUE)",
    "c(a = 1, b = 2)",
    "c(a = 'x')",
    "as.Date(c('2024-02-29', NA))",
    "as.POSIXct('2024-07-01 12:00:00.25', tz = 'Europe/Berlin')",
    "as.POSIXct(c('2024-07-01 12:00:00', NA))",
    "as.difftime(c(1, NA), units = 'secs')",
    "data.frame(x = 1:2, y = c('a', NA), z = factor(c('u', 'v')), d = as.Date(c('2024-01-01', NA)))",
    "data.frame(x = c(1.5, NA), row.names = c('r1', 'r2'))",
    "data.frame(x = 1:5)[c(2, 4), , drop = FALSE]",
    "data.frame()",
    "data.frame(t = as.POSIXct(c('2024-07-01 12:00:00', NA), tz = 'UTC'), l = c(TRUE, NA), n = c(1i, 2i))",
    "structure(list(x = list(1:2, NULL)), class = 'data.frame', row.names = c(NA, -2L))",
]


def test_what_r_makes_is_identical_after_a_way_to_python_and_back() -> None:
    names = [f"v{number}" for number in range(len(BY_R))]
    there = dict(zip(names, made_by_r(BY_R), strict=True))
    codes = "".join(f"same${name} <- identical({name}, {code})\n" for name, code in zip(names, BY_R, strict=True))
    (same,) = run_r("same <- list()\n" + codes, there, ["same"])
    assert [code for code, name in zip(BY_R, names, strict=True) if not same[name]] == []


FROM_R: dict[str, object] = {
    "NA": None,
    "1:2": [1, 2],
    "c(2, 3)": [2.0, 3.0],
    "as.POSIXct('2024-07-01 12:00:00')": datetime(2024, 7, 1, 12),
    "as.POSIXlt('2024-07-01 12:00:00', tz = 'Europe/Berlin')": datetime(2024, 7, 1, 12, tzinfo=BERLIN),
    "as.difftime(90, units = 'mins')": timedelta(minutes=90),
    "table(c('a', 'b', 'a'))": pd.Series([2, 1], ["a", "b"]),
    "structure(c(4.9406564584124654e-324, NaN), class = 'integer64')": [1, 0x7FF8_0000_0000_0000],
    "structure(c(4.9406564584124654e-324, -0), class = 'integer64')": [1, None],
    "local({x <- data.frame(i = 1:2); x$i <- structure(c(0, -0), class = 'integer64'); x})": pd.DataFrame(
        {"i": pd.array([0, None], "Int64")}
    ),
    "cor(data.frame(a = c(1, 2), b = c(2, 1)))": pd.DataFrame([[1.0, -1.0], [-1.0, 1.0]], ["a", "b"], ["a", "b"]),
    "iconv('\\u00fc', 'UTF-8', 'latin1')": "ü",
    "tapply(c(1, 2, 3), c('x', 'y', 'x'), sum)": pd.Series([4.0, 2.0], ["x", "y"]),
    "data.frame(n = I(c('a', 'b')))": pd.DataFrame({"n": ["a", "b"]}),
    "matrix(c(NA, 1L), 1)": np.array([[np.nan, 1.0]]),
    "seq(as.Date('2024-01-01'), by = 'day', length.out = 2)": [date(2024, 1, 1), date(2024, 1, 2)],
    "character()": [],
    "Sys.getenv('TZ')": "UTC",
    "noquote('a')": "a",
    "as.list(1:2)": [1, 2],
    "nchar('ü')": 1,
    "l10n_info()$`UTF-8`": True,
}


def test_what_r_makes_has_its_equal_in_python() -> None:
    found = made_by_r([*FROM_R])
    for code, one in zip(FROM_R, found, strict=True):
        expected = FROM_R[code]
        if isinstance(one, pd.Series) and isinstance(expected, pd.Series):
            one.index.name = expected.index.name
        try:
            assert_same(one, expected)
        except AssertionError as error:
            pytest.fail(f"{code}: {error}")


def test_times_are_those_of_a_zone_that_the_code_sets() -> None:
    (moment,) = run_r("Sys.setenv(TZ = 'Europe/Berlin'); moment <- as.POSIXct('2024-07-01 12:00:00')", {}, ["moment"])
    assert_same(moment, datetime(2024, 7, 1, 12, tzinfo=BERLIN))
