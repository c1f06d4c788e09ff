"""Makes a partial order series-parallel: rows of things that wait for each other, and parallel things.

FlowSpec can split and join, and must join what it has split before anything else begins. If an order does not have this
form, some things must wait for more; this module adds as few waits as it can find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Series:
    parts: tuple[OrderPart, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    parts: tuple[OrderPart, ...]


OrderPart = str | Series | Beside


@dataclass
class Order:
    """Holds names, as far as possible in document order, and what each of them waits for, directly or not."""

    names: Sequence[str]
    above: Mapping[str, frozenset[str]]
    waits: set[tuple[str, str]] = field(default_factory=set)  # (earlier, later) that need not wait

    @classmethod
    def of(cls, names: Sequence[str], edges: Iterable[tuple[str, str]]) -> Order:
        """Return an order. Raises ValueError, with the names, for edges that form a circle."""
        direct: dict[str, set[str]] = {name: set() for name in names}
        for earlier, later in edges:
            direct[later].add(earlier)
        above: dict[str, frozenset[str]] = {}
        while len(above) < len(names):
            name = next((one for one in names if one not in above and direct[one] <= above.keys()), None)
            if name is None:
                raise ValueError(*(one for one in names if one not in above))
            above[name] = frozenset(direct[name]).union(*(above[one] for one in direct[name]))
        return cls(tuple(above), above)

    def arrange(self) -> OrderPart:
        return self._arrange(tuple(self.names))

    def _arrange(self, names: tuple[str, ...]) -> OrderPart:
        if len(names) == 1:
            return names[0]
        groups = self._groups(names, self._ordered)
        if len(groups) > 1:
            return Beside(tuple(map(self._arrange, groups)))
        groups = self._groups(names, lambda one, other: not self._ordered(one, other))
        if len(groups) == 1:
            first, rest = self._cut(names)
            self.waits |= {(one, other) for one in first for other in rest if not self._ordered(one, other)}
            groups = [first, rest]
        groups.sort(key=lambda group: sum(self._position(group, other) for other in groups))
        return _series(map(self._arrange, groups))

    def _ordered(self, one: str, other: str) -> bool:
        return one in self.above[other] or other in self.above[one]

    def _position(self, group: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Tell whether the other group comes first; of two groups, all of one are above all of the other."""
        return other is not group and any(one in self.above[name] for one in other for name in group)

    def _groups(self, names: tuple[str, ...], are_together: Callable[[str, str], bool]) -> list[tuple[str, ...]]:
        """Return the connected groups, each group and all groups in document order."""
        left, groups = list(names), list[tuple[str, ...]]()
        while left:
            group, agenda = {left[0]}, [left[0]]
            while agenda:
                name = agenda.pop()
                more = [other for other in left if other not in group and are_together(name, other)]
                group.update(more)
                agenda += more
            groups.append(tuple(name for name in names if name in group))
            left = [name for name in left if name not in group]
        return groups

    def _cut(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return two parts where the second waits for all of the first, with as few added waits as possible."""
        every = frozenset(names)
        candidates = [self.above[name] & every for name in names]
        candidates += [part | {name} for part, name in zip(candidates, names, strict=True)]
        candidates += [every - {name}.union(low for low in names if name in self.above[low]) for name in names]
        candidates += [frozenset(names[:number]) for number in range(1, len(names))]
        parts = (part for part in candidates if 0 < len(part) < len(names))
        first = min(parts, key=lambda part: self._cost(part, every))
        return tuple(n for n in names if n in first), tuple(n for n in names if n not in first)

    def _cost(self, first: frozenset[str], every: frozenset[str]) -> int:
        return sum(not self._ordered(one, other) for one in first for other in every - first)


def _series(parts: Iterable[OrderPart]) -> Series:
    flat: list[OrderPart] = []
    for part in parts:
        flat += part.parts if isinstance(part, Series) else (part,)
    return Series(tuple(flat))
