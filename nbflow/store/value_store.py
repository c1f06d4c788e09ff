"""Saves values as components of bytes, and loads them again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from nbflow.errors import BlobCorrupt
from nbflow.store.blobs.checks import find_damage
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.pickling.home import Home
from nbflow.store.values.artifact_ref import ArtifactRef, Component
from nbflow.store.values.encoded import Encoded

if TYPE_CHECKING:
    from nbflow.store.pickling.heap import Heap


class ValueStore(ABC):
    """Keeps values in a place for blobs. `component` finds the row of a component by its digest, or returns None.

    Every value is loaded through `heap`, and `admit` decides whether it may be.
    """

    def __init__(self, blobs: BlobStore, component: Callable[[str], Component | None]) -> None:
        self.blobs = blobs
        self._component = component

    @abstractmethod
    def admit(self, artifacts: Iterable[ArtifactRef], made_by: Iterable[int]) -> None:
        """Raise Untrusted unless these artifacts may be unpickled.

        `made_by` are rows of tasks that may have made them: naming them makes the search short.
        """

    def save(self, values: Mapping[str, object], home: Home, scope: str = "") -> Encoded:
        """Write the blobs of values, and return the rows for the run's catalog writer. `scope` is the step's name."""
        if not values:
            return Encoded()
        from nbflow.store.pickling.codec import encode  # noqa: PLC0415 - who reads the catalog needs no pickler

        return encode(values, self.blobs, home, scope=scope)

    def save_apart(self, items: Iterable[object], home: Home, scope: str = "", heap: Heap | None = None) -> Encoded:
        """Write the blobs of the items of a foreach, each of which is named by its index and shares nothing.

        With a `heap`, items are stored as references to the objects that it has loaded.
        """
        from nbflow.store.pickling.codec import encode_apart  # noqa: PLC0415 - as above

        return encode_apart({str(index): item for index, item in enumerate(items)}, self.blobs, home, scope, heap)

    def save_reached(
        self,
        values: Mapping[str, object],
        visible: Iterable[ArtifactRef],
        home: Home,
        heap: Heap,
        scope: str = "",
        beside: Mapping[str, object] | None = None,
    ) -> tuple[Encoded, dict[str, object]]:
        """Store the values of a task, and each visible artifact that reaches an object which the task has changed.

        Args:
            values: The values that the task has bound, by name.
            visible: The artifacts that the task could see.
            home: Finds modules and definitions of the program.
            heap: Where the task has loaded its inputs; it must have been compared already.
            scope: The name of the step.
            beside: Values of other names; those that share objects with stored values are stored too.

        Returns:
            What is stored, and the values of the visible artifacts among it by name.
        """
        from nbflow.store.pickling.codec import CannotLend, encode  # noqa: PLC0415 - as above

        others = [one for one in visible if one.name not in values]
        taken = frozenset(digest for one in others for digest in one.shares)
        while True:
            reached = heap.reached(others)
            try:
                return encode({**values, **reached}, self.blobs, home, heap, scope, taken, beside), reached
            except CannotLend as error:
                heap.give_up(error.digests)

    def load(
        self,
        artifacts: Mapping[str, ArtifactRef],
        home: Home,
        components: Mapping[str, Component] | None = None,
        made_by: Collection[int] = (),
    ) -> dict[str, object]:
        """Return the values of artifacts by name, once all their bytes are hashed.

        Names that shared objects share them again. A heap loads them at once, and hashes large arrays in a thread.

        Args:
            artifacts: What to load, by name.
            home: Finds modules and definitions of the program.
            components: Component rows by digest that may not be committed yet.
            made_by: Rows of the tasks that may have made the artifacts, see `admit`.

        Raises:
            Untrusted: Nobody whom the user trusts has signed a task that made one of them.
            BlobCorrupt: A byte of them is not the one that was stored.
        """
        heap = self.heap(home, components, made_by)
        values = heap.load(artifacts)
        damage = find_damage(heap.buffers())
        if damage is not None:
            raise BlobCorrupt(damage.digest, damage.reason, ", ".join(artifacts))
        return values

    def heap(
        self, home: Home, components: Mapping[str, Component] | None = None, made_by: Collection[int] = ()
    ) -> Heap:
        """Return a heap, into which a task loads the artifacts that it reads."""
        from nbflow.store.pickling.heap import Heap  # noqa: PLC0415 - as above

        known = components or {}
        return Heap(
            self.blobs,
            home,
            lambda digest: known.get(digest) or self._component(digest),
            lambda artifacts: self.admit(artifacts, made_by),
        )

    def has(self, component: Component) -> bool:
        """Return whether all blobs of a component are there in full length."""
        digests = (*component.buffers, component.blob) if component.blob else component.buffers
        return all(self.blobs.exists(digest) for digest in digests)
