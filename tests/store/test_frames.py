"""DataFrames: exact, by column, and sharing memory only where pandas lets it be seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.protocol import blob_size
from nbflow.store.pickling.codec import encode

from .conftest import Notebook, RoundTrip, groups

SMALL, LARGE = 30, 60_000


def mixed(n: int) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "i": np.arange(n),
            "f": np.linspace(0, 1, n),
            "f2": np.linspace(1, 2, n),
            "s": pd.Series([f"row {i}" for i in range(n)]),
            "o": pd.Series(["a", 1, None] * (n // 3), dtype=object),
            "when": pd.date_range("2020", periods=n, freq="s"),
            "zoned": pd.date_range("2020", periods=n, freq="s", tz="Europe/Paris"),
            "delta": pd.to_timedelta(np.arange(n), unit="s"),
            "cat": pd.Categorical(["x", "y", "z"] * (n // 3), ordered=True),
            "Int": pd.array([1, None, 3] * (n // 3), dtype="Int64"),
            "bool": np.arange(n) % 2 == 0,
        }
    )
    frame.attrs["source"] = ["here"]
    return frame


@pytest.mark.parametrize("n", [SMALL, LARGE])
class TestExact:
    def test_dtypes_values_and_attrs(self, n: int, round_trip: RoundTrip) -> None:
        frame = mixed(n)
        back = round_trip(df=frame)["df"]
        pd.testing.assert_frame_equal(back, frame, check_freq=True)
        assert back.attrs == {"source": ["here"]}
        assert [type(a) for a in back["o"][:3]] == [str, int, type(frame["o"][2])]

    def test_odd_columns_and_indexes(self, n: int, round_trip: RoundTrip) -> None:
        frame = pd.DataFrame(np.arange(n * 20.0).reshape(20, n).T.copy(), columns=["a", "a"] * 10)
        frame.index = pd.MultiIndex.from_arrays([np.arange(n), ["k"] * n], names=["x", None])
        several = frame.copy()
        several.columns = pd.MultiIndex.from_product([["u", "v"], range(10)])
        dated = pd.DataFrame({"v": range(n)}, index=pd.date_range("2020", periods=n, freq="h"))
        back = round_trip(frame=frame, several=several, dated=dated)
        pd.testing.assert_frame_equal(back["frame"], frame)
        pd.testing.assert_frame_equal(back["several"], several)
        pd.testing.assert_frame_equal(back["dated"], dated, check_freq=True)

    def test_a_loaded_frame_can_be_changed(self, n: int, round_trip: RoundTrip) -> None:
        back = round_trip(df=mixed(n))["df"]
        back.loc[3, "f"] = -1.0
        back["new"] = back["i"] * 2
        assert (back["f"][3], back["new"][3]) == (-1.0, 6)
        assert round_trip(df=mixed(n))["df"]["f"][3] != -1.0

    def test_memory_shared_with_an_array_stays_shared(self, n: int, round_trip: RoundTrip) -> None:
        array = np.zeros((n, 20))
        frame = pd.DataFrame(array, copy=False)
        back = round_trip(array=array, df=frame)
        back["array"][0, 0] = 9
        assert back["df"].iloc[0, 0] == 9
        assert np.shares_memory(back["array"], back["df"].to_numpy())

    def test_a_column_shared_with_an_array_stays_shared(self, n: int, round_trip: RoundTrip) -> None:
        column = np.arange(float(n))
        frame = pd.DataFrame({f"c{i}": np.arange(float(n)) for i in range(20)})
        frame = pd.concat([frame, pd.DataFrame(column[:, None], columns=["x"], copy=False)], axis=1)
        shared = np.shares_memory(frame["x"].to_numpy(), column)
        back = round_trip(column=column, df=frame)
        assert np.shares_memory(back["df"]["x"].to_numpy(), back["column"]) == shared
        pd.testing.assert_frame_equal(back["df"], frame)

    def test_frames_that_pandas_keeps_apart_stay_apart(self, n: int, notebook: Notebook, blobs: LocalBlobs) -> None:
        frame = mixed(n)
        frame.attrs = {}  # pandas hands the same ones to what is cut out
        encoded = encode({"df": frame, "part": frame[["i", "when"]], "s": frame["f"]}, blobs, notebook)
        assert groups(encoded) == {frozenset({"df"}), frozenset({"part"}), frozenset({"s"})}

    def test_the_name_of_a_shared_index_is_that_of_all(self, n: int, round_trip: RoundTrip) -> None:
        frame = mixed(n)
        back = round_trip(df=frame, s=pd.Series(0, index=frame.index), labels=frame.columns)
        back["df"].index.name, back["df"].columns.name = "row", "column"
        assert (back["s"].index.name, back["labels"].name) == ("row", "column")

    def test_an_array_that_is_held_by_itself_as_well_stays_that_of_the_column(
        self, n: int, round_trip: RoundTrip
    ) -> None:
        series = pd.Series(pd.Categorical(["lo", "hi"] * n))
        back = round_trip(series=series, array=series.array)
        back["array"][0] = "hi"
        assert back["series"][0] == "hi"

    def test_writing_to_one_frame_does_not_reach_another(self, n: int, round_trip: RoundTrip) -> None:
        frame = mixed(n)
        renamed = frame.rename(columns={"f": "g"})
        back = round_trip(all=[frame, renamed])["all"]
        back[0].loc[0, "f"] = 77.0
        assert back[1].loc[0, "g"] == 0.0

    def test_series_and_index(self, n: int, round_trip: RoundTrip) -> None:
        series = pd.Series(np.arange(n), name="s", index=pd.Index([f"k{i}" for i in range(n)], name="key"))
        back = round_trip(series=series, index=series.index)
        pd.testing.assert_series_equal(back["series"], series)
        pd.testing.assert_index_equal(back["index"], series.index)


def test_replacing_a_column_stores_that_column_only(notebook: Notebook, blobs: LocalBlobs) -> None:
    frame = mixed(LARGE).drop(columns="o")
    encode({"df": frame}, blobs, notebook)
    before = set(blobs)
    frame["f"] = np.sqrt(np.arange(LARGE))
    encode({"df": frame}, blobs, notebook)
    assert sum(blob_size(digest) for digest in set(blobs) - before) == LARGE * 8


def test_datetimes_and_strings_go_out_of_band(notebook: Notebook, blobs: LocalBlobs) -> None:
    frame = mixed(LARGE)[["when", "zoned", "delta", "s"]]
    (component,) = encode({"df": frame}, blobs, notebook).components
    assert len(component.stream) < 10_000


def test_a_frame_subclass_keeps_its_class(round_trip: RoundTrip) -> None:
    back = round_trip(df=Special(mixed(LARGE)))["df"]
    assert type(back) is Special


class Special(pd.DataFrame):
    @property
    def _constructor(self) -> type[Special]:
        return Special


MAKE = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3], 'b': [4.0, 5.0, 6.0]})\n"


@pytest.mark.parametrize(
    ("make", "change"),
    [
        ("column = df['a']\nvalues = df['a'].to_numpy()", "df.loc[0, 'a'] = 100"),
        ("column = df['a']\nvalues = df['a'].to_numpy()\nhead = df.head(2)", "column.iloc[0] = 100"),
        ("values = df['a'].to_numpy()", "df.loc[0, 'a'] = 100"),
        ("s = df['b']\npart, v, q = s[:2], s.to_numpy(), s.rename('q')\ndel df", "s.iloc[0] = 9\nq.iloc[1] = 4"),
        ("s = pd.Series(pd.array([1, 2, None], dtype='Int64'))\npart, array = s[:2], s.array", "s.iloc[0] = 100"),
        ("df['t'] = pd.to_datetime(df.a)\nt = df['t']\nv = t.values", "df.loc[0, 't'] = pd.Timestamp('2021')"),
    ],
)  # fmt: skip
def test_pandas_copies_what_was_loaded_before_a_write_to_it(make: str, change: str, round_trip: RoundTrip) -> None:
    plain: dict[str, object] = {}
    exec(MAKE + make, plain)
    made = {name: value for name, value in plain.items() if name not in ("pd", "__builtins__")}
    loaded = {"pd": pd, **round_trip(**made)}
    exec(change, plain)
    exec(change, loaded)
    assert {name: list_of(loaded[name]) for name in made} == {name: list_of(plain[name]) for name in made}


def list_of(value: object) -> str:
    return str(value.to_dict() if isinstance(value, pd.DataFrame | pd.Series) else list(value))  # type: ignore[call-overload]
