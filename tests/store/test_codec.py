"""Values come back as they were, with the objects they shared."""

from __future__ import annotations

import collections
import copyreg
import datetime
import decimal
import enum
import functools
import random
import socket
import types
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbflow.garbage import without_gc
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.codec import encode, encode_apart
from nbflow.store.pickling.heap import Heap
from nbflow.store.values.artifact_ref import ArtifactRef, Component
from nbflow.store.values.encoded import Encoded

from .conftest import Notebook, RoundTrip, admit_all, groups, heap_of, values_of


class Box:
    def __init__(self, content: object = None) -> None:
        self.content = content


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
        box = Box(inner)
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


class Chain:
    """Tasks one after another: each loads what it reads, and stores what it makes of it."""

    def __init__(self, home: Notebook) -> None:
        self.home, self.blobs = home, MemoryBlobs()
        self.components: dict[str, Component] = {}
        self.artifacts: dict[str, ArtifactRef] = {}

    def task(self, step: str, reads: str, make: Callable[..., dict[str, object]]) -> Encoded:
        heap = Heap(self.blobs, self.home, self.components.get, admit_all)
        values = make(**heap.load({name: self.artifacts[name] for name in reads.split()}))
        heap.compare()
        values |= heap.reached(one for one in self.artifacts.values() if one.name not in values)
        encoded = encode(values, self.blobs, self.home, heap, step)
        self.components |= {one.digest: one for one in encoded.components}
        self.artifacts |= {one.name: one for one in encoded.artifacts}
        return encoded

    def values(self) -> dict[str, Any]:
        return Heap(self.blobs, self.home, self.components.get, admit_all).load(self.artifacts)


class TestReferences:
    """What a task makes of its inputs refers to them, so that all names stay tied, whichever tasks made them."""

    def test_an_input_under_another_name_is_not_stored_again(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"df": [1, 2]})
        encoded = chain.task("use", "df", lambda df: {"view": df})
        assert encoded.components == ()
        assert encoded.artifacts[0].digest == chain.artifacts["df"].digest

    def test_an_output_that_points_into_an_input_holds_no_copy_of_it(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"rows": [[str(i)] for i in range(1000)]})
        (component,) = chain.task("use", "rows", lambda rows: {"w": {"first": rows[0], "all": rows}}).components
        assert component.size < 100
        assert component.bases == (chain.artifacts["rows"].component,)
        back = chain.values()
        assert back["w"]["all"] is back["rows"]
        assert back["w"]["first"] is back["rows"][0]

    def test_two_tasks_that_know_nothing_of_each_other_tie_their_outputs(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"rows": [[1], [2]]})
        chain.task("one", "rows", lambda rows: {"a": rows[0]})
        chain.task("other", "rows", lambda rows: {"b": {"deep": rows[0]}})
        back = chain.values()
        assert back["a"] is back["b"]["deep"] is back["rows"][0]

    def test_a_chain_of_references_is_followed(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("start", "", lambda: {"n0": [0]})
        for i in range(1, 300):
            chain.task(f"s{i}", f"n{i - 1}", lambda i=i, **before: {f"n{i}": [*before.values()]})
        back = chain.values()
        assert all(back[f"n{i}"][0] is back[f"n{i - 1}"] for i in range(1, 300))
        assert len(chain.artifacts["n299"].shares) == 300

    def test_a_change_reaches_every_name(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"rows": [[1], [2]], "other": [9]})
        chain.task("part", "rows", lambda rows: {"a": rows[0], "holder": Box(rows)})
        encoded = chain.task("change", "a", lambda a: a.append(7) or {})
        assert {one.name for one in encoded.artifacts} == {"rows", "a", "holder"}
        back = chain.values()
        assert back["rows"] == [[1, 7], [2]]
        assert back["holder"].content is back["rows"]

    def test_a_view_is_tied_to_its_base_in_another_component(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"arr": np.arange(300_000.0), "small": np.arange(5)})
        blobs = len(list(chain.blobs))
        chain.task("part", "arr small", lambda arr, small: {"part": arr[1:4], "tail": small[2:]})
        assert len(list(chain.blobs)) == blobs
        chain.task("change", "part tail", lambda part, tail: part.fill(9) or tail.fill(8) or {})
        back = chain.values()
        assert back["arr"][:5].tolist() == [0, 9, 9, 9, 4]
        assert back["small"].tolist() == [0, 1, 8, 8, 8]
        assert np.shares_memory(back["arr"], back["part"])

    def test_two_views_that_overlap(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"part": np.arange(10.0)[2:8]})
        chain.task("left", "part", lambda part: {"left": part[:4]})
        chain.task("right", "part", lambda part: {"right": part[2:], "back": part[::-1]})
        chain.task("change", "left", lambda left: left.fill(0) or {})
        back = chain.values()
        assert back["right"].tolist() == [0, 0, 6, 7]
        assert back["back"].tolist() == [7, 6, 0, 0, 0, 0]

    def test_the_columns_of_a_frame(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        for rows in (5, 20_000):
            chain.task("load", "", lambda: {"df": pd.DataFrame({"x": np.arange(rows), "y": 1.5}), "n": 0})  # noqa: B023
            chain.task("part", "df", lambda df: {"column": df["x"], "raw": df["y"].to_numpy(), "box": {"df": df}})
            back = chain.values()
            assert back["box"]["df"] is back["df"]
            chain.task("change", "box", lambda box: box["df"].insert(0, "z", 3) or {})
            back = chain.values()
            assert [*back["df"].columns] == ["z", "x", "y"]
            assert [*back["column"]] == [*range(rows)]

    def test_what_is_equal_by_chance_is_not_shared(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"a": (1, 2), "name": "x" * 100, "t": int, "p": Path("a")})
        encoded = chain.task("use", "a name t p", lambda a, name, t, p: {"all": [a, name, t, p]})
        assert encoded.artifacts[0].shares == (encoded.components[0].digest,)

    def test_of_other_values_those_are_stored_that_an_output_shares(self, notebook: Notebook) -> None:
        tags: list[str] = []
        constants = {"config": {"tags": tags}, "other": [1]}
        encoded = encode({"n": 1, "run": {"t": tags}}, MemoryBlobs(), notebook, beside=constants)
        assert [one.name for one in encoded.artifacts] == ["n", "run", "config"]
        assert groups(encoded) == {frozenset({"n"}), frozenset({"run", "config"})}

    def test_a_weak_reference_to_an_input(self, notebook: Notebook) -> None:
        chain = Chain(notebook)
        chain.task("load", "", lambda: {"box": Box([1])})
        chain.task("watch", "box", lambda box: {"watcher": {"seen": weakref.ref(box)}})
        back = chain.values()
        assert back["watcher"]["seen"]() is back["box"]


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
    pyplot.close("all")  # those of other tests
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


def test_an_exception_is_stored_without_its_traceback_whatever_a_library_registers(
    round_trip: RoundTrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ValueError("x")
    error.add_note("a note")
    try:
        raise error
    except ValueError:
        assert error.__traceback__ is not None
    with_traceback = lambda one: (_raise_from, (one.args, one.__traceback__))  # noqa: E731 - as tblib does
    monkeypatch.setitem(copyreg.dispatch_table, ValueError, with_traceback)
    back = round_trip(e=error)["e"]
    assert (type(back), back.args, back.__notes__, back.__traceback__) == (ValueError, ("x",), ["a note"], None)


def _raise_from(args: tuple[object, ...], traceback: types.TracebackType) -> ValueError:
    return ValueError(*args).with_traceback(traceback)


def test_partial(round_trip: RoundTrip) -> None:
    assert round_trip(p=functools.partial(int, base=2))["p"]("11") == 3


@pytest.mark.parametrize("value", [7, 2.5, "text", b"bytes", True, None, 10**400])
def test_a_plain_input_that_is_handed_on_is_the_artifact_that_it_was(
    value: object, blobs: LocalBlobs, notebook: Notebook
) -> None:
    first = encode({"0": value}, blobs, notebook)
    heap = heap_of(first, blobs, notebook)
    (loaded,) = heap.load({"i": replace(first.artifacts[0], name="i", task=5)}).values()
    heap.compare()
    second = encode({"i": loaded, "y": loaded, "z": [loaded]}, blobs, notebook, heap, "work")
    assert [replace(one, name="0") for one in second.artifacts[:2]] == [first.artifacts[0]] * 2
    assert [one.task for one in second.artifacts] == [0, 0, 0]  # no row of another task
    assert [one.members for one in second.components] == [("z",)]
    assert values_of(second, blobs, notebook, first) == {"0": value, "i": value, "y": value, "z": [value]}


def test_items_stored_apart_are_what_each_of_them_is_alone(blobs: LocalBlobs, notebook: Notebook) -> None:
    shared = [1]
    items = {"0": 1, "1": "x" * 300_000, "2": shared, "3": shared, "4": None}
    apart = encode_apart(items, blobs, notebook, "work")
    alone = [encode({name: item}, blobs, notebook, scope="work") for name, item in items.items()]
    assert apart.artifacts == tuple(one for each in alone for one in each.artifacts)
    assert apart.components == tuple(one for each in alone for one in each.components)
    assert groups(apart) == {frozenset({name}) for name in items}


@pytest.mark.parametrize("content", [None, np.zeros(1 << 17), socket.socket()], ids=["plain", "array", "lost"])
def test_what_was_stored_is_gone_with_its_name(content: object, blobs: LocalBlobs, notebook: Notebook) -> None:
    value = Box(content)
    held = weakref.ref(value)
    encode({"x": value}, blobs, notebook)
    with without_gc():
        del value
        assert held() is None
