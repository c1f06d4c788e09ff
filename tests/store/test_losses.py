"""Only what cannot be stored is lost, and loudly."""

from __future__ import annotations

import asyncio
import ctypes
import re
import sqlite3
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

from nbflow.errors import LoadFailed, LostValue, NotStorable, StoreFull
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.component import decode_component
from nbflow.store.values.artifact_ref import Lost
from nbflow.store.values.tombstone import Tombstone, tombstone

from .conftest import Notebook, RoundTrip, values_of
from .test_blobs import file_size_limit


class Box:
    pass


class Unreducible:
    def __reduce__(self) -> Any:
        raise ValueError("I shall not be stored")


def held_lock() -> Any:
    lock = threading.Lock()
    lock.acquire()
    return lock


def held_by_this_thread() -> Any:
    lock = threading.RLock()
    lock.acquire()
    return lock


class BadState:
    def __init__(self) -> None:
        self.lock = held_lock()
        self.kept = [1]


class FailsToLoad:
    def __reduce__(self) -> Any:
        return int, ("not a number",)


def generator() -> Iterator[int]:
    yield 1


def nested(levels: int, *inner: object) -> list[Any]:
    deep: list[Any] = [*inner]
    for _ in range(levels):
        deep = [deep]
    return deep


def unwrapped(deep: list[Any]) -> int:
    """Take nested lists apart, so that nothing deletes them level by level, and return how many there were."""
    levels = 0
    while deep:
        levels, deep = levels + 1, deep.pop()
    return levels


class TestLost:
    @pytest.mark.parametrize(
        ("make", "was"),
        [
            (held_lock, "_thread.lock"),
            (held_by_this_thread, "_thread.RLock"),
            (lambda: threading.Thread(), "threading.Thread"),
            (lambda: sqlite3.connect(":memory:").execute("SELECT 1"), "sqlite3.Cursor"),
            (generator, "generator"),
            (Unreducible, "tests.store.test_losses.Unreducible"),
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

    def test_behind_an_exception(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        failed, cause = ValueError("outer"), LookupError("inner", held_lock())
        failed.__cause__ = failed.__context__ = cause
        encoded = encode({"failed": failed}, blobs, notebook)
        back = values_of(encoded, blobs, notebook)["failed"]
        assert [one.path for one in encoded.artifacts[0].lost] == ["failed.__cause__.args[1]"]
        assert back.__cause__ is back.__context__
        assert (back.args, back.__cause__.args[0], back.__suppress_context__) == (("outer",), "inner", True)

    def test_deep_inside_an_object(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        encoded = encode({"model": {"a": BadState()}}, blobs, notebook)
        back = values_of(encoded, blobs, notebook)["model"]["a"]
        assert back.kept == [1]
        assert encoded.artifacts[0].lost == (
            Lost("model['a'].lock", "_thread.lock", "a lock that is held belongs to this process"),
        )
        with pytest.raises(LostValue, match=r"lock.*Make it in the step"):
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
        stone = round_trip(con=held_lock())["con"]
        with pytest.raises((LostValue, AttributeError)) as caught:
            use(stone)
        assert isinstance(caught.value, LostValue) or "__enter__" in str(caught.value)

    def test_it_can_be_shown_and_stored_again(self, round_trip: RoundTrip) -> None:
        stone = round_trip(con=held_lock())["con"]
        assert "con" in repr(stone)
        again = round_trip(new=stone, inside={1: stone, "set": {stone}})
        assert "con" in repr(again["new"])

    @pytest.mark.parametrize(
        "wrap",
        [
            enumerate, lambda inner: map(str, inner), lambda inner: zip([1], inner, strict=True),
            lambda inner: filter(None, inner), lambda inner: map(str, zip(inner, strict=False)),
        ],
    )  # fmt: skip
    def test_an_iterator_over_a_lost_one_is_lost_and_its_neighbours_are_not(
        self, wrap: Any, round_trip: RoundTrip
    ) -> None:
        kept = [1, 2]
        back = round_trip(pair=[wrap(one for one in kept), kept], kept=kept)
        assert back["pair"][1] is back["kept"]
        assert back["kept"] == [1, 2]
        with pytest.raises(LostValue, match="generator"):
            next(back["pair"][0])

    def test_an_iterator_over_others_goes_on_where_it_was(self, round_trip: RoundTrip) -> None:
        def half_used() -> list[Any]:
            wraps = [map(str, [1, 2]), filter(None, [0, 1, 2]), zip([1, 2], [3, 4], strict=True), enumerate("ab", 5)]
            return [wrap for wrap in wraps if next(wrap) is not None]

        back = round_trip(uneven=zip([1], [2, 3], strict=True), wraps=half_used())
        assert [list(wrap) for wrap in back["wraps"]] == [list(wrap) for wrap in half_used()]
        with pytest.raises(ValueError, match="argument 2 is longer"):
            list(back["uneven"])

    def test_a_lock_that_nobody_holds_is_there_and_free(self, round_trip: RoundTrip) -> None:
        lock, queue = threading.Lock(), Queue[int](maxsize=2)
        queue.put(1)
        back = round_trip(lock=lock, both=[lock, threading.RLock()], queue=queue, event=threading.Event())
        assert back["both"][0] is back["lock"]
        assert back["lock"].acquire(blocking=False)
        with back["both"][1], back["both"][1]:
            assert back["queue"].get() == 1
        back["event"].set()
        assert (back["queue"].maxsize, back["event"].is_set(), lock.locked()) == (2, True, False)

    def test_what_is_too_deep(self, notebook: Notebook) -> None:
        deep = nested(100_000)
        encoded = encode({"deep": deep, "fine": [1]}, MemoryBlobs(), notebook)
        assert "too deeply" in encoded.artifacts[0].lost[0].reason
        assert encoded.artifacts[1].lost == ()
        assert unwrapped(deep) == 100_000

    @pytest.mark.parametrize("limit", [None, 1_000_000])
    def test_what_is_deep(self, limit: int | None, notebook: Notebook) -> None:
        before, stack, blobs = sys.getrecursionlimit(), threading.stack_size(), MemoryBlobs()
        deep = nested(20_000)
        try:
            sys.setrecursionlimit(limit or before)
            encoded = encode({"deep": deep, "leaf": [held_lock()]}, blobs, notebook)
            assert (sys.getrecursionlimit(), threading.stack_size()) == (limit or before, stack)
        finally:
            sys.setrecursionlimit(before)
        assert [len(one.lost) for one in encoded.artifacts] == [0, 1]
        assert unwrapped(values_of(encoded, blobs, notebook)["deep"]) == unwrapped(deep) == 20_000

    def test_an_error_of_the_user_in_something_deep(self, notebook: Notebook) -> None:
        deep = nested(5_000, Unreducible())
        encoded = encode({"deep": deep}, MemoryBlobs(), notebook)
        assert [one.reason for one in encoded.artifacts[0].lost] == ["ValueError: I shall not be stored"]

    def test_what_cannot_be_loaded_names_the_artifact(self, notebook: Notebook) -> None:
        blobs = MemoryBlobs()
        encoded = encode({"odd": [FailsToLoad()]}, blobs, notebook)
        with pytest.raises(LoadFailed, match=r"'odd'.*invalid literal"):
            decode_component(encoded.components[0], blobs, notebook)

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


def test_async_use_says_what_was_lost() -> None:
    stone = tombstone("stream", "async_generator", "it cannot be stored")

    async def each() -> None:
        async for _ in stone:
            pass

    async def following() -> None:
        await anext(stone)

    async def waiting() -> None:
        await stone

    for use in (each, following, waiting):
        with pytest.raises(LostValue, match="stream"):
            asyncio.run(use())


def test_an_iterator_over_matches_is_lost_and_the_rest_is_there(notebook: Notebook) -> None:
    blobs = MemoryBlobs()
    encoded = encode({"it": re.finditer("a", "aa"), "calls": iter([3, 2, 1].pop, 2), "n": 1}, blobs, notebook)
    back = values_of(encoded, blobs, notebook)
    assert [one.path for artifact in encoded.artifacts for one in artifact.lost] == ["it"]
    assert (back["n"], list(back["calls"])) == (1, [1])


def test_arrays_of_c(round_trip: RoundTrip) -> None:
    numbers = (ctypes.c_int * 3)(1, 2, 3)
    back = round_trip(numbers=numbers, text=ctypes.create_string_buffer(b"abc"), both=[numbers])
    assert ([*back["numbers"]], back["text"].value, type(back["numbers"])) == ([1, 2, 3], b"abc", type(numbers))
    assert back["both"][0] is back["numbers"]
