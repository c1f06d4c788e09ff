"""Arrays come back as they were, with the memory they shared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.pickling.codec import encode

from .conftest import Notebook, RoundTrip, values_of


class Grid(np.ndarray):  # type: ignore[type-arg]
    unit: str


class TestArrays:
    @pytest.mark.parametrize("dtype", ["f8", "i4", "?", "c16", "S5", "U3", "M8[s]", "m8[ns]", ">i2", "O"])
    @pytest.mark.parametrize("shape", [(0,), (), (7,), (3, 4), (200, 300)])
    def test_dtype_and_shape(self, dtype: str, shape: tuple[int, ...], round_trip: RoundTrip) -> None:
        array = np.arange(int(np.prod(shape))).reshape(shape).astype("i8").astype(dtype)
        back = round_trip(array=array)["array"]
        assert back.dtype == array.dtype
        assert back.shape == shape
        assert type(back) is np.ndarray
        assert back.flags.writeable
        np.testing.assert_array_equal(back, array)

    @pytest.mark.parametrize("n", [5, 400])
    def test_order_and_strides(self, n: int, round_trip: RoundTrip) -> None:
        base = np.arange(n * n * 4.0).reshape(2 * n, 2 * n)
        for array in (np.asfortranarray(base), base[::2, ::-1], base.T, base[1:3]):
            back = round_trip(array=array)["array"]
            np.testing.assert_array_equal(back, array)
        assert round_trip(array=np.asfortranarray(base))["array"].flags.f_contiguous

    def test_structured(self, round_trip: RoundTrip) -> None:
        array = np.zeros(20_000, dtype=[("x", "f8"), ("when", "M8[s]")])
        array["x"] = range(20_000)
        np.testing.assert_array_equal(round_trip(array=array)["array"], array)

    @pytest.mark.parametrize("n", [10, 100_000])
    def test_a_view_is_a_view_again(self, n: int, round_trip: RoundTrip) -> None:
        a = np.arange(float(n))
        back = round_trip(v=a[2:5], a=a, back=a[::-1])
        assert back["v"].base is back["a"]
        back["v"][0] = -1
        assert back["a"][2] == back["back"][-3] == -1

    def test_two_views_of_an_array_that_is_not_stored(self, notebook: Notebook, blobs: LocalBlobs) -> None:
        a = np.arange(1_000_000.0)
        encoded = encode({"v": a[2:5000], "w": a[3000:9000:3]}, blobs, notebook)
        back = values_of(encoded, blobs, notebook)
        np.testing.assert_array_equal(back["w"], a[3000:9000:3])
        assert np.shares_memory(back["v"], back["w"])
        assert encoded.artifacts[0].size < 80_000

    def test_a_lone_view_stores_only_itself(self, notebook: Notebook, blobs: LocalBlobs) -> None:
        (artifact,) = encode({"v": np.arange(1_000_000.0)[2:10]}, blobs, notebook).artifacts
        assert artifact.size < 500

    def test_views_of_columns_and_of_objects(self, round_trip: RoundTrip) -> None:
        a = np.arange(12.0).reshape(3, 4)
        o = np.array([[1], "x", None, {}], dtype=object)
        back = round_trip(a=a, column=a[:, 1], fortran=a.T, o=o, tail=o[2:])
        back["a"][1, 1] = -5
        assert back["column"][1] == back["fortran"][1, 1] == -5
        back["tail"][0] = "new"
        assert back["o"][2] == "new"

    def test_a_read_only_view_stays_read_only(self, round_trip: RoundTrip) -> None:
        a = np.arange(10.0)
        v = a[:5]
        v.flags.writeable = False
        back = round_trip(a=a, v=v)
        assert not back["v"].flags.writeable
        assert back["a"].flags.writeable

    def test_subclasses(self, round_trip: RoundTrip, tmp_path: Path) -> None:
        plain = np.zeros(3)
        grid = plain.view(Grid)
        grid.unit = "m"
        mapped = np.memmap(tmp_path / "m.dat", dtype="f8", mode="w+", shape=(4,))
        mapped[:] = 1
        back = round_trip(
            grid=grid,
            record=np.rec.array([(1, 2.0)], names="a,b"),
            masked=np.ma.array([1, 2], mask=[0, 1]),
            mapped=mapped,
            plain=plain,
        )
        mapped[:] = 7
        assert not back["mapped"].flags.writeable
        assert type(back["grid"]) is Grid
        assert back["grid"].unit == "m"
        assert np.shares_memory(back["grid"], back["plain"])
        assert back["record"].a[0] == 1
        assert back["masked"].sum() == 1
        assert back["mapped"].tolist() == [1, 1, 1, 1]
        assert type(back["mapped"]) is np.ndarray

    def test_a_large_array_comes_back_mapped_and_private(self, blobs: LocalBlobs, round_trip: RoundTrip) -> None:
        array = np.arange(1_000_000)
        back = round_trip(array=array)["array"]
        back[:] = 0
        assert round_trip(array=array)["array"].sum() == array.sum()
        assert len(list(blobs)) == 1


def test_a_view_of_a_masked_array_shares_data_and_mask(round_trip: RoundTrip) -> None:
    whole = np.ma.masked_array(np.arange(6.0), mask=[0, 1, 0, 0, 0, 0], fill_value=-1)
    back = round_trip(whole=whole, part=whole[1:4], alone=np.ma.masked_less([1, 2], 2), plain=np.ma.array([1, 2]))
    back["part"][0] = 77
    assert back["whole"].tolist() == [0, 77, 2, 3, 4, 5]
    assert back["whole"].fill_value == -1
    assert (back["alone"].tolist(), back["plain"].tolist()) == ([None, 2], [1, 2])
    assert (back["alone"] + 1).tolist() == [None, 3]
