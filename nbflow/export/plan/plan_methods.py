"""Finds a correct plan: it arranges, checks, and arranges again until every name is read from the right step."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import pairwise

from nbflow.errors import FlowRefused
from nbflow.export.errors import ExportFailed
from nbflow.export.plan.arrange import Arrangement, GoesBack, NamePair
from nbflow.export.plan.attribute_names import AttributeNames
from nbflow.export.plan.flowing_attributes import Flowing
from nbflow.export.plan.lengths import always_has_items
from nbflow.export.plan.name_usage import Usage
from nbflow.export.plan.naming import NameSupply
from nbflow.export.plan.parts import ForeachPart, MethodPart, Parallel, PartRow, Switch, steps_of
from nbflow.export.plan.plan_shape import Shaping
from nbflow.export.plan.value_versions import Versions
from nbflow.export.sharing.pairs import Pair, SharedNames
from nbflow.export.sharing.sharing_notes import tell_pair
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.places import problem


@dataclass
class Planned:
    """Holds a plan in which every step reads from the right step.

    `waits` are pairs of steps where the plan makes one wait; `shared` are those that may change objects of each other.
    """

    row: PartRow
    flowing: Flowing
    usage: Usage
    attributes: AttributeNames
    names: NameSupply
    waits: tuple[tuple[str, str], ...]
    shared: tuple[Pair, ...] = ()


def plan_methods(graph: Graph, all_artifacts: bool, sharing: SharedNames) -> Planned:
    """Arrange, find steps that would read from the wrong step, make them wait for each other, and arrange again."""
    shared = frozenset(pair.edge for pair in sharing.pairs)
    alike, ordered, split = _alike(graph), set[str](), set[str]()
    while True:
        edges = alike.union(shared, *(_in_order(graph, name) for name in ordered))
        try:
            plan = _attempt(graph, all_artifacts, edges, frozenset(split), sharing)
        except GoesBack:
            if not ordered and not alike:
                _refuse_shared(graph, all_artifacts, frozenset(split), sharing)
                raise
            # the form of the script itself may be the reason: names are split first, then switches
            alike = alike if ordered else frozenset()
            split, ordered = split | ordered, set()
            continue
        wrong = plan.flowing.wrong
        if not wrong:
            native = _native(plan.row, plan.usage)
            better = _attempt(graph, all_artifacts, edges, frozenset(split), sharing, native) if native else plan
            return plan if better.flowing.wrong else better
        if wrong <= split:
            listed = ", ".join(sorted(wrong))
            raise ExportFailed(f"no order of the steps was found in which every step reads the right {listed}")
        split |= wrong & ordered  # for these names an order does not help
        ordered = (ordered | wrong) - split


def _refuse_shared(graph: Graph, all_artifacts: bool, split: frozenset[str], sharing: SharedNames) -> None:
    """Raise FlowRefused if a script could be arranged without the steps that may share objects."""
    if not sharing.pairs:
        return
    _attempt(graph, all_artifacts, frozenset(), split, sharing)  # raises GoesBack if they are not the reason
    apart = [one for one in sharing.pairs if graph.links[one.earlier].scope != graph.links[one.later].scope]
    notebook = shlex.quote(graph.flow.document)
    fix = f"Run the notebook once with nbflow run {notebook} to find out whether they do, or change a copy"
    message = "and a script cannot run them in the order of the cells"
    raise FlowRefused(
        [str(problem("shared", graph.steps[one.later], f"{tell_pair(one)}, {message}", fix)) for one in apart]
    )


def _attempt(
    graph: Graph,
    all_artifacts: bool,
    edges: frozenset[NamePair],
    split: frozenset[str],
    sharing: SharedNames,
    native: frozenset[str] = frozenset(),
) -> Planned:
    names = NameSupply(graph)
    versions, attributes = Versions(graph, names, split), AttributeNames(names)
    usage = Usage(graph, names, versions, all_artifacts, native)
    arrangement = Arrangement(graph, names, edges)
    lengths = frozenset(s.name for s in graph.steps.values() if s.control.foreach and always_has_items(graph, s))
    row = Shaping(graph, names, versions, lengths).shape(arrangement.row())
    assert steps_of(row) == graph.links.keys(), "every step of the notebook is in the script"
    flowing = Flowing(graph, usage, attributes, sharing)
    flowing.follow(row)
    return Planned(row, flowing, usage, attributes, names, tuple(arrangement.waits), sharing.pairs)


def _native(row: PartRow, usage: Usage) -> frozenset[str]:
    """Return the joins that ask only for the last steps of their branches, which FlowSpec provides."""
    found: set[str] = set()
    for item in row:
        match item:
            case Parallel(branches=branches, join=join):
                found |= frozenset().union(*(_native(branch, usage) for branch in branches))
                lasts = {last.step.name for *_, last in branches if isinstance(last, MethodPart) and last.step}
                found |= {join.step.name} if join.step and usage.can_be_native(join.step, lasts) else set()
            case ForeachPart(body=body):
                found |= _native(body, usage)
            case Switch(ways=ways):
                found |= frozenset().union(*(_native(way.row, usage) for way in ways))
    return frozenset(found)


def _in_order(graph: Graph, name: str) -> set[NamePair]:
    """Return edges that put all steps which read or write a name in a row."""
    concerned = [
        step
        for step, linked in graph.links.items()
        if name in linked.writes or any(binding.name == name for binding in linked.bindings)
    ]
    return set(pairwise(concerned))


def _alike(graph: Graph) -> frozenset[NamePair]:
    """Return edges between steps with guards on one name, so that one switch decides for all of them."""
    last: dict[str, str] = {}
    edges: set[NamePair] = set()
    for step in graph.steps.values():
        if step.control.guard is not None:
            if step.control.guard.name in last:
                edges.add((last[step.control.guard.name], step.name))
            last[step.control.guard.name] = step.name
    return frozenset(edges)
