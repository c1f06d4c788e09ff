"""Values come back as they were, with the objects they shared; only what cannot be stored is lost, and loudly."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import functools
import random
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbflow.errors import LoadFailed, LostValue, NotStorable, StoreFull
from nbflow.store.artifact import Lost
from nbflow.store.codec import Borrowed, decode, encode
from nbflow.store.local import LocalBlobs
from nbflow.store.memory import MemoryBlobs
from nbflow.store.tombstone import Tombstone

from .conftest import Notebook, RoundTrip, groups, values_of
from .test_blobs import file_size_limit


class Color(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int
    tags: list[str]


class Box:
    pass


class Grid(np.ndarray):  # type: ignore[type-arg]
    unit: str


PLAIN = [
    0, -1, 10**40, 1.5, float("inf"), True, None, "", "text", "\ud800", b"", b"bytes", 1j, (), (1, (2,)), [], [1, [2]],
    {}, {"a": {1: 2}}, set(), {1, 2}, frozenset({3}), bytearray(b"x"), range(3), slice(1, 2), Ellipsis, NotImplemented,
    datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), decimal.Decimal("1.10"), Color.RED, Point(1, ["a"]),
    collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1, 2], 5), Path("a/b"), int, len,
    np.float64(2.5), np.datetime64("2020-01-01"),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=lambda v: f"{type(v).__name__}")
def test_a_plain_value_comes_back_equal(value: object, round_trip: RoundTrip) -> None:
    back = round_trip(value=value)["value"]
    assert back == value
    assert type(back) is type(value)


class TestAliases:
    def test_two_names_of_one_list(self, round_trip: RoundTrip) -> None:
        a = [1, 2, 3]
        back = round_trip(a=a, b=a)
        assert back["a"] is back["b"]
        assert back["a"] == [1, 2, 3]

    def test_a_list_inside_another_name(self, round_trip: RoundTrip) -> None:
        inner = [1]
        box = Box()
        box.content = inner  # type: ignore[attr-defined]
        back = round_trip(inner=inner, box=box, outer={"x": [inner]})
        assert back["box"].content is back["inner"] is back["outer"]["x"][0]

    def test_a_cycle(self, round_trip: RoundTrip) -> None:
        ring: list[Any] = [1]
        ring.append({"ring": ring})
        back = round_trip(ring=ring)["ring"]
        assert back[1]["ring"] is back

    def test_an_object_array_holds_the_very_list(self, round_trip: RoundTrip) -> None:
        x = [1]
        back = round_trip(x=x, o=np.array([x, None], dtype=object))
        assert back["o"][0] is back["x"]

    def test_a_bound_method_holds_its_object(self, round_trip: RoundTrip) -> None:
        items = [1]
        back = round_trip(items=items, add=items.append)
        back["add"](2)
        assert back["items"] == [1, 2]

    def test_what_is_not_shared_is_stored_apart(self, notebook: Notebook) -> None:
        shared_string = "a string of both"
        values = {"a": [shared_string, 1], "b": [shared_string, (1, 2)], "c": {"k": Color.RED}, "d": [Color.RED, int]}
        encoded = encode(values, MemoryBlobs(), notebook)
        assert groups(encoded) == {frozenset(name) for name in "abcd"}

    def test_equal_values_that_are_two_objects_stay_two(self, round_trip: RoundTrip) -> None:
        back = round_trip(a=[1, 2], b=[1, 2])
        assert back["a"] == back["b"]
        assert back["a"] is not back["b"]

    def test_equal_values_of_two_steps_have_two_digests(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        digests = {
            encode({"a": [1]}, blobs, notebook, scope=step).artifacts[0].digest for step in ("load", "load", "fit")
        }
        assert len(digests) == 2
        atoms = {encode({name: 1}, blobs, notebook, scope=step).artifacts[0].digest for name, step in ("ab", "cd")}
        assert len(atoms) == 1

    def test_the_bytes_of_equal_arrays_are_stored_once(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        encode({"a": np.arange(100_000), "b": np.arange(100_000)}, blobs, notebook)
        assert len(list(blobs)) == 1


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


class TestBorrowed:
    def test_an_input_under_another_name_is_not_stored_again(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        (stored,) = encode({"df": [1, 2]}, blobs, notebook).artifacts
        value = [1, 2]
        encoded = encode({"view": value}, blobs, notebook, {"df": Borrowed(value, stored)})
        assert encoded.components == ()
        assert encoded.artifacts[0].digest == stored.digest
        assert encoded.artifacts[0].name == "view"

    def test_an_output_that_points_into_an_input_takes_it_along(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        (stored,) = encode({"df": [1, 2]}, blobs, notebook).artifacts
        value = [1, 2]
        encoded = encode({"w": {"inside": value}, "other": [3]}, blobs, notebook, {"df": Borrowed(value, stored)})
        component = next(c for c in encoded.components if len(c.members) == 2)
        assert component.members == ("w", f"df={stored.digest}")
        w, df = decode(component, blobs, notebook)
        assert w["inside"] is df  # type: ignore[index]


class Unreducible:
    def __reduce__(self) -> Any:
        raise ValueError("I shall not be stored")


class BadState:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept = [1]


class FailsToLoad:
    def __reduce__(self) -> Any:
        return int, ("not a number",)


def generator() -> Iterator[int]:
    yield 1


class TestLost:
    @pytest.mark.parametrize(
        ("make", "was"),
        [
            (lambda: threading.Lock(), "_thread.lock"),
            (lambda: threading.RLock(), "_thread.RLock"),
            (lambda: threading.Thread(), "threading.Thread"),
            (lambda: sqlite3.connect(":memory:"), "sqlite3.Connection"),
            (generator, "generator"),
            (Unreducible, "tests.store.test_codec.Unreducible"),
            (lambda: Path("/dev/null").open("w"), "_io.TextIOWrapper"),  # noqa: SIM115 - it is closed below
        ],
    )
    def test_only_the_leaf(self, make: Any, was: str, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        leaf = make()
        encoded = encode({"cfg": {"x": 1, "leaf": leaf, "list": [1, leaf]}, "leaf": leaf}, blobs, notebook)
        back = values_of(encoded, blobs, notebook)
        assert back["cfg"]["x"] == 1
        assert type(back["leaf"]) is Tombstone
        assert back["cfg"]["list"][1] is back["cfg"]["leaf"] is back["leaf"]
        assert [one.path for one in encoded.artifacts[0].lost] == ["cfg['leaf']"]
        assert encoded.artifacts[0].lost[0].was == was
        assert encoded.artifacts[1].lost[0].path == "leaf"
        if hasattr(leaf, "close"):
            leaf.close()

    def test_deep_inside_an_object(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        encoded = encode({"model": {"a": BadState()}}, blobs, notebook)
        back = values_of(encoded, blobs, notebook)["model"]["a"]
        assert back.kept == [1]
        assert encoded.artifacts[0].lost == (Lost("model['a'].lock", "_thread.lock", "a lock belongs to this process"),)
        with pytest.raises(LostValue, match=r"lock.*run the step"):
            back.lock.acquire()

    @pytest.mark.parametrize(
        "use",
        [
            lambda t: t.attribute, lambda t: t(), list, len, bool, lambda t: t[0], lambda t: t + 1, lambda t: 1 + t,
            lambda t: t == 1, lambda t: t < 1, lambda t: -t, int, lambda t: 1 in t, str, lambda t: setattr(t, "a", 1),
            np.asarray, lambda t: t.__enter__(), lambda t: f"{t}",
        ],
    )  # fmt: skip
    def test_any_use_says_what_was_lost(self, use: Any, round_trip: RoundTrip) -> None:
        stone = round_trip(con=threading.Lock())["con"]
        with pytest.raises((LostValue, AttributeError)) as caught:
            use(stone)
        assert isinstance(caught.value, LostValue) or "__enter__" in str(caught.value)

    def test_it_can_be_shown_and_stored_again(self, round_trip: RoundTrip) -> None:
        stone = round_trip(con=threading.Lock())["con"]
        assert "con" in repr(stone)
        again = round_trip(new=stone, inside={1: stone, "set": {stone}})
        assert "con" in repr(again["new"])

    def test_what_is_too_deep(self, notebook: Notebook) -> None:
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        encoded = encode({"deep": deep, "fine": [1]}, MemoryBlobs(), notebook)
        assert "too deeply" in encoded.artifacts[0].lost[0].reason
        assert encoded.artifacts[1].lost == ()
        while deep:
            deep = deep.pop()

    def test_what_cannot_be_loaded_names_the_artifact(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        encoded = encode({"odd": [FailsToLoad()]}, blobs, notebook)
        with pytest.raises(LoadFailed, match=r"'odd'.*invalid literal"):
            decode(encoded.components[0], blobs, notebook)

    def test_what_stands_for_tasks_is_refused(self, notebook: Notebook) -> None:
        class Views:
            def __reduce__(self) -> Any:
                raise NotStorable("inputs", "keep a list of it")

        with pytest.raises(NotStorable, match="inputs"):
            encode({"kept": [Views()]}, MemoryBlobs(), notebook)

    def test_a_full_disk_is_not_a_loss(self, notebook: Notebook, blobs: LocalBlobs) -> None:
        with file_size_limit(1 << 20), pytest.raises(StoreFull):
            encode({"a": np.arange(1_000_000)}, blobs, notebook)


class TestWeakReferences:
    def test_to_what_is_stored_with_it(self, round_trip: RoundTrip) -> None:
        target = Box()
        back = round_trip(w=weakref.ref(target), holder=[target])
        assert back["w"]() is back["holder"][0]

    def test_to_what_is_not_stored(self, round_trip: RoundTrip) -> None:
        target = Box()
        back = round_trip(w=weakref.ref(target), n=[1])
        assert type(back["w"]) is Tombstone

    def test_that_is_dead(self, round_trip: RoundTrip) -> None:
        assert round_trip(w=weakref.ref(Box()))["w"]() is None

    def test_mapping(self, round_trip: RoundTrip) -> None:
        target = Box()
        back = round_trip(cache=weakref.WeakValueDictionary(a=target), target=target)
        assert back["cache"]["a"] is back["target"]


def test_modules_come_back_by_name(round_trip: RoundTrip) -> None:
    assert round_trip(m=collections)["m"] is collections


def test_random_state_goes_on_where_it_was(round_trip: RoundTrip) -> None:
    generator = random.Random(1)
    generator.random()
    rng = np.random.default_rng(3)
    back = round_trip(g=generator, rng=rng)
    assert (back["g"].random(), back["rng"].random()) == (generator.random(), rng.random())


def test_iterators_go_on_where_they_were(round_trip: RoundTrip) -> None:
    it = iter([1, 2, 3])
    next(it)
    assert next(round_trip(it=it)["it"]) == 2


def test_a_figure_keeps_its_structure(round_trip: RoundTrip) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    fig, ax = pyplot.subplots()
    (line,) = ax.plot([1, 2, 3])
    back = round_trip(fig=fig, ax=ax, line=line)
    assert back["ax"].figure is back["fig"]
    assert back["ax"].lines[0] is back["line"]
    assert pyplot.get_fignums() == [fig.number]  # the loaded one is not shown by itself
    pyplot.close("all")


def test_a_nan_key_and_an_exception(round_trip: RoundTrip) -> None:
    error = ValueError("x")
    error.add_note("a note")
    back = round_trip(d={float("nan"): 1}, e=error)
    assert len(back["d"]) == 1
    assert (type(back["e"]), back["e"].args, back["e"].__notes__) == (ValueError, ("x",), ["a note"])


def test_partial(round_trip: RoundTrip) -> None:
    assert round_trip(p=functools.partial(int, base=2))["p"]("11") == 3
