"""Which arrays of a component lie in the same memory, and who of them owns it."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class HeldArray:
    """An array met while pickling: the memory it spans, [start, stop).

    `guarded`: pandas owns it and copies before anybody writes, so sharing it means nothing. `frames`: ids of the
    DataFrames that were taken apart into such columns.
    """

    start: int
    stop: int
    array: Any
    guarded: bool = False
    frame: int | None = None
    named: bool = True  # of an array of another component: a reference can name it


@dataclass(frozen=True, slots=True)
class Shared:
    """A stretch of memory that several arrays look at, and the array that will hold it when loaded."""

    start: int
    stop: int
    owner: Any


@dataclass(frozen=True)
class Layout:
    """What a second look at a component knows: shared memory, frames to keep in one piece, weakly held objects."""

    shared: tuple[Shared, ...] = ()
    whole_frames: frozenset[int] = frozenset()
    torn: tuple[HeldArray, ...] = ()  # arrays of other components in memory that none of them covers
    present: frozenset[int] | None = None  # ids of what weak references point to and the stream holds; None: unknown
    starts: list[int] = field(default_factory=list)
    owners: Mapping[int, object] = field(default_factory=dict)  # of dicts that are met by themselves, by their ids

    def place(self, start: int, stop: int) -> Shared | None:
        i = bisect_right(self.starts, start) - 1
        return self.shared[i] if i >= 0 and stop <= self.shared[i].stop else None


def span(array: Any) -> tuple[int, int]:
    """The addresses of the first byte and past the last byte that the array can reach; (0, 0) when it has none."""
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
    """Clusters of different arrays in one stretch of memory, those left out that pandas guards from each other."""
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
    """Decide how arrays that overlap in memory are stored: once, as the stretch that covers them all.

    `lent` are arrays of other components. Where one of them covers the stretch, it is the owner, and the arrays of
    `held` become views of it.
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
    """The array of another component that covers a whole cluster."""
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
    """The memory itself as an array of bytes (of objects: the array they were all cut from)."""
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
    """Memory that outlives this object as long as `keeper` does, in the form numpy takes it."""

    def __init__(self, keeper: Any, start: int, length: int) -> None:
        self.keeper = keeper
        self.__array_interface__ = {"version": 3, "shape": (length,), "typestr": "|u1", "data": (start, False)}
