"""Ties that pickle would cut: attributes held as a dict, views, memory of something that is no array."""

from __future__ import annotations

import array
import collections
import gc
import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.pickling.codec import encode

from .conftest import Notebook, RoundTrip, groups, heap_of, values_of


class Box:
    def __init__(self, content: object = None) -> None:
        self.content = content


class Slotted(Box):
    __slots__ = ("more",)


def slotted() -> Slotted:
    made = Slotted(1)
    made.more = [2]
    return made


OWNERS: dict[str, Callable[[], Any]] = {
    "an object": lambda: Box(1), "slots and a dict": slotted, "a namespace": lambda: types.SimpleNamespace(content=1),
    "an error": lambda: ValueError("bad"),
}  # fmt: skip


class TestAttributesAsADict:
    @pytest.mark.parametrize("make", OWNERS.values(), ids=OWNERS)
    @pytest.mark.parametrize("order", [("owner", "held"), ("held", "owner")])
    def test_stay_those_of_the_object(self, round_trip: RoundTrip, make: Callable[[], Any], order: Any) -> None:
        owner = make()
        values = {"owner": owner, "held": {"here": vars(owner)}}
        back = round_trip(**{name: values[name] for name in order})
        back["held"]["here"]["added"] = 5
        assert back["owner"].added == 5
        assert vars(back["owner"]) is back["held"]["here"]

    def test_of_an_object_that_holds_them_itself(self, round_trip: RoundTrip) -> None:
        box = Box()
        box.content = vars(box)
        back = round_trip(box=box, outer=[vars(box)])
        assert back["box"].content is vars(back["box"]) is back["outer"][0]

    def test_that_two_objects_have(self, round_trip: RoundTrip) -> None:
        one, other = Box([1]), Box()
        other.__dict__ = one.__dict__
        back = round_trip(one=one, other=other, state=vars(one))
        assert vars(back["one"]) is vars(back["other"]) is back["state"]

    def test_of_an_object_without_which_they_are_stored(self, round_trip: RoundTrip) -> None:
        assert round_trip(state=vars(Box(1))) == {"state": {"content": 1}}

    def test_taken_of_what_is_stored_already(self, blobs: LocalBlobs, notebook: Notebook) -> None:
        first = encode({"box": Box([1])}, blobs, notebook)
        heap = heap_of(first, blobs, notebook)
        box = heap.load({one.name: one for one in first.artifacts})["box"]
        state: Any = vars(box)  # type: ignore[arg-type]
        heap.compare()
        second = encode({"state": state}, blobs, notebook, heap, "later")
        assert second.artifacts[0].shares[1:] == first.artifacts[0].shares
        back = values_of(second, blobs, notebook, first)
        assert vars(back["box"]) is back["state"]

    def test_are_no_change(self, blobs: LocalBlobs, notebook: Notebook) -> None:
        box = Box([1])
        stored = encode({"box": box, "state": vars(box)}, blobs, notebook)
        heap = heap_of(stored, blobs, notebook)
        back = heap.load({one.name: one for one in stored.artifacts})
        heap.compare()
        assert not heap.changed
        back["state"]["more"] = 1  # type: ignore[index]
        heap.compare()
        assert heap.changed


class TestViewsOfADict:
    @pytest.mark.parametrize("make", [dict, collections.OrderedDict, collections.Counter])
    def test_show_what_is_put_in_later(self, round_trip: RoundTrip, make: Callable[..., Any]) -> None:
        made = make(a=1)
        views = (made.keys(), made.values(), made.items(), types.MappingProxyType(made))
        back = round_trip(views=views, made=made)
        back["made"]["b"] = 2
        assert [list(one) for one in back["views"]] == [["a", "b"], [1, 2], [("a", 1), ("b", 2)], ["a", "b"]]
        assert [type(one) for one in back["views"]] == [type(one) for one in views]

    def test_do_not_bring_along_a_dict_that_nobody_else_holds(self, round_trip: RoundTrip) -> None:
        back = round_trip(keys={"a": Box()}.keys())
        assert list(back["keys"]) == ["a"]
        assert not any(isinstance(one, Box) for view in gc.get_referents(back["keys"]) for one in view.values())

    @pytest.mark.parametrize("begin", [iter, reversed, lambda d: iter(d.items()), lambda d: reversed(d.values())])
    def test_iterators_go_on_where_they_were(self, round_trip: RoundTrip, begin: Callable[..., Any]) -> None:
        made = {"a": 1, "b": 2, "c": 3}
        other = begin(made)
        next(other)
        back = round_trip(made=made, going=other)
        back["made"]["b"] = made["b"] = 5
        assert list(back["going"]) == list(other)


class TestMemory:
    @pytest.mark.parametrize("make", [lambda: bytearray(b"abcdefgh"), lambda: array.array("d", [1, 2])])
    def test_an_array_lies_in_the_memory_of_a_buffer(self, round_trip: RoundTrip, make: Callable[[], Any]) -> None:
        owner = make()
        whole = np.frombuffer(owner, np.uint8)
        back = round_trip(owner=owner, part=whole[2:], back=whole[::-1], window=memoryview(owner))
        for name in ("part", "back"):
            before = bytes(back["owner"])
            back[name][1] += 1
            assert bytes(back["owner"]) != before
        assert bytes(back["window"]) == bytes(back["owner"])

    def test_two_arrays_in_a_buffer_that_is_not_stored(self, round_trip: RoundTrip) -> None:
        whole = np.frombuffer(bytearray(8), np.uint8)
        back = round_trip(whole=whole, part=whole[2:])
        back["part"][0] = 7
        assert back["whole"][2] == 7

    def test_a_flat_iterator(self, round_trip: RoundTrip) -> None:
        made = np.arange(6).reshape(2, 3)
        going = made.flat
        next(going)
        back = round_trip(made=made, going=going)
        assert next(back["going"]) == 1
        back["going"][0] = 9
        assert back["made"][0, 0] == 9


class TestGeneratorsOfTheProcess:
    def test_are_not_copied(self, round_trip: RoundTrip) -> None:
        back = round_trip(
            shuffle=random.shuffle, draw=random.random, numpy=np.random.mtrand._rand, permute=np.random.permutation
        )
        assert back["shuffle"].__self__ is back["draw"].__self__ is random.random.__self__  # type: ignore[attr-defined]
        assert back["numpy"] is np.random.mtrand._rand
        assert back["permute"].__self__ is np.random.mtrand._rand

    def test_others_are_values(self, round_trip: RoundTrip) -> None:
        own = random.Random(1)
        assert round_trip(own=own)["own"].random() == own.random()


def test_sharing_alone_is_told(blobs: LocalBlobs, notebook: Notebook) -> None:
    made = {"a": 1}
    assert groups(encode({"made": made, "keys": made.keys(), "other": {}}, blobs, notebook)) == {
        frozenset({"made", "keys"}), frozenset({"other"}),
    }  # fmt: skip
