"""Counts how many tasks of each step are unfinished below each prefix of a path: this decides what is ready."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nbflow.flow.graph.graph import Graph

Path = tuple[int, ...]


def waiting_scope(graph: Graph, step: str) -> tuple[str, ...]:
    """Return the scope in which a step waits for others: a foreach step waits outside of its own, and then splits."""
    scope = graph.links[step].scope
    return scope[:-1] if graph.steps[step].control.foreach else scope


def common_depth(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """Return how many foreachs two scopes share, from the outermost on."""
    depth = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        depth += 1
    return depth


class Progress:
    """Counts the unfinished tasks of each step below each path prefix at which another step waits.

    Before a foreach has split, each step inside counts as one task per known prefix; a split turns one into n. So the
    count 0 means that the step is over, at every depth and at any time, and each event costs the depth of its task.

    `before` is the progress of a run in which some of the steps are over; the others are then `further` steps.
    """

    def __init__(self, graph: Graph, steps: frozenset[str], before: Progress | None = None) -> None:
        self.graph = graph
        over = before.steps if before else frozenset[str]()
        self.steps: frozenset[str] = steps
        self.further = [name for name in graph.links if name in steps and name not in over]
        self.waits: dict[str, tuple[tuple[str, int], ...]] = {}
        self.awaited: dict[str, dict[int, list[str]]] = {name: {} for name in self.further}
        self.inside: defaultdict[str, list[str]] = defaultdict(list)
        self._within: defaultdict[str, list[str]] = defaultdict(list)
        self._widths: dict[tuple[str, Path], int] = dict(before._widths) if before else {}
        self._unfinished: dict[tuple[str, Path], int] = {}
        for name in self.further:
            self._enter(name, over)
        for name in self.further:
            outside = waiting_scope(graph, name)
            for depth in self.awaited[name]:
                for prefix in self.below(outside[:depth], ()):
                    self._unfinished[name, prefix] = self._count(outside, prefix)

    def _enter(self, name: str, over: frozenset[str]) -> None:
        scope, outside = self.graph.links[name].scope, waiting_scope(self.graph, name)
        waits = []
        for above in self.graph.links[name].upstream:
            if above in self.steps:
                depth = common_depth(self.graph.links[above].scope, outside)
                waits.append((above, depth))
                if above in over:
                    finished = self.below(self.graph.links[above].scope[:depth], ())
                    self._unfinished.update({(above, prefix): 0 for prefix in finished})
                else:
                    self.awaited[above].setdefault(depth, []).append(name)
        self.waits[name] = tuple(waits)
        for foreach in scope:
            self._within[foreach].append(name)
        if outside:
            self.inside[outside[-1]].append(name)

    def _count(self, scope: tuple[str, ...], prefix: Path) -> int:
        """Return how many tasks of a scope are known below `prefix`; one for each foreach that has not split."""
        foreach = scope[len(prefix)] if len(prefix) < len(scope) else None
        width = None if foreach is None else self._widths.get((foreach, prefix))
        return 1 if width is None else sum(self._count(scope, (*prefix, index)) for index in range(width))

    def width(self, foreach: str, path: Path) -> int | None:
        """Return into how many items a foreach has split; None before it has."""
        return self._widths.get((foreach, path))

    def is_over(self, step: str, prefix: Path) -> bool:
        """Return whether all tasks of a step below a prefix are finished."""
        return self._unfinished.get((step, prefix)) == 0

    def split(self, foreach: str, path: Path, width: int) -> Iterator[tuple[str, Path]]:
        """Turn the task that stands for a foreach at `path` into `width` tasks; yield what is over if that is 0."""
        self._widths[foreach, path] = width
        level = len(path)
        for step in self._within[foreach]:
            for depth in self.awaited[step]:
                if depth <= level:
                    yield from self._add(step, path[:depth], width - 1)
                elif depth == level + 1:
                    self._unfinished.update({(step, (*path, i)): 1 for i in range(width)})

    def finish(self, step: str, path: Path) -> Iterator[tuple[str, Path]]:
        """Count a task as finished; yield each (step, prefix) that is over with it."""
        for depth in self.awaited[step]:
            yield from self._add(step, path[:depth], -1)

    def _add(self, step: str, prefix: Path, number: int) -> Iterator[tuple[str, Path]]:
        left = self._unfinished[step, prefix] + number
        self._unfinished[step, prefix] = left
        if left == 0:
            yield step, prefix

    def paths(self, step: str, prefix: Path) -> Iterator[Path]:
        """Yield the known paths below `prefix` at which a step waits."""
        return self.below(waiting_scope(self.graph, step), prefix)

    def below(self, scope: tuple[str, ...], prefix: Path) -> Iterator[Path]:
        """Yield the known paths of a scope below `prefix`."""
        if len(prefix) == len(scope):
            yield prefix
            return
        for index in range(self._widths.get((scope[len(prefix)], prefix), 0)):
            yield from self.below(scope, (*prefix, index))
