"""Writes where a method leads: `self.next(…)`, and what must be computed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nbflow.export.methods.draft import MethodDraft
from nbflow.export.methods.method_lines import Writing
from nbflow.export.plan.flowing_attributes import is_complete
from nbflow.export.plan.lengths import is_list, is_sequence, is_truth
from nbflow.export.plan.name_usage import bound_names
from nbflow.export.plan.parts import ForeachPart, Item, MethodPart, Parallel, RunCondition, Switch, SwitchWay
from nbflow.export.plan.plan_shape import first_name
from nbflow.export.plan.value_versions import reading
from nbflow.flow.syntax.specs import Comparison, Guard, StepSpec


@dataclass
class Leading(Writing):
    """Writes the last lines of a method."""

    _computed: set[str] = field(default_factory=set)  # the foreaches whose items a switch has tested

    def next_line(self, draft: MethodDraft, task: MethodPart, host: Item | None, target: str) -> str:
        if task.step is not None and task.step.control.loop:
            return self._again(draft, task, target)
        match host:
            case None:
                return f"self.next(self.{target})" if target else ""
            case Parallel(branches=branches):
                return f"self.next({', '.join(f'self.{entry(branch)}' for branch in branches)})"
            case ForeachPart(opener=opener, body=body):
                name = self._items(draft, task.step, opener)
                return f'self.next(self.{entry(body)}, foreach="{name}")'
            case Switch(ways=ways):
                return self._choose(draft, task.step, ways, target)
            case MethodPart():
                raise AssertionError("a task does not split")

    def _again(self, draft: MethodDraft, task: MethodPart, target: str) -> str:
        assert task.step is not None
        loop = task.step.control.loop or ""
        again = loop if is_truth(task.step, loop) else self.attributes.again(task.step)
        if again != loop:
            draft.after.append(f"self.{again} = bool(self.{loop})")
        return f'self.next({{True: self.{task.name}, False: self.{target}}}, condition="{again}")'

    def _items(self, draft: MethodDraft, step: StepSpec | None, opener: StepSpec) -> str:
        """Return the artifact that a foreach goes over: a list that exists, or one made of the expression's value."""
        assert opener.control.foreach is not None
        if is_sequence(self.graph, opener):
            return self.usage.versions.read(opener.name, opener.control.foreach.expr)[0]
        name = self.attributes.items(opener)
        if opener.name not in self._computed:
            self._computed.add(opener.name)
            loads, expression = self._expression(step, opener)
            items = expression if is_list(self.graph, opener) else f"list({expression})"
            draft.after += [*loads, f"self.{name} = {items}"]
        return name

    def _expression(self, step: StepSpec | None, opener: StepSpec) -> tuple[list[str], str]:
        """Return the lines that must come first, and the items; a single name is read where it is kept."""
        assert opener.control.foreach is not None
        loads, expression = [*self._expression_loads(step, opener)], opener.control.foreach.expr
        if len(loads) == 1 and expression.isidentifier() and "\n" not in loads[0]:
            return [], loads[0].removeprefix(f"{expression} = ")
        return loads, expression

    def _expression_loads(self, step: StepSpec | None, opener: StepSpec) -> Iterator[str]:
        assert opener.control.foreach is not None
        linked = self.graph.links[opener.name]
        parameters = {parameter.name: parameter for parameter in self.graph.flow.parameters}
        here = self._at_hand(step) if step and not step.metaflow else frozenset()
        for name in sorted(opener.control.foreach.reads):
            if name in parameters and name not in here:
                yield f"{name} = {self.parameters.value(parameters[name])}"
            elif any(b.name == name for b in linked.bindings) and name not in here:
                yield f"{name} = {reading(self.usage.versions.read(opener.name, name))}"

    def _at_hand(self, step: StepSpec) -> frozenset[str]:
        """Return the names that have at the end of a body the value that later steps need."""
        kept = {store.name for store in self.usage.stores(step) if store.sure}
        return frozenset(kept | ({load.name for load in self.usage.loads(step)} - bound_names(step)))

    def _choose(self, draft: MethodDraft, step: StepSpec | None, ways: Sequence[SwitchWay], target: str) -> str:
        for way in ways:
            if way.condition.items:
                self._prepare_items(draft, step, self.graph.steps[way.condition.items])
        entries = [entry(way.row) for way in ways]
        flag = self.attributes.choice(first_name(ways[0].row), bool(ways[0].condition.items))
        if len(ways) == 1:
            draft.after.append(f"self.{flag} = {self._holds(ways[0].condition)}")
            return f'self.next({{True: self.{entries[0]}, False: self.{target}}}, condition="{flag}")'
        conditions = [way.condition for way in ways]
        if len(ways) == 2 and is_complete(conditions):
            draft.after.append(f"self.{flag} = {self._holds(conditions[0])}")
            return f'self.next({{True: self.{entries[0]}, False: self.{entries[1]}}}, condition="{flag}")'
        return self._choose_of_many(draft, conditions, entries, target, flag)

    def _choose_of_many(
        self, draft: MethodDraft, conditions: Sequence[RunCondition], entries: Sequence[str], target: str, flag: str
    ) -> str:
        complete = is_complete(list(conditions))
        targets = list(entries) if complete else [*entries, target]
        for number, entry in enumerate(targets):
            last = number == len(targets) - 1
            head = "else:" if last else f"{'el' if number else ''}if {self._holds(conditions[number])}:"
            line = f'{head}\n    self.{flag} = "{entry}"'
            draft.after = [*draft.after, line] if not number else [*draft.after[:-1], f"{draft.after[-1]}\n{line}"]
        cases = ", ".join(f'"{entry}": self.{entry}' for entry in targets)
        return f'self.next({{{cases}}}, condition="{flag}")'

    def _prepare_items(self, draft: MethodDraft, step: StepSpec | None, opener: StepSpec) -> None:
        self._items(draft, step, opener)
        for name in sorted(self.flowing.collected(opener)):
            draft.after.append(f"self.{name} = []")

    def _holds(self, condition: RunCondition) -> str:
        parts = [_any_there(attributes) for attributes in condition.needs]
        parts += [f'hasattr(self, "{self.attributes.tasks(leaf)}")' for leaf in condition.joined]
        if condition.guard is not None:
            parts.append(self._guard(condition.guard, condition.answers, _bracketed(condition.value)))
        if condition.items:
            opener = self.graph.steps[condition.items]
            assert opener.control.foreach is not None
            name = self.attributes.items(opener)
            if is_sequence(self.graph, opener):
                name = self.usage.versions.read(opener.name, opener.control.foreach.expr)[0]
            parts.append(f"len(self.{name}) > 0")
        errors = [f"self.{self.attributes.error(self.graph.steps[name])}" for name in condition.failed]
        perhaps = (self.attributes.error(self.graph.steps[name]) for name in condition.perhaps)
        errors += [f'getattr(self, "{error}", None)' for error in perhaps]
        if errors:
            parts.append(f"not {errors[0]}" if len(errors) == 1 else f"not ({' or '.join(errors)})")
        return " and ".join(parts)

    def _guard(self, guard: Guard, answers: Iterable[Guard], value: str) -> str:
        match guard.test:
            case Comparison.EQUALS:
                return f"{value} == {guard.literal!r}"
            case Comparison.TRUE:
                return f"bool({value})"
            case Comparison.FALSE:
                return f"not {value}"
            case Comparison.ELSE:
                others = " or ".join(self._guard(other, (), value) for other in answers)
                return f"not ({others})"


def _bracketed(attributes: tuple[str, ...]) -> str:
    return reading(attributes) if len(attributes) == 1 else f"({reading(attributes)})"


def _any_there(attributes: tuple[str, ...]) -> str:
    there = " or ".join(f'hasattr(self, "{attribute}")' for attribute in attributes)
    return there if len(attributes) == 1 else f"({there})"


def entry(row: Sequence[Item]) -> str:
    first = row[0]
    assert isinstance(first, MethodPart), "every row begins with a plain method"
    return first.name
