"""Finds pairs of steps where one may change objects that the other reaches: they must run in the order of the cells.

`self` passes a change on along a row of steps, to all names of the object. Parallel steps have objects of their own, so
a change in one would never reach the other.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nbflow.export.sharing.defined import Defined
from nbflow.export.sharing.held import NONE, NOTHING, PRELUDE, HeldObject, Root, Roots, together
from nbflow.export.sharing.walk import Walk
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parse, parse_expression
from nbflow.flow.syntax.specs import COLLECTIONS, StepSpec


@dataclass(frozen=True, slots=True)
class Pair:
    """Describes a pair. `changer` is one of the two steps; the other reaches what it changes as `name`."""

    earlier: str
    later: str
    changer: str
    name: str

    @property
    def edge(self) -> tuple[str, str]:
        return self.earlier, self.later


@dataclass
class SharedNames:
    """Knows what each step reads, makes and changes. `known` are the steps whose changes a run has shown."""

    graph: Graph
    known: frozenset[str] = frozenset()
    given: dict[str, dict[str, HeldObject]] = field(default_factory=dict)
    made: dict[str, dict[str, HeldObject]] = field(default_factory=dict)
    changed: dict[str, Roots] = field(default_factory=dict)
    constants: dict[str, HeldObject] = field(default_factory=dict)  # values that ordinary cells bind
    _joined: list[Roots] = field(default_factory=list)
    _grown: Roots = NONE

    @classmethod
    def of(cls, graph: Graph, known: Collection[str] = ()) -> SharedNames:
        found, defined = cls(graph, _with_ancestors(graph, known)), Defined.of(graph)
        walk = Walk(defined, PRELUDE, {})
        for walk.part, one in enumerate(graph.prelude.definitions):
            if one.kind not in ("import", "function", "class"):
                walk.run(parse(one.source).body)
        for walk.part, parameter in enumerate(graph.flow.parameters, start=len(graph.prelude.definitions)):
            if parameter.type in COLLECTIONS:
                walk.run(parse(f"{parameter.name} = []").body)
        found.constants = {name: held for name, held in walk.names.items() if held.deep}
        for name in graph.links:
            found._add(graph.steps[name], defined)
        return found

    def _add(self, step: StepSpec, defined: Defined) -> None:
        linked = self.graph.links[step.name]
        given = {name: held for name, held in self.constants.items() if name in linked.prelude | linked.parameters}
        given |= {one.name: self.held(one.writers, one.name) for one in linked.bindings}
        if tasks := (*linked.joined, *linked.branches):
            given["inputs"] = together(one for above in tasks for one in self.made[above].values()).inside
        walk = Walk(defined, step.name, given, self._grown)
        if step.control.foreach:
            walk.names[step.control.foreach.var] = walk.value(parse_expression(step.control.foreach.expr)).inside
        body = _plain(parse(step.source.body)) if step.metaflow else parse(step.source.body)
        for _ in range(2 if step.control.loop else 1):
            walk.run(body.body)
        if defined.is_restless:
            walk.changed |= together(given.values()).deep
        both = linked.writes & given.keys()
        for name in both - names_of(step.source.body).bound if both else ():
            if walk.changed.isdisjoint(given[name].deep) or name in linked.carried:
                walk.changed |= given[name].deep
        self._joined += walk.joined
        self._grown = frozenset(walk.grown)
        self.given[step.name] = given
        self.made[step.name] = {name: walk.names.get(name, NOTHING) for name in linked.writes}
        self.changed[step.name] = frozenset(root for root in walk.changed if root[0] != step.name)

    def held(self, writers: Iterable[str], name: str) -> HeldObject:
        """Return what a name may hold that one of these steps has bound."""
        return together(self.made[writer].get(name, NOTHING) for writer in writers if writer in self.made)

    @cached_property
    def _groups(self) -> Mapping[Root, Root]:
        """Return for each root that is connected with others one root that represents them all."""
        leader: dict[Root, Root] = {}

        def find(root: Root) -> Root:
            while leader.get(root, root) != root:
                root = leader[root]
            return root

        for roots in self._joined:
            first, *others = {find(root) for root in roots}
            leader.update(dict.fromkeys(others, first))
        return {root: find(root) for root in leader}

    def _grouped(self, roots: Roots) -> frozenset[Root]:
        return frozenset(self._groups.get(one, one) for one in roots)

    def meet(self, some: Roots, others: Roots) -> bool:
        """Tell whether objects from some roots may be among those from others."""
        return bool(some and others) and not self._grouped(some).isdisjoint(self._grouped(others))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Return the pairs that must run one after another, and do not because of what they read or of another pair."""
        above: dict[str, set[str]] = {}
        found: list[Pair] = []
        changed = {name: self._grouped(roots) for name, roots in self.changed.items() if roots}
        reached = {name: self._grouped(self._all_reached(name)) for name in self.graph.links}
        nothing = frozenset[Root]()
        for later, linked in self.graph.links.items():
            waits = above[later] = set(linked.upstream).union(*(above[one] for one in linked.upstream))
            for earlier in reversed([*above][:-1]):
                if earlier in waits or (
                    changed.get(earlier, nothing).isdisjoint(reached[later])
                    and changed.get(later, nothing).isdisjoint(reached[earlier])
                ):
                    continue
                pair = self._pair(earlier, later)
                if pair is not None:
                    found.append(pair)
                    waits |= {earlier, *above[earlier]}
        return tuple(found)

    def _all_reached(self, step: str) -> Roots:
        return together((*self.given[step].values(), *self.made[step].values())).deep

    def _pair(self, earlier: str, later: str) -> Pair | None:
        if {earlier, later} <= self.known:
            return None
        for changer, other in ((earlier, later), (later, earlier)):
            reached = [*self._reached_by(other, changer)]
            direct = (name for name, held in reached if not self.changed[changer].isdisjoint(held.deep))
            joined = (name for name, held in reached if self.meet(self.changed[changer], held.deep))
            name = next(direct, "") or next(joined, "")
            if name:
                return Pair(earlier, later, changer, name)
        return None

    def _reached_by(self, step: str, changer: str) -> Iterator[tuple[str, HeldObject]]:
        """Yield what a change by another step must reach: names that it writes itself are separate."""
        own = self.graph.links[changer].writes
        for name, held in self.given[step].items():
            if name not in own or held is self.constants.get(name):
                yield name, held
        yield from self.made[step].items()

    def may_change(self, steps: Iterable[str], writers: Iterable[str], name: str) -> bool:
        """Tell whether one of the steps may change the value that a name has from one of the writers."""
        deep = self.held(writers, name).deep
        return any(self.meet(self.changed[step], deep) for step in steps)


def _with_ancestors(graph: Graph, known: Collection[str]) -> frozenset[str]:
    """Return the known steps above which all steps are known too."""
    found: set[str] = set()
    for name, linked in graph.links.items():
        if name in known and found.issuperset(linked.upstream):
            found.add(name)
    return frozenset(found)


class _Plain(ast.NodeTransformer):
    """Rewrites artifacts of a Metaflow-mode cell as plain names."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        return self.generic_visit(node)


def _plain(tree: ast.Module) -> ast.Module:
    plain: ast.Module = _Plain().visit(tree)
    return plain
