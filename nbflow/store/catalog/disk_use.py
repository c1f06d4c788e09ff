"""Adds up what each flow, run, step and name takes on disk. It reads the catalog and the names of blobs, no value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from nbflow.errors import RowDamaged
from nbflow.store.blobs.protocol import BlobStore, blob_size
from nbflow.store.catalog.keeping_rules import Kept, runs_to_delete
from nbflow.store.catalog.pieces import pieces_of_components
from nbflow.store.catalog.reader import CatalogReader

_Value = TypeVar("_Value")
Part = TypeVar("Part", bound=Hashable)

_ITEMS, _PRINTED = 0, -1  # stand for names: the items of a foreach, and what tasks have printed
_HELD = f"""SELECT tasks.run, tasks.step, CASE tasks.split WHEN 0 THEN artifacts.name ELSE {_ITEMS} END,
    artifacts.component, artifacts.shares FROM artifacts JOIN tasks ON tasks.id = artifacts.task"""
_TEXTS = """SELECT DISTINCT run, step, outputs FROM tasks WHERE outputs IS NOT NULL
    UNION SELECT tasks.run, tasks.step, randoms.state FROM randoms JOIN tasks ON tasks.id = randoms.task"""


class Taken(NamedTuple):
    """Says how many bytes a part of a store takes; without it, `own` of them would be free."""

    bytes: int
    own: int


class RunStepName(NamedTuple):
    """Names the smallest part of a store whose size is told: a name of a step in a run, by the ids of their rows."""

    run: int
    step: int
    name: int


@dataclass(frozen=True)
class DiskUse:
    """Tells what the parts of a store take: flows, runs by number, steps, and names in all steps of a flow.

    Objects that several parts share are counted in each of them, and in `own` of none. `blobs` are the bytes of all
    blobs, whoever needs them. `free` is what gc would free
    now, and `old` are the runs that it would delete.
    """

    blobs: int
    flows: Mapping[str, Taken]
    runs: Mapping[tuple[str, int], Taken]
    steps: Mapping[tuple[str, str], Taken]
    names: Mapping[tuple[str, str], Taken]
    free: int
    old: tuple[str, ...]


class _Objects:
    """Numbers the objects of a store (blobs, streams in rows, texts), and knows the size of each."""

    def __init__(self, reader: CatalogReader, blobs: BlobStore) -> None:
        self.sizes: list[int] = []
        names = {digest: blobs.parts(digest) for digest in blobs}
        parts = {part: self._add(blob_size(part)) for part in set().union(*names.values())}
        self.blobs = {digest: [parts[one] for one in found] for digest, found in names.items()}
        self.components = {
            digest: (self._add(one.inline), *(part for blob in one.blobs for part in self.blobs.get(blob, ())))
            for digest, one in pieces_of_components(reader.query).items()
        }
        texts = reader.query("SELECT digest, length(body) FROM texts")
        self.texts = {digest: (self._add(size),) for digest, size in texts}

    def _add(self, size: int) -> int:
        self.sizes.append(size)
        return len(self.sizes) - 1

    def size_of(self, objects: Iterable[int]) -> int:
        return sum(map(self.sizes.__getitem__, objects))


class _Rows(dict[int, _Value], Generic[_Value]):
    """Holds what the rows of a table say, by their ids."""

    def __missing__(self, id: int) -> _Value:
        raise RowDamaged("a task", f"there is no row {id}")


def add_up(reader: CatalogReader, blobs: BlobStore, kept: Kept) -> DiskUse:
    """Return what everything in a store takes, and what gc would free of it if it kept these runs."""
    objects = _Objects(reader, blobs)
    held = _held(reader, objects)
    runs = _Rows({run: (flow, number) for run, flow, number in reader.query("SELECT id, flow, number FROM runs")})
    texts = {
        name: "(random state)" if " " in text else text for name, text in reader.query("SELECT id, text FROM names")
    }
    names = _Rows({_ITEMS: "(items)", _PRINTED: "(output)"} | texts)
    old = runs_to_delete(reader.query, kept)
    staying = set().union(*(found for part, found in held.items() if part.run not in old))

    def sums(part: Callable[[RunStepName], Part]) -> dict[Part, Taken]:
        return _sums(held, objects, part)

    return DiskUse(
        blobs=objects.size_of(set().union(*objects.blobs.values())),
        flows=sums(lambda one: runs[one.run][0]),
        runs=sums(lambda one: runs[one.run]),
        steps=sums(lambda one: (runs[one.run][0], names[one.step])),
        names=sums(lambda one: (runs[one.run][0], names[one.name])),
        free=sum(objects.sizes) - objects.size_of(staying),
        old=tuple(old.values()),
    )


def _held(reader: CatalogReader, objects: _Objects) -> dict[RunStepName, set[int]]:
    """Return the objects that each part of the store needs. It is one pass over the artifacts."""
    held: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    known = objects.components
    for run, step, name, component, shares in reader.query(_HELD):
        here = held[run, step, name]
        here.update(known.get(component, ()))
        if shares and shares != component:
            for digest in shares.split():
                here.update(known.get(digest, ()))
    for run, step, text in reader.query(_TEXTS):
        held[run, step, _PRINTED].update(objects.texts.get(text, ()))
    return {RunStepName(*part): found for part, found in held.items()}


def _sums(
    held: Mapping[RunStepName, set[int]], objects: _Objects, part_of: Callable[[RunStepName], Part]
) -> dict[Part, Taken]:
    parts: defaultdict[Part, set[int]] = defaultdict(set)
    for one, found in held.items():
        parts[part_of(one)] |= found
    holders: Counter[int] = Counter()
    for found in parts.values():
        holders.update(found)
    return {
        part: Taken(objects.size_of(found), objects.size_of(one for one in found if holders[one] == 1))
        for part, found in parts.items()
    }
