"""Computes how artifacts flow along a plan: where every name that is read was written, and what joins must pass on.

On `self` a name has one value, that of the last step on the way that wrote it. In a notebook a name is read from the
nearest step above. A plan is right if both give the same value; if not, the steps in question must wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbflow.export.plan.attribute_names import AttributeNames
from nbflow.export.plan.name_usage import Usage
from nbflow.export.plan.parts import (
    ForeachPart,
    Item,
    Join,
    MethodPart,
    Parallel,
    PartRow,
    RunCondition,
    Switch,
    steps_of,
)
from nbflow.export.plan.plan_shape import is_caught, joins_of
from nbflow.export.sharing.pairs import SharedNames
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import Comparison, StepSpec


@dataclass(frozen=True, slots=True)
class AttributeVersion:
    """Says what an attribute holds: the value of the first of `writers` that bound it. `sure` if one of them did."""

    writers: tuple[str, ...]
    sure: bool = True


Env = Mapping[str, AttributeVersion]
PER_ITEM = AttributeVersion(("",))


@dataclass
class Flowing:
    """Walks a plan from the start, then back from the end."""

    graph: Graph
    usage: Usage
    attributes: AttributeNames
    sharing: SharedNames
    wrong: set[str] = field(default_factory=set)  # names that a step would read from the wrong step
    origin: dict[tuple[str, str], int] = field(default_factory=dict)  # (join, name) -> the branch that has it
    before: dict[str, Env] = field(default_factory=dict)  # join -> what its inputs show
    passes: dict[str, frozenset[str]] = field(default_factory=dict)  # join -> what is read below it

    def follow(self, row: PartRow) -> None:
        self._row(row, {}, frozenset())
        if not self.wrong:
            self._back(row, frozenset())

    # forward: who wrote what

    def _row(self, row: PartRow, env: Env, untaken: frozenset[str]) -> Env:
        for item in row:
            env = self._item(item, env, untaken)
        return env

    def _item(self, item: Item, env: Env, untaken: frozenset[str]) -> Env:
        match item:
            case MethodPart(step=step):
                return self._step(step, env, untaken) if step else env
            case Parallel(branches=branches, join=join):
                return self._parallel(branches, join, env, untaken)
            case ForeachPart():
                return self._foreach(item, env, untaken)
            case Switch():
                return self._switch(item, env, untaken)

    def _step(self, step: StepSpec, env: Env, untaken: frozenset[str]) -> Env:
        for load in self.usage.loads(step):
            self._check(load.name, load.writers, env, untaken)
        return {**env, **self._written(step, env)}

    def _check(self, name: str, writers: Iterable[str], env: Env, untaken: frozenset[str]) -> None:
        if name in self.usage.versions.split:
            return
        expected = tuple(writer for writer in writers if writer not in untaken)
        found = env.get(self.usage.versions.plain(name), AttributeVersion((), False))
        common = min(len(expected), len(found.writers))
        # a chain may end earlier: a step that hands on what it was given, if it has bound nothing, holds for all above
        is_whole = common == len(expected) or (found.sure and common > 0)
        if found.writers[:common] != expected[:common] or not is_whole:
            self.wrong.add(name)

    def _written(self, step: StepSpec, env: Env) -> dict[str, AttributeVersion]:
        made = self._made(step, env)
        if not is_caught(self.graph, step):
            return made
        var = step.control.foreach.var if step.control.foreach else ""
        maybe = {name: self._maybe(step, name, env) for name in made if name != var}
        return {**made, **maybe, self.attributes.error(step): AttributeVersion((step.name,))}

    def _made(self, step: StepSpec, env: Env) -> dict[str, AttributeVersion]:
        """Return what a step has written if it has not failed."""
        return {
            store.attribute: AttributeVersion((step.name,)) if store.sure else self._maybe(step, store.attribute, env)
            for store in self.usage.stores(step)
        }

    def _maybe(self, step: StepSpec, name: str, env: Env) -> AttributeVersion:
        below = env.get(name, AttributeVersion((), False))
        return AttributeVersion((step.name, *(writer for writer in below.writers if writer != step.name)), below.sure)

    def _parallel(self, branches: tuple[PartRow, ...], join: Join, env: Env, untaken: frozenset[str]) -> Env:
        ends = [self._row(branch, env, untaken) for branch in branches]
        merged: dict[str, AttributeVersion] = {}
        for name in dict.fromkeys(name for end in ends for name in end):
            changed = [at for at, end in enumerate(ends) if name in end and end[name] != env.get(name)]
            at = max(changed, key=lambda at: self._position(ends[at][name]), default=None)
            at = self._changer(branches, name, ends[0][name]) if at is None else at
            self.origin[join.name, name] = at
            merged[name] = ends[at][name]
        self.before[join.name] = merged
        return self._step(join.step, merged, untaken) if join.step else merged

    def _changer(self, branches: tuple[PartRow, ...], name: str, version: AttributeVersion) -> int:
        """Return the branch that may change the value of a name through another name; the first if none does."""
        inside = enumerate(map(steps_of, branches))
        return next((at for at, steps in inside if self.sharing.may_change(steps, version.writers, name)), 0)

    def _position(self, version: AttributeVersion) -> int:
        order = list(self.graph.links)
        return max((order.index(writer) for writer in version.writers[:1] if writer in order), default=-1)

    def _foreach(self, item: ForeachPart, env: Env, untaken: frozenset[str]) -> Env:
        self._check_expression(item.opener, env, untaken)
        end = self._row(item.body, env, untaken)
        for name in self.joins_of(item.opener):
            if self.graph.links[name].opened[-1] == item.opener.name:
                self._check_views(name, end)
        self.before[item.join.name] = end
        outer = {name: version if version == env.get(name) else PER_ITEM for name, version in end.items()}
        if item.collects:
            outer |= dict.fromkeys(self.collected(item.opener), AttributeVersion((item.opener.name,)))
        return self._step(item.join.step, outer, untaken) if item.join.step else outer

    def _check_expression(self, opener: StepSpec, env: Env, untaken: frozenset[str]) -> None:
        assert opener.control.foreach is not None
        for binding in self.graph.links[opener.name].bindings:
            if binding.name in opener.control.foreach.reads:
                self._check(binding.name, binding.writers, env, untaken)

    def _check_views(self, join: str, end: Env) -> None:
        """Check that a view shows what the last step inside has written, in document order."""
        joined = self.graph.links[join].joined
        for name in self.viewed([join]):
            writers = [above for above in joined if name in self.graph.links[above].writes and _is_sure(end, name)]
            if writers and (name not in end or end[name].writers[:1] != (max(writers, key=self._depth),)):
                self.wrong.add(name)

    def _depth(self, step: str) -> tuple[int, int]:
        return len(self.graph.links[step].scope), list(self.graph.links).index(step)

    def viewed(self, joins: Iterable[str]) -> frozenset[str]:
        """Return what some joins ask of the tasks."""
        found: set[str] = set()
        for join in joins:
            linked = self.graph.links[join]
            writes = frozenset().union(*(self.graph.links[above].writes for above in linked.joined))
            found |= self.usage.uses[join].of(writes)
            foreach = self.graph.steps[linked.opened[-1]].control.foreach
            found |= {foreach.var} if foreach and self.usage.uses[join].facts else set()
        return frozenset(found)

    def joins_of(self, opener: StepSpec) -> list[str]:
        return joins_of(self.graph, opener.name)

    def _switch(self, item: Switch, env: Env, untaken: frozenset[str]) -> Env:
        for way in item.ways:
            guard = way.condition.guard
            for name in sorted(steps_of(way.row)):
                for binding in self.graph.links[name].bindings:
                    if guard and binding.name == guard.name and self.graph.steps[name].control.guard == guard:
                        self._check(binding.name, binding.writers, env, untaken)
            if way.condition.items:  # their lists are there, though empty, where the foreach is left out
                opener = self.graph.steps[way.condition.items]
                env = {**env, **dict.fromkeys(self.collected(opener), AttributeVersion((opener.name,)))}
            for name in way.condition.failed:  # they have not failed here, so they have made everything
                env = {**env, **self._made(self.graph.steps[name], env)}
        every = [steps_of(way.row) for way in item.ways]
        ends = [
            self._row(way.row, env, untaken.union(*(other for other in every if other is not mine)))
            for way, mine in zip(item.ways, every, strict=True)
        ]
        complete = is_complete([way.condition for way in item.ways])
        names = dict.fromkeys(name for end in ends for name in end)
        return {name: _merge(name, env, ends, complete) for name in names}

    # backward: what is read below

    def _back(self, row: PartRow, below: frozenset[str]) -> frozenset[str]:
        for item in reversed(row):
            below = self._back_item(item, below)
        return below

    def _back_item(self, item: Item, below: frozenset[str]) -> frozenset[str]:
        match item:
            case MethodPart(step=step):
                return self._back_step(step, below) if step else below
            case Parallel(branches=branches, join=join):
                wanted = self._back_join(join, below)
                every = [
                    self._back(branch, frozenset(n for n in wanted if self.origin.get((join.name, n), 0) == at))
                    for at, branch in enumerate(branches)
                ]
                return frozenset().union(*every)
            case ForeachPart(opener=opener, body=body, join=join):
                wanted = self._back_join(join, below, self.collected(opener)) - self.collected(opener)
                caught = (step for step in map(self.graph.steps.__getitem__, steps_of(body)))
                errors = {self.attributes.error(step) for step in caught if is_caught(self.graph, step)}
                inner = self._back(body, wanted | self.asked_of(item) | errors)
                assert opener.control.foreach is not None
                read = [self.usage.versions.read(opener.name, name) for name in opener.control.foreach.reads]
                return inner | self._artifacts(attribute for one in read for attribute in one)
            case Switch(ways=ways):
                every = [self._back(way.row, below) for way in ways]
                return below.union(*every, *(self.looked_at(way.condition) for way in ways))

    def collected_for(self, join: str) -> frozenset[str]:
        """Return the attributes that keep what a join of the notebook asks for, if the script has no join there."""
        leaf = self.graph.links[join].opened[-1]
        failed = [self.attributes.failed(leaf)] if self.usage.uses[join].fails else []
        return frozenset({self.attributes.tasks(leaf), *failed})

    def collected(self, opener: StepSpec) -> frozenset[str]:
        return frozenset().union(*map(self.collected_for, self.joins_of(opener)))

    def asked_of(self, foreach: ForeachPart) -> frozenset[str]:
        """Return what a join asks of the tasks: artifacts, or what an inner foreach has collected."""
        found: set[str] = set()
        for join in self.joins_of(foreach.opener):
            opened = self.graph.links[join].opened
            inner = opened[opened.index(foreach.opener.name) + 1 :]
            if inner:
                found |= self.collected_for(join)
            else:
                found |= self.viewed([join])
        return frozenset(found)

    def _back_join(self, join: Join, below: frozenset[str], own: frozenset[str] = frozenset()) -> frozenset[str]:
        """Walk back over a join; `own` is what the join itself collects."""
        certain = self._certain(join.step) if join.step else frozenset[str]()
        self.passes[join.name] = frozenset(name for name in below - certain - own if name in self.before[join.name])
        return self._back_step(join.step, below) if join.step else below

    def _back_step(self, step: StepSpec, below: frozenset[str]) -> frozenset[str]:
        return (below - self._certain(step)) | self.read_by(step)

    def _certain(self, step: StepSpec) -> frozenset[str]:
        if is_caught(self.graph, step):
            return frozenset()
        return frozenset(store.attribute for store in self.usage.stores(step) if store.sure)

    def read_by(self, step: StepSpec) -> frozenset[str]:
        """Return the attributes that the method of a step reads."""
        found = {attribute for load in self.usage.loads(step) if load.writers for attribute in load.attributes}
        found |= {attribute for names in self.usage.apart(step).values() for attribute in names.values()}
        linked = self.graph.links[step.name]
        if linked.joined:
            found |= self.collected_for(step.name)
        return frozenset(found)

    def looked_at(self, condition: RunCondition) -> frozenset[str]:
        found = {*condition.value, *(attribute for one in condition.needs for attribute in one)}
        found |= {self.attributes.error(self.graph.steps[name]) for name in (*condition.failed, *condition.perhaps)}
        found |= {self.attributes.tasks(leaf) for leaf in condition.joined}
        return self._artifacts(found)

    def _artifacts(self, names: Iterable[str]) -> frozenset[str]:
        parameters = {parameter.name for parameter in self.graph.flow.parameters}
        return frozenset(names) - parameters - self.graph.prelude.names


def is_complete(conditions: list[RunCondition]) -> bool:
    """Tell whether one of the guards holds for every value."""
    guards = [condition.guard for condition in conditions if condition.guard and not condition.needs]
    if {Comparison.TRUE, Comparison.FALSE} <= {guard.test for guard in guards}:
        return True
    return any(
        condition.guard and condition.guard.test is Comparison.ELSE and set(condition.answers) <= set(guards)
        for condition in conditions
    )


def _merge(name: str, env: Env, ends: list[Env], complete: bool) -> AttributeVersion:
    base = env.get(name, AttributeVersion((), False))
    changed = [end[name] for end in ends if name in end and end[name] != env.get(name)]
    new = [w for version in reversed(changed) for w in _added(version, base)]
    sure = complete and len(changed) == len(ends) and all(version.sure for version in changed)
    return AttributeVersion((*new, *base.writers), base.sure or sure) if changed else base


def _added(version: AttributeVersion, base: AttributeVersion) -> tuple[str, ...]:
    number = len(version.writers) - len(base.writers)
    return version.writers[:number] if base.writers and version.writers[number:] == base.writers else version.writers


def _is_sure(env: Env, name: str) -> bool:
    return name in env and env[name].sure
