"""Values come back as they were, with the objects they shared."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import functools
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbflow.store.codec import Borrowed, decode, encode
from nbflow.store.memory import MemoryBlobs

from .conftest import Notebook, RoundTrip, groups


class Box:
    pass


class Color(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int
    tags: list[str]


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
