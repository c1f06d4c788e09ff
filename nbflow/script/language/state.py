"""Holds the artifacts that one task of a script sees and sets. Each is a reference until it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cloudpickle

from nbflow.errors import MetaflowException, MissingInMergeArtifactsException, UnhandledInMergeArtifactsException
from nbflow.run.events.events import Level
from nbflow.script.language.transition import HIDDEN, Transition
from nbflow.store.pickling.heap import Heap
from nbflow.store.pickling.home import Home
from nbflow.store.value_store import ValueStore
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.values.encoded import Encoded


@dataclass
class TaskArtifacts:
    """Holds the artifacts behind `self` in a task, or behind one of the `inputs` of a join."""

    step: str
    artifacts: dict[str, ArtifactRef]
    store: ValueStore
    home: Home
    stack: Sequence[Level] = ()
    lists: Sequence[tuple[str, str]] = ()  # (next step, name of the list) of each foreach around
    is_join: bool = False
    max_splits: int | None = None
    lost_at: Callable[[str], str] = lambda _name: ""  # the join above at which an artifact was lost, if any
    transition: Transition | None = None
    caught: bool = False  # whether it failed and the flow goes on
    loaded: dict[str, Any] = field(default_factory=dict)
    merged: dict[str, ArtifactRef] = field(default_factory=dict)
    passed_on: frozenset[str] = frozenset()  # not set here, but they reach changed objects
    _items: dict[int, Any] = field(default_factory=dict)
    _heaps: dict[int, Heap] = field(default_factory=dict)  # into which items were loaded that the body may change

    @cached_property
    def heap(self) -> Heap:
        """Return the heap into which artifacts are loaded, so that names share the objects that they shared."""
        return self.store.heap(self.home)

    def load(self, name: str) -> Any:
        """Return the value of an artifact."""
        if name not in self.loaded:
            self.loaded |= self.heap.load({name: self.artifacts[name]}, beside=self.artifacts.values())
        return self.loaded[name]

    def item(self, depth: int) -> Any:
        """Return the item of a foreach around the task: 0 is the outermost, -1 the innermost."""
        depth %= len(self.stack)
        if depth not in self._items:
            item, heap = self.stack[depth].item.renamed("input"), self.store.heap(self.home)
            self._items[depth], self._heaps[depth] = heap.load({"input": item})["input"], heap
        return self._items[depth]

    def note_item(self, depth: int, item: Any) -> None:
        """Take an item from a list that is another one than at the beginning of its foreach."""
        self._items[depth] = item

    def has_item(self, depth: int) -> bool:
        """Tell whether the item of a foreach was asked for already."""
        return depth in self._items

    def changed_items(self) -> Iterator[tuple[int, Any]]:
        """Yield each item that the task has changed in place, with the depth of its foreach."""
        for depth, heap in self._heaps.items():
            heap.compare()
            if heap.changed:
                yield depth, self._items[depth]

    def take_items(self, given: Mapping[str, Any]) -> None:
        """Replace the stored items of foreachs by items of the given lists, by the names of the lists."""
        for depth, (level, (_, name)) in enumerate(zip(self.stack, self.lists, strict=False)):
            if name in given:
                self._items[depth] = list(given[name])[level.index]

    # joins

    def merge(self, bound: set[str], inputs: Sequence[TaskArtifacts], exclude: set[str], include: set[str]) -> None:
        """Take over artifacts of the inputs by reference; values are loaded only if inputs differ in their bytes.

        `bound` holds the names that the task has set itself. Raises UnhandledInMergeArtifactsException if inputs have
        different values, and MissingInMergeArtifactsException if none has a name of `include`.
        """
        if not self.is_join:
            raise MetaflowException(
                "merge_artifacts works in a join only, a step with two arguments: def join(self, inputs)"
            )
        if exclude and include:
            raise MetaflowException("merge_artifacts takes include or exclude, not both: keep one")
        offered = {name for one in inputs for name in one.artifacts} - HIDDEN - bound - self.merged.keys()
        wanted = (offered & include) if include else offered - exclude
        conflicts = [name for name in sorted(wanted) if not _agree(name, inputs)]
        if conflicts:
            raise UnhandledInMergeArtifactsException(conflicts)
        missing = include - offered - bound
        if missing:
            raise MissingInMergeArtifactsException(missing)
        found = {name: next(one.artifacts[name] for one in inputs if name in one.artifacts) for name in wanted}
        self.merged.update(found)
        self.artifacts.update(found)

    def take(self, name: str, one: TaskArtifacts) -> None:
        """Take over an artifact of one input, if it has the artifact, as a merge does."""
        if name in one.artifacts:
            self.merged[name] = self.artifacts[name] = one.artifacts[name]

    # the end of the task

    def keep(self, values: Mapping[str, Any], extra: Mapping[str, Any]) -> Encoded:
        """Store the values that were set or changed in place; values that were only read or merged stay references."""
        self.heap.compare()
        own = {name: value for name, value in values.items() if not self._is_as_loaded(name, value)}
        visible = [one for name, one in self.artifacts.items() if name not in own]
        encoded, passed_on = self.store.save_reached({**own, **extra}, visible, self.home, self.heap)
        self.passed_on = frozenset(passed_on)
        merged = tuple(one for name, one in self.merged.items() if name not in own and name not in passed_on)
        return Encoded((*encoded.artifacts, *merged), encoded.components)

    def _is_as_loaded(self, name: str, value: Any) -> bool:
        return name in self.loaded and self.loaded[name] is value


def _agree(name: str, inputs: Iterable[TaskArtifacts]) -> bool:
    holders = [one for one in inputs if name in one.artifacts]
    if len({one.artifacts[name].digest for one in holders}) == 1:
        return True
    return len({cloudpickle.dumps(one.load(name)) for one in holders}) == 1 if _is_cheap(name, holders) else False


def _is_cheap(name: str, holders: Sequence[TaskArtifacts]) -> bool:
    """Tell whether the values are small enough to compare. Equal values may be stored with different bytes."""
    return all(one.artifacts[name].size < 1 << 20 for one in holders)
