"""Answers which steps wait for which others, quickly for flows of any size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Ancestry:
    """Keeps steps in document order, each with all steps that must be over before it.

    A set of steps is a number whose bit n is the step at place n. To unite or to compare such sets takes microseconds
    at 10,000 steps, so a flow in which every step waits for all above it is no worse than any other.
    """

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._names: list[str] = []
        self._above: list[int] = []

    def add(self, step: str, upstream: Iterable[str]) -> None:
        """Add the next step of the document, which waits for the steps in `upstream`."""
        upstream = tuple(upstream)
        above = self.set_of(upstream) if upstream else 0
        for other in upstream:
            above |= self._above[self.places[other]]
        self.places[step] = len(self._names)
        self._names.append(step)
        self._above.append(above)

    def copy(self) -> Ancestry:
        """Return the same steps, to which others can be added."""
        other = Ancestry()
        other.places, other._names, other._above = dict(self.places), [*self._names], [*self._above]
        return other

    def remove_last(self) -> None:
        """Remove the step that was added last."""
        del self.places[self._names.pop()]
        self._above.pop()

    def above(self, step: str) -> int:
        """Return the set of steps that must be over before a step can start."""
        return self._above[self.places[step]]

    def waits(self, step: str, other: str) -> bool:
        """Return whether `other` must be over before `step` can start."""
        return bool(self.above(step) >> self.places[other] & 1)

    def set_of(self, steps: Iterable[str]) -> int:
        """Return steps as a set."""
        found = bytearray(len(self._names) // 8 + 1)
        for step in steps:
            place = self.places[step]
            found[place // 8] |= 1 << place % 8
        return int.from_bytes(found, "little")

    def steps_of(self, found: int) -> Iterator[str]:
        """Yield the steps of a set in document order."""
        while found:
            lowest = found & -found
            yield self._names[lowest.bit_length() - 1]
            found ^= lowest

    def first_below(self, step: str, found: int) -> str | None:
        """Return the first step of a set that stands below a step."""
        below = found & -(1 << self.places[step] + 1)
        return next(self.steps_of(below), None)

    def before(self, step: str, found: int) -> int:
        """Return the steps of a set that stand above a step."""
        return found & (1 << self.places[step]) - 1
