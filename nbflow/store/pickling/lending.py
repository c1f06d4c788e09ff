"""Lends components that a task has not changed: its outputs refer to their objects instead of storing copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from nbflow.store.pickling import drift
from nbflow.store.pickling.alias import is_immutable
from nbflow.store.pickling.array_layout import HeldArray, overlaps
from nbflow.store.pickling.attributes import with_attributes
from nbflow.store.pickling.component import Decoded
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.pickler import Recording


@dataclass(frozen=True, eq=False)
class Lent:
    """Holds a component that has not changed since it was loaded.

    `recording` is how its values pickle now. `reaches` holds the digests of all components that can be reached from it,
    its own first.
    """

    decoded: Decoded
    recording: Recording
    reaches: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the digest of the component."""
        return self.decoded.component.digest

    @cached_property
    def numbers(self) -> Mapping[int, tuple[int, object]]:
        """Return, by the id of each object, its number in the stored stream and the object."""
        if drift.is_stored(self.recording, self.decoded.component):
            return self.recording.memo()
        numbers = {id(one): (number, one) for number, one in self.decoded.objects.items()}
        return with_attributes(numbers, self.recording.attributes.values())

    @cached_property
    def memory(self) -> list[HeldArray]:
        """Return the arrays into whose memory outputs may point."""
        return [replace(one, named=id(one.array) in self.numbers) for one in self.recording.held]

    def is_touched_by(self, other: Recording, memo: Mapping[int, tuple[int, object]], home: Home) -> bool:
        """Tell whether another recording, with the objects that it met, must refer to this component."""
        weak = any(id(target) in self.numbers for target in other.weak_targets)
        return weak or self._is_met(memo, other.guarded, home) or self._overlaps(other.held)

    def _is_met(self, memo: Mapping[int, tuple[int, object]], guarded: frozenset[int], home: Home) -> bool:
        """Tell whether the other recording met an object of this component that can be changed."""
        met = memo.keys() & self.numbers.keys()
        return any(
            not (one in guarded and one in self.recording.guarded) and not is_immutable(memo[one][1], home)
            for one in met
        )

    def _overlaps(self, held: Sequence[HeldArray]) -> bool:
        """Tell whether other arrays use memory of this component."""
        if not held or not self.memory:
            return False
        ours = {id(one) for one in self.memory}
        return any(
            0 < sum(id(one) in ours for one in cluster) < len(cluster) for cluster in overlaps([*self.memory, *held])
        )


@dataclass
class References:
    """Numbers the references of one stream in the order in which they are needed."""

    lent: Sequence[Lent]
    home: Home
    guarded: frozenset[int] = frozenset()
    used: dict[str, int] = field(default_factory=dict)

    @property
    def memory(self) -> Sequence[HeldArray]:
        """Return the arrays of all lent components."""
        return [held for one in self.lent for held in one.memory]

    def refer(self, obj: object) -> int | None:
        """Return the number of the reference to an object of a lent component; None if the object is stored itself."""
        key = id(obj)
        for one in self.lent:
            known = one.numbers.get(key)
            if known is not None and not self._stays(obj, one):
                return self.used.setdefault(f"{one.digest}:{known[0]}", len(self.used))
        return None

    def _stays(self, obj: object, one: Lent) -> bool:
        return (id(obj) in self.guarded and id(obj) in one.recording.guarded) or is_immutable(obj, self.home)
