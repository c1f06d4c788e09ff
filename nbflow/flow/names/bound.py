"""Represents which names are bound at one place of a body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class BoundNames:
    """Holds which names are bound where the walk stands. A state that is not live is behind a `raise`, `break` or
    `continue`.
    """

    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()  # deleted on some path
    over: frozenset[str] = frozenset()  # deleted on every path
    live: bool = True

    def bind(self, names: Iterable[str]) -> BoundNames:
        """Return the state after these names are bound."""
        names = frozenset(names)
        return BoundNames(self.must | names, self.may | names, self.gone - names, self.over - names, self.live)

    def perhaps(self, names: Iterable[str]) -> BoundNames:
        """Return the state after these names may have been bound."""
        names = frozenset(names)
        return BoundNames(self.must, self.may | names, self.gone, self.over - names, self.live)

    def unbind(self, name: str) -> BoundNames:
        """Return the state after a name is deleted."""
        return BoundNames(self.must - {name}, self.may - {name}, self.gone | {name}, self.over | {name}, self.live)

    def stop(self) -> BoundNames:
        """Return the state behind a `raise`, `break` or `continue`, which no path reaches."""
        return replace(self, live=False)


def meet(states: Sequence[BoundNames]) -> BoundNames:
    """Return the state where paths meet. A name is bound for sure if every live path binds it."""
    living = [state for state in states if state.live]
    if not living:
        return states[0].stop()
    return BoundNames(
        frozenset.intersection(*(state.must for state in living)),
        frozenset().union(*(state.may for state in living)),
        frozenset().union(*(state.gone for state in living)),
        frozenset.intersection(*(state.over for state in living)),
    )
