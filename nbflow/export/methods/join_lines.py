"""Writes joins: what they take from `inputs` for themselves and for later steps, and what they make of the tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbflow.export.extras import PARTS
from nbflow.export.methods.draft import MethodDraft
from nbflow.export.methods.handing import Handing
from nbflow.export.plan.parts import ForeachPart, Join
from nbflow.export.plan.plan_shape import is_caught
from nbflow.flow.syntax.specs import StepSpec


class JoinWriter(Handing):
    """Writes the lines of a method that takes `inputs`."""

    def handed(self, join: Join, owners: dict[str, str]) -> list[str]:
        """Return the lines that take artifacts from the inputs, for the join itself and for later steps."""
        passes = [*self._passes(join, owners)]
        loads = [*self.loads(join.step, "inputs[0]", owners)] if join.step else []
        for load in loads:
            name, _, value = load.partition(" = ")
            attribute = value.rpartition(".")[2]
            if f"self.{attribute} = {value}" in passes:
                passes[passes.index(f"self.{attribute} = {value}")] = f"{name} = self.{attribute} = {value}"
        both = {line.partition(" = ")[0] for line in passes}
        return passes + [load for load in loads if load.partition(" = ")[0] not in both]

    def _passes(self, join: Join, owners: dict[str, str]) -> Iterator[str]:
        env = self.flowing.before[join.name]
        wanted = self.flowing.passes[join.name]
        for name in (one for one in env if one in wanted):
            owner = owners.get(name, "inputs[0]")
            if env[name].sure:
                yield f"self.{name} = {owner}.{name}"
            else:
                yield f'if hasattr({owner}, "{name}"):\n    self.{name} = {owner}.{name}'

    def failures(self, item: ForeachPart, draft: MethodDraft) -> str:
        """Find the tasks that have failed; return the name of a list with the error of each task, or None for it."""
        steps = [self.graph.steps[name] for name in sorted(self._caught_in(item), key=list(self.graph.links).index)]
        if not steps:
            return ""
        env = self.flowing.before[item.join.name]
        errors = " or ".join(
            f"task.{self.attributes.error(s)}"
            if env.get(self.attributes.error(s)) and env[self.attributes.error(s)].sure
            else f'getattr(task, "{self.attributes.error(s)}", None)'
            for s in steps
        )
        names, what = self.usage.names, item.opener.name
        errored, failed = names.local("errors"), names.local("failed")
        draft.before += [
            f"{errored} = [{errors} for task in inputs]",
            f"if sum(map(bool, {errored})) > {self._limit(item, steps)}:\n"
            f'    raise RuntimeError("more tasks of {what} have failed than may")',
        ]
        if any(self.usage.uses[join].fails for join in self.flowing.joins_of(item.opener)):
            var = item.opener.control.foreach.var if item.opener.control.foreach else ""
            draft.before.append(
                f"{failed} = [(task.{var}, error) for task, error in zip(inputs, {errored}, strict=True) if error]"
            )
        return errored

    def _caught_in(self, item: ForeachPart) -> frozenset[str]:
        scope = self.graph.links[item.opener.name].scope
        return frozenset(
            name
            for name, linked in self.graph.links.items()
            if linked.scope == scope and is_caught(self.graph, self.graph.steps[name])
        )

    def _limit(self, item: ForeachPart, steps: Sequence[StepSpec]) -> str:
        allowed = [one.options.allow_failures for one in (item.opener, *steps) if one.options.allow_failures]
        if allowed[0].percent is None:
            return str(allowed[0].count)
        return f"int(len(list(inputs)) * {allowed[0].percent:g} / 100)"

    def inputs(self, step: StepSpec, item: ForeachPart, errors: str) -> Iterator[str]:
        """Yield the lines that define `inputs` with everything that the body asks of it."""
        use = self.usage.uses[step.name]
        tasks = f"[task {_each(errors)}]" if errors else "inputs"
        tasks = self._views([step.name], item, _each(errors)) if use.facts else tasks
        if use.attributes:
            failed = f", {self.usage.names.local('failed')}" if use.fails and errors else ""
            yield f"inputs = {self._tasks_class(use.attributes)}({tasks}{failed})"
        elif tasks != "inputs" or not use.only_iterates:
            yield f"inputs = {tasks}" if tasks != "inputs" else "inputs = list(inputs)"

    def _tasks_class(self, attributes: frozenset[str]) -> str:
        self.used |= {"Tasks", *attributes & PARTS, *(["lists"] if attributes - PARTS else [])}
        return self.extras["Tasks"]

    def collected(self, step: StepSpec) -> str:
        """Return the line that defines `inputs` from what an earlier join has collected."""
        use, leaf = self.usage.uses[step.name], self.graph.links[step.name].opened[-1]
        tasks = f"self.{self.attributes.tasks(leaf)}"
        if not use.attributes:
            return f"inputs = {tasks}"
        failed = f", self.{self.attributes.failed(leaf)}" if use.fails else ""
        return f"inputs = {self._tasks_class(use.attributes)}({tasks}{failed})"

    def collect(self, item: ForeachPart, errors: str) -> Iterator[str]:
        """Yield lines that collect what later steps ask of the tasks.

        An inner foreach's join has collected some already.
        """
        env, leaves = self.flowing.before[item.join.name], dict[str, list[str]]()
        for join in self.flowing.joins_of(item.opener):
            leaves.setdefault(self.graph.links[join].opened[-1], []).append(join)
        for leaf, joins in leaves.items():
            fails = any(self.usage.uses[join].fails for join in joins)
            names = [self.attributes.tasks(leaf), *([self.attributes.failed(leaf)] if fails else [])]
            if leaf != item.opener.name:
                for name in names:
                    sure = name in env and env[name].sure
                    inner = f"task.{name}" if sure else f'getattr(task, "{name}", ())'
                    yield f"self.{name} = [one {_each(errors)} for one in {inner}]"
                continue
            yield f"self.{names[0]} = {self._views(joins, item, _each(errors))}"
            if fails:
                yield f"self.{names[1]} = {self.usage.names.local('failed') if errors else '[]'}"

    def _views(self, joins: Sequence[str], item: ForeachPart, each: str) -> str:
        """Return an expression that takes what is asked of each task as plain values.

        A task itself cannot be stored.
        """
        env = self.flowing.before[item.join.name]
        wanted = self.flowing.viewed(joins)
        names = [name for name in env if name in wanted]
        caught = bool(self._caught_in(item))
        sure = [name for name in names if env[name].sure or caught]
        parts = [f"{name}=task.{name}" for name in sure]
        var = item.opener.control.foreach.var if item.opener.control.foreach else ""
        if any(self.usage.uses[join].facts for join in joins):
            facts = {"item": f"task.{var}", "error": "None"}
            parts += [f"{fact}={value}" for fact, value in facts.items() if fact not in names]
        rest = [name for name in names if name not in sure]
        if rest:
            listed = ", ".join(repr(name) for name in rest)
            parts.append(f"**{{name: getattr(task, name) for name in ({listed},) if hasattr(task, name)}}")
        return f"[{self.imports.name('types.SimpleNamespace', inside=True)}({', '.join(parts)}) {each}]"


def _each(errors: str) -> str:
    """Return the clause that goes over the tasks of `inputs` that have not failed."""
    return f"for task, error in zip(inputs, {errors}, strict=True) if not error" if errors else "for task in inputs"
