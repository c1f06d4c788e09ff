"""Makes a plan of a graph: steps that can run in parallel do, unless FlowSpec cannot express it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nbflow.export.plan.document_order import Beside, Order, OrderPart, Series
from nbflow.export.plan.naming import NameSupply
from nbflow.export.plan.parts import ForeachPart, Item, Join, MethodPart, Parallel, PartRow
from nbflow.flow.graph.foreach_scopes import ForeachScope, is_within
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.places import listed, problem
from nbflow.flow.syntax.specs import StepSpec

NamePair = tuple[str, str]
START, END = "start", "end"


@dataclass
class Arrangement:
    """Holds one attempt. `edges` make steps wait that the graph lets run in parallel.

    `waits` lists steps that now wait.
    """

    graph: Graph
    names: NameSupply
    edges: frozenset[NamePair] = frozenset()
    waits: list[tuple[str, str]] = field(default_factory=list)  # (earlier, later)

    def row(self) -> PartRow:
        return self._row(())

    def _row(self, scope: ForeachScope) -> PartRow:
        """Arrange one level of foreaches; everything further inside is one part."""
        inside = [name for name, linked in self.graph.links.items() if is_within(linked.scope, scope)]
        units = list(dict.fromkeys(unit(self.graph, name, scope) for name in inside))
        if not units:
            return ()
        order = self._order(units, list(self._edges(inside, units, scope)), scope)
        items = tuple(self._items(order.arrange(), scope))
        self.waits += sorted(order.waits)
        return items

    def _edges(self, inside: Sequence[str], units: Sequence[str], scope: ForeachScope) -> Iterator[NamePair]:
        for later in inside:
            extra = (one for one, other in self.edges if other == later)
            for earlier in (*self.graph.links[later].upstream, *extra):
                if earlier in inside and unit(self.graph, earlier, scope) != unit(self.graph, later, scope):
                    yield unit(self.graph, earlier, scope), unit(self.graph, later, scope)
        first = scope[-1] if scope else START if self._can_start(units) else None
        yield from ((first, other) for other in units if first is not None and other != first)
        if not scope and self._can_end():
            yield from ((other, END) for other in units if other != END)

    def _order(self, units: Sequence[str], edges: list[NamePair], scope: ForeachScope) -> Order:
        try:
            return Order.of(units, edges)
        except ValueError as error:
            raise GoesBack(self.graph, [str(name) for name in error.args], scope) from None

    def _can_start(self, units: Sequence[str]) -> bool:
        return START in units and can_start(self.graph)

    def _can_end(self) -> bool:
        return can_end(self.graph)

    def _items(self, part: OrderPart, scope: ForeachScope) -> Iterator[Item]:
        match part:
            case Series(parts=parts):
                for one in parts:
                    yield from self._items(one, scope)
            case Beside(parts=parts):
                branches = tuple(tuple(self._items(one, scope)) for one in parts)
                yield Parallel(branches, Join(""))
            case str() as name:
                yield self._item(name, scope)

    def _item(self, name: str, scope: ForeachScope) -> Item:
        step, inner = self.graph.steps[name], (*scope, name)
        if step.control.foreach and not (scope and scope[-1] == name):
            return ForeachPart(step, self._row(inner), Join(""))
        return MethodPart(self.names.method(step, is_free(self.graph, step)), step)


def unit(graph: Graph, name: str, scope: ForeachScope) -> str:
    """Return what a step belongs to, seen from an outer scope: itself, or the foreach it is inside of."""
    inner = graph.links[name].scope
    return inner[len(scope)] if len(inner) > len(scope) else name


# start and end, which FlowSpec knows by their names


def is_free(graph: Graph, step: StepSpec) -> bool:
    """Tell whether a step may keep its name: `start` and `end` must be plain methods at the two ends."""
    match step.name:
        case "start":
            return can_start(graph)
        case "end":
            return can_end(graph)
        case _:
            return True


def can_start(graph: Graph) -> bool:
    return _is_plain(graph, START) and not graph.links[START].upstream


def can_end(graph: Graph) -> bool:
    return _is_plain(graph, END) and not graph.downstream[END]


def _is_plain(graph: Graph, name: str) -> bool:
    if name not in graph.links:
        return False
    step, linked = graph.steps[name], graph.links[name]
    always = (
        step.control.guard is None
        and step.control.loop is None
        and all(b.always for b in linked.bindings if b.required)
    )
    return always and not linked.scope and not linked.joined


class GoesBack(Exception):
    """Raised when a step continues inside a foreach that an earlier step has joined."""

    def __init__(self, graph: Graph, units: Sequence[str], scope: ForeachScope) -> None:
        foreach = next((name for name in units if graph.steps[name].control.foreach), units[0])
        inside = [name for name, linked in graph.links.items() if foreach in linked.scope]
        joins = {name for name in units if name != foreach}
        again = next((name for name in inside if joins & graph.ancestors(name)), foreach)
        joined = next(iter(joins & graph.ancestors(again)), foreach)
        message = f"step '{again}' runs once per item of '{foreach}' and reads what '{joined}' made of all items"
        fix = f"No script continues a foreach after its join: let '{again}' start another, over a list of '{joined}'"
        self.problem = problem("goes-back", graph.steps[again], message, fix)
        super().__init__(str(self.problem))


def told(waits: Iterable[NamePair], graph: Graph) -> tuple[str, ...]:
    """Return which parallelism an arrangement costs: one line for each step that waits for more than it reads."""
    found: dict[str, list[str]] = {}
    for earlier, later in waits:
        found.setdefault(later, []).append(earlier)
    order = list(graph.links)
    return tuple(_tell(later, found[later]) for later in sorted(found, key=order.index))


def _tell(later: str, waits: Sequence[str]) -> str:
    them = "it" if len(waits) == 1 else "them"
    return f"'{later}' waits for {listed(waits)}, although it reads nothing of {them}"
