"""Keeps the order in which sets are iterated, which pickle does not.

A set promises no order, but a program that prints one, or numbers its members in two cells, sees that of its hash
table. It depends on the size of the table, and on which of two members with the same place came first. So a set whose
order would be another one after loading is filled again: the table grows to its size, then each member comes when the
places that it found taken are taken. Members that were removed since are put in for this time.

Members look for a place as in CPython (`Objects/setobject.c`, 3.7 to 3.14). What is found is tried before it is stored;
with another implementation, sets have the order that pickle gives them.
"""

from __future__ import annotations

import itertools
import operator
import sys
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from nbflow.store.pickling.nans import has_identity
from nbflow.store.values.user_code import interrupts

MOST_MEMBERS = 10_000
"""The number of members of the largest set whose order is kept; a larger one would take too long."""

_MOST_PLACES = 65_536
"""The largest table that so many members need; those of a larger one were removed, and would be put in for a time."""

_FEW = 4  # members of which every order is tried
_SEVERAL = 64  # members of which each is tried away from its home

_EMPTY, _ENTRY = sys.getsizeof(set()), 16  # bytes of a set with the smallest table, and of a place in a larger one
_SMALLEST = 8  # places
_LINEAR_PROBES, _PERTURB_SHIFT, _JUMPS = 9, 5, 8
_AT_ONCE = 5
"""So many members at once make a table of 16 places, which grows to 64; one by one, it grows from 8 to 32 and 128."""


@dataclass(frozen=True, slots=True)
class SetOrder:
    """Says how to fill a set: first some at once, then others in turn, of which some are removed at the end."""

    target: set[Any]
    at_once: Sequence[Any]
    in_turn: Sequence[Any]
    removed: Sequence[Any]

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        return refill, (self.target, self.at_once, self.in_turn, self.removed)


def refill(target: set[Any], at_once: Sequence[Any], in_turn: Sequence[Any], removed: Sequence[Any]) -> None:
    """Fill a set as a `SetOrder` says."""
    target.clear()
    target.update(frozenset(at_once))
    target.update(in_turn)
    for one in removed:
        target.discard(one)


def orders_of(sets: Iterable[set[Any]]) -> list[SetOrder]:
    """Return how to fill those sets that loading would give another order, as far as this is known."""
    small = (one for one in sets if 1 < len(one) <= MOST_MEMBERS and _places_of(one) <= _MOST_PLACES)
    return [order for one in small if (order := _order_of(one)) is not None]


def _places_of(target: set[Any]) -> int:
    """Return the size of the hash table of a set."""
    return (sys.getsizeof(target) - _EMPTY) // _ENTRY or _SMALLEST


def _order_of(target: set[Any]) -> SetOrder | None:
    try:
        if _is_same({*[*target]}, target) or any(map(has_identity, target)):
            return None
        return next(_fillings(target), None)
    except interrupts():
        raise
    except BaseException:  # noqa: BLE001 - the user's __hash__ or __eq__
        return None


def _is_same(one: Collection[Any], other: Collection[Any]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _fillings(target: set[Any]) -> Iterator[SetOrder]:
    """Yield ways to fill a set that give its order."""
    table = _Table(target)
    everyone = range(len(table.members))
    if len(everyone) <= _FEW:
        yield from (
            order for one in itertools.permutations(everyone) if (order := table.try_order(one, [])) is not None
        )
    usual = table.increasing(everyone)
    away: list[int | None] = [None, *(usual if len(usual) <= _SEVERAL else ())]
    for one in away:
        order = table.solve(table.increasing([number for number in everyone if number != one]))
        if order is not None:
            yield order


class _Table:
    """Knows the hash table of a set, as far as it can be seen: members have numbers in the order of their places."""

    def __init__(self, target: set[Any]) -> None:
        self._target = target
        self.members = [*target]
        self._size = _places_of(target)
        self._hashes = [*map(hash, self.members)]
        self._homes = [one & (self._size - 1) for one in self._hashes]
        self._grows_from_16 = self._size.bit_length() % 2 == 1

    def increasing(self, numbers: Sequence[int]) -> list[int]:
        """Return as many of these members as can all be at home, which is where they look first.

        This is a longest increasing subsequence of their homes (patience sorting).
        """
        tops: list[int] = []
        last: list[int] = []
        before: dict[int, int | None] = {}
        for number in numbers:
            pile = bisect_left(tops, self._homes[number])
            before[number] = last[pile - 1] if pile else None
            if tops[pile : pile + 1] != [self._homes[number]]:  # of two with the same home, the first is there
                tops[pile : pile + 1] = [self._homes[number]]
                last[pile : pile + 1] = [number]
        found: list[int] = []
        number_or_none = last[-1] if last else None
        while number_or_none is not None:
            found.append(number_or_none)
            number_or_none = before[number_or_none]
        return found[::-1]

    def solve(self, at_home: Sequence[int]) -> SetOrder | None:
        """Return a way to fill the set that follows if these members are at home, if it gives the order of the set."""
        places = self._places(at_home)
        if places is None:
            return None
        left: set[int] = set()
        try:
            later = [*self._waits(places, left).static_order()]
        except CycleError:
            return None
        first = [number for number, place in enumerate(places) if place == self._homes[number]]
        strangers = self._strangers({*places}, left, self._members_to_grow() - len(first))
        return self.try_order([*first, *later], strangers, len(first))

    def _waits(self, places: Sequence[int], left: set[int]) -> TopologicalSorter[int]:
        """Return for each member that is not at home after which others it came, and add to `left` the places whose
        members were removed since.
        """
        owners = {place: number for number, place in enumerate(places)}
        moved = {number for number, place in enumerate(places) if place != self._homes[number]}
        waits: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(moved, ()))
        for number in moved:
            for place in itertools.takewhile(places[number].__ne__, self._search(number)):
                if place not in owners:
                    left.add(place)
                elif owners[place] in moved:
                    waits.add(number, owners[place])
        return waits

    def _strangers(self, taken: set[int], left: set[int], count: int) -> list[int]:
        """Return numbers that are at home at the places of `left`, and at free ones, `count` at the least."""
        free = (place for place in range(self._size) if place not in taken and place not in left)
        return [*map(self._stranger, (*left, *itertools.islice(free, max(0, count - len(left)))))]

    def try_order(self, numbers: Sequence[int], strangers: Sequence[int], start: int = 0) -> SetOrder | None:
        """Return how to fill the set in this order, with strangers after `start` members; None if it fails."""
        order = [self.members[number] for number in numbers]
        order[start:start] = strangers
        cut = _AT_ONCE if self._grows_from_16 else 0
        tried: set[Any] = set()
        refill(tried, order[:cut], order[cut:], strangers)
        if _places_of(tried) != self._size or not _is_same(tried, self.members):
            return None
        return SetOrder(self._target, order[:cut], order[cut:], strangers)

    def _places(self, at_home: Sequence[int]) -> list[int] | None:
        """Return the place of each member; None if there is none on its way that keeps the order."""
        places: list[int] = []
        homes = [self._homes[number] for number in at_home]
        known, last = 0, -1
        staying = {*at_home}
        for number, home in enumerate(self._homes):
            known += number in staying
            if number in staying and home > last:
                last = home
            else:
                ends = (*homes[known : known + 3], self._size)
                found = next((place for end in ends for place in self._search(number) if last < place < end), None)
                if found is None:
                    return None
                last = found
            places.append(last)
        return places

    def _search(self, number: int) -> Iterator[int]:
        """Yield the places at which a member looks, one after the other."""
        mask = self._size - 1
        place, perturb = self._homes[number], self._hashes[number] & (2**64 - 1)
        for _ in range(_JUMPS):
            yield from range(place, place + (_LINEAR_PROBES if place + _LINEAR_PROBES <= mask else 0) + 1)
            perturb >>= _PERTURB_SHIFT
            place = (place * 5 + 1 + perturb) & mask

    def _members_to_grow(self) -> int:
        """Return the number of members with which a table gets this size."""
        if self._size <= 2 * _SMALLEST:
            return _AT_ONCE if self._grows_from_16 else 0
        return -(
            -3 * (self._size // 4 - 1) // 5
        )  # a table of which three fifths are taken grows to four times its size

    def _stranger(self, place: int) -> int:
        """Return a number that is at home at a place and does not belong to the set."""
        stranger = place + (self._size << 20)
        while stranger in self._target:
            stranger += self._size
        return stranger
