"""Finds arrays of a component that share memory, and decides which of them holds the memory in the store."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class HeldArray:
    """Describes an array that was met while pickling, and the memory that it spans: [start, stop).

    `guarded`: pandas owns the array and copies it before a write, so sharing it has no effect. `frame`: the id of the
    DataFrame that was split into such columns.
    """

    start: int
    stop: int
    array: Any
    guarded: bool = False
    frame: int | None = None
    named: bool = True  # for an array of another component: whether a reference can name it


@dataclass(frozen=True, slots=True)
class Shared:
    """Describes a range of memory that several arrays use, and the array that will hold it when loaded."""

    start: int
    stop: int
    owner: Any


@dataclass(frozen=True)
class Layout:
    """Holds what the second pass over a component must know: shared memory, frames to keep whole, weak references."""

    shared: tuple[Shared, ...] = ()
    whole_frames: frozenset[int] = frozenset()
    torn: tuple[HeldArray, ...] = ()  # arrays of other components, none of which covers the shared memory
    present: frozenset[int] | None = None  # ids of targets of weak references that are stored; None: unknown
    starts: list[int] = field(default_factory=list)
    owners: Mapping[int, object] = field(default_factory=dict)  # id of a dict met by itself -> its owner

    def place(self, start: int, stop: int) -> Shared | None:
        """Return the shared memory that contains these addresses, if any."""
        i = bisect_right(self.starts, start) - 1
        return self.shared[i] if i >= 0 and stop <= self.shared[i].stop else None


def span(array: Any) -> tuple[int, int]:
    """Return the addresses of the first byte that the array can reach and past the last; (0, 0) for an empty array."""
    if not array.size:
        return 0, 0
    first = stop = array.__array_interface__["data"][0]
    for length, stride in zip(array.shape, array.strides, strict=True):
        if stride < 0:
            first += (length - 1) * stride
        else:
            stop += (length - 1) * stride
    return first, stop + array.itemsize


def hold_all(objects: Iterable[object]) -> list[HeldArray]:
    """Return the plain arrays among some objects, with the memory that they span."""
    return [HeldArray(*span(one), one) for one in objects if _is_plain(one)]


def overlaps(held: Iterable[HeldArray]) -> Iterator[list[HeldArray]]:
    """Yield clusters of different arrays that overlap in memory, except those that pandas keeps apart."""
    cluster: list[HeldArray] = []
    stop = 0
    for one in sorted(held, key=lambda h: h.start):
        if one.start >= stop:
            if _means_sharing(cluster):
                yield cluster
            cluster, stop = [], 0
        cluster.append(one)
        stop = max(stop, one.stop)
    if _means_sharing(cluster):
        yield cluster


def _means_sharing(cluster: Sequence[HeldArray]) -> bool:
    return len({id(h.array) for h in cluster}) > 1 and not all(h.guarded for h in cluster)


def arrange(held: Sequence[HeldArray], present: frozenset[int] | None = None, lent: Sequence[HeldArray] = ()) -> Layout:
    """Decide how arrays that overlap in memory are stored: once, as the range that covers them all.

    `lent` are arrays of other components. If one of them covers the range, it is the owner, and the arrays of `held`
    become views of it.
    """
    ours = {id(h) for h in held}
    clusters = [cluster for cluster in overlaps([*held, *lent]) if any(id(h) in ours for h in cluster)]
    shared: list[Shared] = []
    torn: list[HeldArray] = []
    for cluster in clusters:
        foreign = [h for h in cluster if id(h) not in ours]
        owner = _lender(cluster, foreign)
        shared.append(owner or _share([h for h in cluster if id(h) in ours], held))
        torn += foreign if owner is None else []
    whole = frozenset(h.frame for cluster in clusters for h in cluster if h.frame is not None)
    return Layout(tuple(shared), whole, tuple(torn), present, [one.start for one in shared])


def _lender(cluster: Sequence[HeldArray], foreign: Sequence[HeldArray]) -> Shared | None:
    """Return the array of another component that covers a whole cluster, if there is one."""
    start, stop = min(h.start for h in cluster), max(h.stop for h in cluster)
    covering = (h for h in foreign if h.named and (h.start, h.stop) == (start, stop) and _holds_all(h.array))
    found = next(covering, None)
    return None if found is None else Shared(start, stop, found.array)


def _share(cluster: Sequence[HeldArray], order: Sequence[HeldArray]) -> Shared:
    start, stop = min(h.start for h in cluster), max(h.stop for h in cluster)
    rank = {id(h): i for i, h in enumerate(order)}
    covering = [h for h in cluster if (h.start, h.stop) == (start, stop) and _holds_all(h.array)]
    best = min(
        covering, key=lambda h: (not h.array.flags.owndata, not h.array.flags.writeable, rank[id(h)]), default=None
    )
    return Shared(start, stop, best.array if best else _stretch(cluster, start, stop))


def _holds_all(array: Any) -> bool:
    return bool(array.flags.forc) and _is_plain(array)


def _is_plain(array: Any) -> bool:
    return type(array).__name__ == "ndarray" and type(array).__module__ == "numpy"


def _stretch(cluster: Sequence[HeldArray], start: int, stop: int) -> Any:
    """Return the memory as an array of bytes; for objects, the array from which all were cut."""
    first = min(cluster, key=lambda h: h.start).array
    if first.dtype.hasobject:
        return _root(first)
    return _as_bytes(first, start, stop - start)


def _as_bytes(keeper: Any, start: int, length: int) -> Any:
    numpy = sys.modules["numpy"]
    return numpy.asarray(_Stretch(keeper, start, length))


def _root(array: Any) -> Any:
    while _is_plain(array.base):
        array = array.base
    return array


class _Stretch:
    """Describes memory to NumPy; `keeper` keeps the memory alive for as long as the array made from this lives."""

    def __init__(self, keeper: Any, start: int, length: int) -> None:
        self.keeper = keeper
        self.__array_interface__ = {"version": 3, "shape": (length,), "typestr": "|u1", "data": (start, False)}
