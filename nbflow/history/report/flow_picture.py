"""Lays out the graph of a flow for a page: boxes in the order of their ranks, and curves that go around boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from nbflow.flow.graph.graph import Graph

_WIDTH, _HEIGHT = 184, 44  # of a box
_ACROSS, _ALONG = 22, 46  # between boxes of one rank, and between ranks
_MARGIN = 14
_WIDEST = 5
"""The number of ranks that stand side by side; a longer flow goes from top to bottom."""

_LONGEST = 22  # characters of a name in a box
_SWEEPS = 9
"""The number of times that boxes move to their neighbours, from above and from below in turn; from above at last."""


@dataclass(frozen=True)
class FlowBox:
    """Places a step in the picture; `x` and `y` are its upper left corner. `label` is its name, cut if it is long."""

    step: str
    label: str
    x: float
    y: float
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True)
class FlowPicture:
    """Holds the boxes of a flow and the paths between them, in SVG's notation."""

    width: float
    height: float
    boxes: tuple[FlowBox, ...]
    paths: tuple[str, ...]


_Point = tuple[str, int]
"""Names what stands in a rank: a step, or an edge that passes it, by the step where it begins and the rank."""


def draw_flow(graph: Graph) -> FlowPicture:
    """Return the picture of a flow, from left to right if it is short."""
    layout = _Layout(graph)
    is_tall = len(layout.ranks) > _WIDEST
    long, wide = (_HEIGHT, _WIDTH) if is_tall else (_WIDTH, _HEIGHT)
    spots = {
        point: ((long + _ALONG) * rank + _MARGIN, (wide + _ACROSS) * layout.place[point] + _MARGIN)
        for rank, points in enumerate(layout.ranks)
        for point in points
    }
    boxes, end, breadth = [], _MARGIN, max((place for _, place in spots.values()), default=0) + wide + _MARGIN
    for (step, turn), (along, across) in spots.items():
        if turn < 0:
            x, y = (across, along) if is_tall else (along, across)
            boxes.append(FlowBox(step, step if len(step) <= _LONGEST else f"{step[: _LONGEST - 1]}…", x, y))
            end = max(end, along + long + _MARGIN)
    paths = tuple(_path([spots[point] for point in route], long, wide, is_tall) for route in layout.routes)
    width, height = (breadth, end) if is_tall else (end, breadth)
    return FlowPicture(width, height, tuple(boxes), paths)


class _Layout:
    """Says what stands in each rank and in which place, so that edges cross seldom."""

    def __init__(self, graph: Graph) -> None:
        self.ranks: list[list[_Point]] = [
            [] for _ in range(1 + max((one.rank for one in graph.links.values()), default=-1))
        ]
        self.routes: list[list[_Point]] = []
        for step, linked in graph.links.items():
            self.ranks[linked.rank].append((step, -1))
        for below, linked in graph.links.items():
            for above in _needed(graph, below):
                passed = [(above, rank) for rank in range(graph.links[above].rank + 1, linked.rank)]
                self.routes.append([(above, -1), *passed, (below, -1)])
                for point in passed:
                    if point not in self.ranks[point[1]]:
                        self.ranks[point[1]].append(point)
        self.place = {point: float(place) for points in self.ranks for place, point in enumerate(points)}
        self._untangle()

    def _untangle(self) -> None:
        """Move what stands in a rank to the middle of its neighbours, and apart again, several times."""
        before, after = defaultdict[_Point, list[_Point]](list), defaultdict[_Point, list[_Point]](list)
        for route in self.routes:
            for one, other in pairwise(route):
                before[other].append(one)
                after[one].append(other)
        for turn in range(_SWEEPS):
            near, ranks = (before, self.ranks) if turn % 2 == 0 else (after, self.ranks[::-1])
            for points in ranks:
                self._settle(points, near)
        lowest = min(self.place.values(), default=0.0)
        self.place = {point: place - lowest for point, place in self.place.items()}

    def _settle(self, points: list[_Point], near: Mapping[_Point, list[_Point]]) -> None:
        wanted = {point: self._middle(near.get(point, []), self.place[point]) for point in points}
        points.sort(key=wanted.__getitem__)
        free, found = float("-inf"), list[float]()
        for point in points:
            free = max(wanted[point], free + 1 if found else wanted[point])
            found.append(free)
        shift = sum(wanted.values()) / len(points) - sum(found) / len(points) if points else 0.0
        self.place.update({point: place + shift for point, place in zip(points, found, strict=True)})

    def _middle(self, neighbours: list[_Point], place: float) -> float:
        return sum(map(self.place.__getitem__, neighbours)) / len(neighbours) if neighbours else place


def _needed(graph: Graph, step: str) -> list[str]:
    """Return the steps above from which an edge is drawn: not those that another one of them waits for."""
    upstream = graph.links[step].upstream
    used = {writer for binding in graph.links[step].bindings for writer in binding.writers} | {
        *graph.links[step].joined
    }
    implied = {far for near in upstream for far in graph.links[near].upstream}
    return [above for above in upstream if above in used or above not in implied]


def _path(spots: list[tuple[float, float]], long: int, wide: int, is_tall: bool) -> str:
    """Return the curve from the end of the first box along the points it passes to the beginning of the last box."""
    points = [(spots[0][0] + long, spots[0][1] + wide / 2)]
    for along, across in spots[1:-1]:
        points += [(along, across + wide / 2), (along + long, across + wide / 2)]
    points.append((spots[-1][0], spots[-1][1] + wide / 2))
    words = [f"M{_pair(points[0], is_tall)}"]
    for (along, across), (then, there) in pairwise(points):
        middle = (along + then) / 2
        curve = ((middle, across), (middle, there), (then, there))
        words.append("C" + " ".join(_pair(point, is_tall) for point in curve))
    return "".join(words)


def _pair(point: tuple[float, float], is_tall: bool) -> str:
    along, across = point
    x, y = (across, along) if is_tall else (along, across)
    return f"{x:.0f},{y:.0f}"
