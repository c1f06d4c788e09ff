"""A set is iterated in the same order after loading."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import pytest

from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.component import decode_component
from nbflow.store.pickling.drift import compare_component, is_stored
from nbflow.store.pickling.pickler import settle_recording
from nbflow.store.pickling.set_order import MOST_MEMBERS, orders_of

from .conftest import Notebook, values_of

Make = Callable[[list[Any]], set[Any]]
CHUNKS = 3


def united(members: list[Any]) -> set[Any]:
    return reduce(operator.or_, (set(members[start::CHUNKS]) for start in range(CHUNKS)))


def without_third(members: list[Any]) -> set[Any]:
    made = set(members)
    for one in members[::3]:
        made.discard(one)
    return made


MADE: dict[str, Make] = {
    "from a list": set,
    "copied": lambda members: set(members).copy(),
    "united": united,
    "difference": lambda members: set(members) - {*members[:2]},
    "without a third": without_third,
}


def members(draws: random.Random, count: int) -> list[Any]:
    largest = draws.choice((2 * count, 10_000, 10**12))
    return [draws.randrange(largest) for _ in range(count)]  # texts have other hashes in each process


def loaded(values: dict[str, Any]) -> dict[str, Any]:
    blobs, home = MemoryBlobs(), Notebook()
    return dict(values_of(encode(values, blobs, home), blobs, home))


def sets(make: Make, counts: Iterator[int]) -> Iterator[set[Any]]:
    draws = random.Random(0)
    return (make(members(draws, count)) for count in counts)


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_of_hundreds_of_sets_nearly_all_keep_their_order(make: Make) -> None:
    counts = (count for count in (2, 3, 4, 5, 6, 8, 12, 20, 40, 100) for _ in range(40))
    made = {f"n{number}": one for number, one in enumerate(sets(make, counts))}
    back = loaded({"all": made})["all"]
    assert back == made
    other = [name for name, one in made.items() if [*back[name]] != [*one]]
    assert len(other) <= len(made) / 50
    as_pickle_does = [one for one in made.values() if [*{*[*one]}] != [*one]]
    assert len(as_pickle_does) > 4 * len(other)


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_thousands_of_members_keep_their_order(make: Make) -> None:
    for one in sets(make, iter((3_000, 9_000))):
        assert [*loaded({"one": one})["one"]] == [*one]


def test_a_set_stays_one_object_whoever_holds_it() -> None:
    class Node:
        pass

    shared: set[Any] = {10, 7, 33, 64, 5, 18}
    node = Node()
    node.seen = shared  # type: ignore[attr-defined]
    shared.add(node)
    back = loaded({"shared": shared, "holders": [shared, {"again": shared}], "node": node})
    assert back["holders"][0] is back["shared"] is back["holders"][1]["again"] is back["node"].seen
    assert back["node"] in back["shared"]
    assert len(back["shared"]) == 7


def test_equal_members_of_other_types_stay_what_they_are() -> None:
    made = {True, 2.0, 30, 41, 52.0, 63, "x"}
    assert [*map(repr, loaded({"made": made})["made"])] == [*map(repr, made)]


def test_the_order_of_a_very_large_set_is_not_looked_for() -> None:
    assert orders_of([set(range(0, 7 * (MOST_MEMBERS + 1), 7))]) == []


def test_a_set_that_was_very_large_is_not_filled_with_its_former_members() -> None:
    made = set(range(0, 7 * 10**9, 7 * 10**4))
    while len(made) > 20:
        made.pop()
    assert {*[*made]} == made
    assert [*{*[*made]}] != [*made]
    assert orders_of([made]) == []


def test_members_that_cannot_be_hashed_any_more_are_left_to_pickle() -> None:
    class Fickle:
        hashes = True

        def __hash__(self) -> int:
            if not Fickle.hashes:
                raise ValueError("not today")
            return 7

    made = {Fickle(), *range(0, 700, 7)}
    Fickle.hashes = False
    assert orders_of([made]) == []


def test_the_same_sets_are_stored_as_the_same_bytes() -> None:
    def digests(seed: int) -> list[str]:
        numbers = random.Random(seed).sample(range(40), 40)
        made = {number: {number, 10 + number, 33, 64, 5, 18} for number in numbers}  # at other addresses each time
        return [
            one.digest for one in encode({"made": [made[n] for n in range(40)]}, MemoryBlobs(), Notebook()).components
        ]

    assert len({*digests(1), *digests(2), *digests(3)}) == 1


def test_the_orders_behind_the_values_are_not_compared() -> None:
    blobs, home = MemoryBlobs(), Notebook()
    (component,) = encode({"made": {10, 7, 33, 64, 5, 18}}, blobs, home).components
    decoded = decode_component(component, blobs, home)
    now = settle_recording(component.members, decoded.values, home)
    assert is_stored(now, component)
    assert len(now.stream) < len(component.stream)
    decoded.values[0].add(11)  # type: ignore[attr-defined]
    assert compare_component(decoded, blobs, home) is None
