"""Gives a plan the form that FlowSpec requires.

Parts that run only sometimes become switches. The next step becomes the join where possible. Empty steps are added
where FlowSpec requires them: a join cannot split, and a switch cannot lead into a join.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbflow.export.plan.arrange import END, START
from nbflow.export.plan.naming import NameSupply
from nbflow.export.plan.parts import (
    ForeachPart,
    Item,
    Join,
    MethodPart,
    Parallel,
    PartRow,
    RunCondition,
    Switch,
    SwitchWay,
    steps_of,
)
from nbflow.export.plan.value_versions import Versions
from nbflow.flow.graph.graph import Binding, Graph
from nbflow.flow.syntax.specs import Comparison, Guard, StepSpec


@dataclass
class Shaping:
    graph: Graph
    names: NameSupply
    versions: Versions
    lengths: frozenset[str] = frozenset()  # the foreaches that always have items

    def shape(self, row: PartRow) -> PartRow:
        row = self._joined(self._guarded(self._chosen(row)))
        row = row if row and _is_named(row[0], START) else (MethodPart(START), *row)
        row = row if _is_named(row[-1], END) else (*row, MethodPart(END))
        return self._spaced(row)

    # what runs only sometimes

    def _chosen(self, row: PartRow) -> PartRow:
        """Gather parts that depend on one choice into a switch."""
        found: list[Item] = []
        for item in row:
            item = self._inside(item)
            condition = self._condition(item)
            last = found[-1] if found and isinstance(found[-1], Switch) else None
            joined = last and self._into(last, item, condition)
            if joined:
                found[-1] = joined
            elif condition:
                found.append(Switch((SwitchWay(condition, (item,)),)))
            else:
                found.append(item)
        return tuple(found)

    def _inside(self, item: Item) -> Item:
        match item:
            case Parallel(branches=branches):
                return replace(item, branches=tuple(map(self._chosen, branches)))
            case ForeachPart(body=body):
                # the guard of its first step has been checked for the whole of it
                return replace(item, body=self._tolerant((*body[:1], *self._chosen(body[1:]))))
            case _:
                return item

    def _condition(self, item: Item) -> RunCondition | None:
        match item:
            case MethodPart(step=StepSpec() as step) | ForeachPart(opener=step):
                return self._condition_of(step)
            case _:
                return None

    def _condition_of(self, step: StepSpec) -> RunCondition | None:
        linked = self.graph.links[step.name]
        needs = tuple(self.versions.read(step.name, binding.name) for binding in self._unsure(step))
        value = self.versions.read(step.name, step.control.guard.name) if step.control.guard else ()
        skipped = self._skipped(step)
        if step.control.guard is None and not needs and not skipped:
            return None
        return RunCondition(
            step.control.guard, linked.answers, value, needs, joined=linked.opened[-1:] if skipped else ()
        )

    def _unsure(self, step: StepSpec) -> list[Binding]:
        """Return what a step must read although all its writers may be skipped.

        If one runs and binds nothing, it fails.
        """
        return [one for one in self.graph.links[step.name].bindings if one.required and not one.always]

    def _skipped(self, step: StepSpec) -> list[str]:
        """Return the foreach that a join closes, if it may be skipped as a whole."""
        linked = self.graph.links[step.name]
        outermost = linked.opened[len(linked.scope) :][:1]
        return [one for one in outermost if self._condition_of(self.graph.steps[one])]

    def _into(self, switch: Switch, item: Item, condition: RunCondition | None) -> Switch | None:
        """Return the switch with the item in one of its ways, or in a new way, if that means the same; else None."""
        step = _first_step(item)
        if condition is None or step is None:
            return None
        ways = list(switch.ways)
        for at, way in enumerate(ways):
            if self._belongs(step, condition, way):
                ways[at] = replace(way, row=(*way.row, item))
                return Switch(tuple(ways))
        if all(self._excludes(way, step, condition) for way in ways):
            return Switch((*ways, SwitchWay(condition, (item,))))
        return None

    def _belongs(self, step: StepSpec, condition: RunCondition, way: SwitchWay) -> bool:
        """Tell whether a step has the same guard as a way, or needs what only this way makes."""
        inside = steps_of(way.row)
        if condition.guard is not None:
            alike = (condition.guard, condition.answers) == (way.condition.guard, way.condition.answers)
            return alike and self._writers(step, condition.guard.name).isdisjoint(inside) and self._within(step, inside)
        return self._within(step, inside) and bool(inside)

    def _within(self, step: StepSpec, inside: frozenset[str]) -> bool:
        guard = step.control.guard.name if step.control.guard else ""
        unsure = [binding for binding in self._unsure(step) if binding.name != guard]
        skipped = self._skipped(step)
        return all(set(b.writers) <= inside for b in unsure) and set(skipped) <= inside

    def _excludes(self, way: SwitchWay, step: StepSpec, condition: RunCondition) -> bool:
        """Tell whether at most one of the two conditions holds, and both test the same value."""
        first, second = way.condition.guard, condition.guard
        if first is None or second is None or first.name != second.name or condition.needs or way.condition.needs:
            return False
        one = next((s for s in map(self.graph.steps.get, steps_of(way.row)) if s and s.control.guard == first), None)
        same = one is not None and self._writers(one, first.name) == self._writers(step, second.name)
        return same and _exclusive(first, second, condition.answers)

    def _writers(self, step: StepSpec, name: str) -> frozenset[str]:
        return frozenset(w for b in self.graph.links[step.name].bindings if b.name == name for w in b.writers)

    # failures that are allowed

    def _tolerant(self, row: PartRow) -> PartRow:
        """Make what follows a step that may fail run only for items for which nothing has failed."""
        for at, item in enumerate(row):
            failing = tuple(sorted(name for name in steps_of((item,)) if self._is_caught(name)))
            rest = row[at + 1 :]
            simple = isinstance(item, MethodPart) and all(_is_simple(one) for one in rest)
            if failing and rest and not simple:
                ran = isinstance(item, MethodPart)
                condition = RunCondition(failed=failing if ran else (), perhaps=() if ran else failing)
                way = SwitchWay(condition, self._tolerant(rest))
                return (*row[: at + 1], Switch((way,)))
        return row

    def _is_caught(self, name: str) -> bool:
        return is_caught(self.graph, self.graph.steps[name])

    # foreachs without items

    def _guarded(self, row: PartRow) -> PartRow:
        return tuple(item for one in row for item in self._with_guard(one))

    def _with_guard(self, item: Item) -> Iterator[Item]:
        match item:
            case Parallel(branches=branches):
                yield replace(item, branches=tuple(map(self._guarded, branches)))
            case Switch(ways=ways):
                yield Switch(tuple(replace(way, row=self._guarded(way.row)) for way in ways))
            case ForeachPart(opener=opener, body=body) if opener.name in self.lengths:
                yield replace(item, body=self._guarded(body))
            case ForeachPart(opener=opener, body=body):
                foreach = replace(item, body=self._guarded(body), collects=True)
                yield Switch((SwitchWay(RunCondition(items=opener.name), (foreach,)),))
            case MethodPart():
                yield item

    # joins

    def _joined(self, row: PartRow) -> PartRow:
        """Give every join its step or its name."""
        found: list[Item] = []
        rest = [self._join_inside(item) for item in row]
        while rest:
            item = rest.pop(0)
            following = rest[0] if rest else None
            if isinstance(item, ForeachPart):
                step = self._joining(item, following)
                collects = item.collects or (step is None and bool(joins_of(self.graph, item.opener.name)))
                item = replace(item, join=self._join(item, step), collects=collects)
                rest = rest[1:] if step else rest
            elif isinstance(item, Parallel):
                step = self._meeting(following, rest[1] if len(rest) > 1 else None)
                item = replace(item, join=self._join(item, step))
                rest = rest[1:] if step else rest
            found.append(item)
        return tuple(found)

    def _join_inside(self, item: Item) -> Item:
        match item:
            case Parallel(branches=branches):
                return replace(item, branches=tuple(map(self._joined, branches)))
            case ForeachPart(body=body):
                return replace(item, body=self._joined(body))
            case Switch(ways=ways):
                return Switch(tuple(replace(way, row=self._joined(way.row)) for way in ways))
            case MethodPart():
                return item

    def _joining(self, foreach: ForeachPart, following: Item | None) -> StepSpec | None:
        """Return the step that closes a foreach, if it follows directly and closes nothing else; else None."""
        if foreach.collects or not isinstance(following, MethodPart) or following.step is None or following.name == END:
            return None
        linked = self.graph.links[following.step.name]
        opener = foreach.opener.name
        closes = linked.opened == (*linked.scope, opener) and opener in linked.joined
        alone = joins_of(self.graph, opener) == [following.step.name]
        return following.step if closes and alone else None

    def _meeting(self, following: Item | None, then: Item | None) -> StepSpec | None:
        """Return the step that reads from several branches: it is their join.

        If it splits too, it must ask for them.
        """
        if (
            not isinstance(following, MethodPart)
            or following.step is None
            or following.name == END
            or following.is_loop
        ):
            return None
        linked = self.graph.links[following.step.name]
        is_wanted = then is None or isinstance(then, MethodPart) or bool(linked.branches)
        return following.step if is_wanted and not linked.joined else None

    def _join(self, item: ForeachPart | Parallel, step: StepSpec | None) -> Join:
        if step is not None:
            return Join(self.names.method(step), step)
        if isinstance(item, ForeachPart):
            return Join(self.names.fresh(f"join_{item.opener.name}"))
        lasts = [_last_name(branch) for branch in item.branches]
        name = f"join_{'_'.join(lasts)}"
        return Join(self.names.fresh(name if len(name) <= 40 else f"join_{lasts[0]}_and_{len(lasts) - 1}_more"))

    # empty steps

    def _spaced(self, row: PartRow) -> PartRow:
        """Put a plain step before each split that needs one."""
        found: list[Item] = []
        for item in row:
            if not isinstance(item, MethodPart) and not (found and self._can_split(found[-1], item)):
                found.append(MethodPart(self._between(item)))
            found.append(self._space_inside(item))
        return tuple(found)

    def _can_split(self, last: Item, item: Item) -> bool:
        if not isinstance(last, MethodPart) or last.is_loop:
            return False
        return isinstance(item, Parallel) or last.step is None or not is_caught(self.graph, last.step)

    def _between(self, item: Item) -> str:
        match item:
            case Parallel(branches=branches):
                name = f"split_{'_'.join(first_name(branch) for branch in branches)}"
                wanted = name if len(name) <= 40 else f"split_{first_name(branches[0])}_and_{len(branches) - 1}_more"
            case ForeachPart(opener=opener):
                wanted = f"each_{opener.name}"
            case Switch(ways=ways):
                wanted = f"whether_{first_name(ways[0].row)}"
            case MethodPart(name=name):
                wanted = f"before_{name}"
        return self.names.fresh(wanted)

    def _space_inside(self, item: Item) -> Item:
        match item:
            case Parallel(branches=branches):
                return replace(item, branches=tuple(self._closed(self._spaced(branch)) for branch in branches))
            case ForeachPart(body=body):
                return replace(item, body=self._closed(self._spaced(body)))
            case Switch(ways=ways):
                return Switch(tuple(replace(way, row=self._spaced(way.row)) for way in ways))
            case MethodPart():
                return item

    def _closed(self, row: PartRow) -> PartRow:
        """Put an empty step after a switch or a loop at the end of a row: it must not lead into a join."""
        last = row[-1]
        if isinstance(last, Switch) or (isinstance(last, MethodPart) and last.is_loop):
            return (*row, MethodPart(self.names.fresh(f"after_{_last_name(row)}")))
        return row


def joins_of(graph: Graph, opener: str) -> list[str]:
    """Return the steps of the notebook that close a foreach, alone or with others."""
    return [name for name, linked in graph.links.items() if opener in linked.opened[len(linked.scope) :]]


def is_caught(graph: Graph, step: StepSpec) -> bool:
    """Tell whether a failure of the step is allowed, by its own header or by that of its foreach."""
    return graph.allowance(step.name) is not None


def _exclusive(first: Guard, second: Guard, answers: tuple[Guard, ...]) -> bool:
    match first.test, second.test:
        case Comparison.EQUALS, Comparison.EQUALS:
            return first.literal != second.literal
        case (Comparison.TRUE, Comparison.FALSE) | (Comparison.FALSE, Comparison.TRUE):
            return True
        case _, Comparison.ELSE:
            return first in answers
        case _:
            return False


def _is_named(item: Item, name: str) -> bool:
    return isinstance(item, MethodPart) and item.name == name


def _is_simple(item: Item) -> bool:
    return isinstance(item, MethodPart) and not item.is_loop


def _first_step(item: Item) -> StepSpec | None:
    match item:
        case MethodPart(step=step):
            return step
        case ForeachPart(opener=opener):
            return opener
        case _:
            return None


def first_name(row: PartRow) -> str:
    """Return the first step of the notebook, or the name of an empty step if there is none."""
    for item in row:
        match item:
            case MethodPart(step=StepSpec(name=name)) | ForeachPart(opener=StepSpec(name=name)):
                return name
            case Parallel(branches=[first, *_]) | Switch(ways=[SwitchWay(row=first), *_]):
                return first_name(first)
    return row[0].name if isinstance(row[0], MethodPart) else ""


def _last_name(row: PartRow) -> str:
    match row[-1]:
        case MethodPart(name=name, step=step):
            return step.name if step else name
        case ForeachPart(join=join, opener=opener):
            return join.step.name if join.step else opener.name
        case Parallel(join=join, branches=branches):
            return join.step.name if join.step else _last_name(branches[-1])
        case Switch(ways=ways):
            return _last_name(ways[-1].row)
