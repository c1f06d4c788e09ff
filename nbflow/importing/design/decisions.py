"""Holds every decision about the notebook that a script becomes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.syntax.specs import Next, NextKind
from nbflow.importing.design.bound_names import assigned_in, fixed_in, imported_in
from nbflow.importing.design.visible import Visible, scope_in
from nbflow.importing.reading.conditions import Condition, SwitchCase, way_to
from nbflow.importing.reading.definitions import Chunk
from nbflow.importing.reading.methods import INDEX, MACHINERY, StepText, artifact_reads, self_attributes
from nbflow.importing.reading.module_functions import Function, function_reads
from nbflow.importing.reading.source import Source
from nbflow.importing.words import Unsure, Words, replace_words


@dataclass(frozen=True)
class Design:
    """Holds the decisions.

    `items` are the foreach variables. `hands_on` are the artifacts that a step must write again because a join or a
    foreach reads them. `says` maps a switch to the artifacts it writes for ways that no literal describes: name -> way.
    """

    source: Source
    steps: Mapping[str, StepText]
    functions: Mapping[str, Function]
    module: tuple[Chunk, ...]
    constants: tuple[Chunk, ...]
    seen: Visible
    conditions: Mapping[str, Condition]
    items: dict[str, str] = field(default_factory=dict)
    hands_on: dict[str, set[str]] = field(default_factory=dict)
    says: dict[str, dict[str, SwitchCase]] = field(default_factory=dict)

    # names

    @cached_property
    def parameters(self) -> frozenset[str]:
        targets = (node.targets[0] for node in self.source.parameters)
        return frozenset(target.id for target in targets if isinstance(target, ast.Name))

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Return what `self` has in every step: parameters, constants, methods."""
        constants = frozenset[str]().union(*(chunk.binds for chunk in self.constants))
        return self.parameters | constants | self.functions.keys()

    @cached_property
    def artifacts(self) -> frozenset[str]:
        return _artifacts_of(self.steps) - self.fixed

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """Return what is outside the steps: first of the module, then of the class."""
        return (*self.module, *self.constants, *(function.chunk for function in self.functions.values()))

    @cached_property
    def around(self) -> frozenset[str]:
        """Return every plain name that the notebook defines outside of steps."""
        return self.fixed | frozenset[str]().union(*(chunk.binds for chunk in self.module))

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        found = artifact_reads(self.steps.values(), function_reads(self.functions, self.artifacts))
        return {name: reads & self.artifacts for name, reads in found.items()}

    def added_reads(self, name: str) -> frozenset[str]:
        """Return what a cell reads beside its body: artifacts that it passes on, and the condition it tests."""
        looked_at = {self.condition(name)} if self.says.get(name) or self.loop(name) else set()
        return (frozenset(self.hands_on.get(name, ())) | looked_at) - self.steps[name].sure

    # the graph

    def foreach_above(self, name: str) -> tuple[str, Next] | None:
        """Return the foreach whose items a step runs for, if the step is the first inside it."""
        for above in self.source.outline.parents[name]:
            leads = self.source.outline.nexts[above]
            if leads.kind is NextKind.FOREACH:
                return above, leads
        return None

    def scope(self, name: str) -> tuple[str, ...]:
        return scope_in(self.source.outline, name)

    def list_around(self, name: str) -> str:
        """Return the name of the list of the innermost foreach around a step; "" if it is not known."""
        scope = self.scope(name)
        foreach = self.foreach_above(scope[-1]) if scope else None
        return (foreach[1].foreach or "") if foreach else ""

    def has_item(self, name: str) -> bool:
        """Tell whether `self.input` is an item in a step: it is None where a join has lost the list of the foreach."""
        listed = self.list_around(name)
        seen = self.fixed | self.seen.entering[name].keys() | self.steps[name].names.writes
        return not listed or listed in seen

    def closes(self, name: str) -> str | None:
        """Return the foreach step whose tasks a join reads; None for a join of static branches."""
        opened = next(iter(self.source.outline.arriving[name].values()))[-1]
        return opened.branch if opened.is_foreach else None

    def branches(self, name: str) -> tuple[str, ...]:
        """Return the branches that a static join reads, in the order of the split."""
        if not self.steps[name].method.is_join or self.closes(name):
            return ()
        found = self.source.outline
        opened = {above: stack[-1] for above, stack in found.arriving[name].items()}
        order = found.nexts[next(iter(opened.values())).split].targets
        return tuple(sorted(opened, key=lambda above: order.index(opened[above].branch)))

    def way(self, name: str) -> SwitchCase | None:
        return way_to(name, self.conditions[name], self.source.outline)

    def loop(self, name: str) -> tuple[object, ...]:
        """Return the literals for which a step repeats itself."""
        leads = self.source.outline.nexts.get(name)
        return tuple(literal for literal, target in leads.cases if target == name) if leads else ()

    def condition(self, name: str) -> str:
        """Return the artifact that a switch tests."""
        return self.source.outline.nexts[name].condition or ""

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """Return the steps that become cells, in order."""
        kept = tuple(name for name in self.order if not self._vanishes(name))
        return kept or self.order[:1]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Return the steps in the order of the script, if they can run in it; else in an order in which they can."""
        found = self.source.outline
        written = [name for name in self.source.steps if name in found.order]
        place = {name: at for at, name in enumerate(written)}
        valid = all(place[above] < place[name] for name in written for above in found.parents[name])
        return tuple(written) if valid else tuple(_deep(self))

    def _vanishes(self, name: str) -> bool:
        return (
            self.steps[name].is_trivial
            and name not in self.items
            and not self.hands_on.get(name)
            and not self.says.get(name)
            and not self.seen.brought.get(name)
        )

    def above(self, name: str) -> Iterator[str]:
        """Yield the nearest cells above a step, along the transitions."""
        for parent in self.source.outline.parents[name]:
            yield from [parent] if parent in self.kept else self.above(parent)

    # form

    @cached_property
    def plain(self) -> frozenset[str]:
        """Return the steps whose cells use plain variables; the others keep `self`."""
        return frozenset(name for name, step in self.steps.items() if self._is_plain(step))

    def _is_plain(self, step: StepText) -> bool:
        if INDEX in step.attributes or step.hands_over_self:
            return False
        tree = step.tree
        if step.mentions & self.artifacts & BUILTINS or imported_in(tree) & self.artifacts:
            return False
        if fixed_in(tree) & (step.attributes | assigned_in(tree)):
            return False
        try:
            replace_words(step.body, Words({name: name for name in step.attributes - MACHINERY}))
        except Unsure:
            return False
        return True


def _artifacts_of(steps: Mapping[str, StepText]) -> frozenset[str]:
    """Return every artifact of the steps, with those that are deleted again."""
    found = (step.names.writes | self_attributes(step.tree, stored=True) for step in steps.values())
    return frozenset[str]().union(*found)


def _deep(design: Design) -> Iterator[str]:
    """Yield one branch after the other, each step after all steps that lead to it."""
    found = design.source.outline
    done: set[str] = set()
    agenda = [design.source.script.start or found.order[0]]
    while agenda:
        name = agenda.pop()
        if name in done or not all(above in done for above in found.parents[name]):
            continue
        done.add(name)
        yield name
        leads = found.nexts.get(name)
        agenda.extend(target for target in reversed(leads.targets if leads else ()) if target not in done)


def guard_name(design: Design, name: str) -> str | None:
    """Return the artifact that was named for the way to a step; None if there is none."""
    way = design.way(name)
    said = design.says.get(way.switch, {}) if way else {}
    return next((one for one, other in said.items() if other == way), None)
