"""Writes what a method takes in and what it passes on.

It puts `movies = self.movies` before the body and `self.picks = picks` after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbflow.export.methods.draft import MethodDraft
from nbflow.export.methods.method_body import sent_out
from nbflow.export.methods.method_lines import Writing
from nbflow.export.plan.generators import GENERATOR
from nbflow.export.plan.name_usage import Load, bound_names
from nbflow.export.plan.plan_shape import is_caught
from nbflow.export.plan.value_versions import reading
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.syntax.specs import StepSpec

_OURS = frozenset({"bool", "getattr", "globals", "hasattr", "len", "list", "locals", "map", "sum", "zip"})


class Handing(Writing):
    """Writes the lines of a method around its body."""

    def item_lines(self, step: StepSpec) -> Iterator[str]:
        """Yield the line that takes the foreach item.

        It is kept at once if the step may fail, so that a failure names it.
        """
        if step.control.foreach is None or (step.metaflow and step.control.foreach.var == "input"):
            return
        var = step.control.foreach.var
        if step.metaflow:
            yield f"self.{var} = self.input"
        elif self._keeps_item(step):
            yield f"{var} = self.{var} = self.input"
        elif var in step.names.mentions | names_of(parse(step.source.body)).free or var in self.usage.kept(step):
            yield f"{var} = self.input"

    def _keeps_item(self, step: StepSpec) -> str:
        var = step.control.foreach.var if step.control.foreach else ""
        return var if is_caught(self.graph, step) and var in self.usage.kept(step) else ""

    def loads(self, step: StepSpec, source: str, sources: dict[str, str]) -> Iterator[str]:
        """Yield the lines that take artifacts from `source`, or from what `sources` names for one of them."""
        parameters = {parameter.name: parameter for parameter in self.graph.flow.parameters}
        shared = self.usage.shared(step)
        for load in (one for one in self.usage.loads(step) if one.name not in GENERATORS):
            by_self = step.metaflow and load.name not in parameters.keys() | shared
            if by_self and load.name not in self.usage.versions.split:
                continue
            local = f"self.{load.name}" if by_self else load.name
            owners = {sources.get(attribute, source) for attribute in load.attributes}
            if load.name in parameters:
                yield f"{local} = {self.parameters.value(parameters[load.name])}"
            elif load.sure and len(owners) == 1:
                yield f"{local} = {reading(load.attributes, *owners)}"
            else:
                owners_of = [sources.get(one, source) for one in load.attributes]
                yield "\n".join(self.fallbacks(f"{local} = {{}}", load, owners_of))

    def fallbacks(self, form: str, load: Load, owners: Sequence[str]) -> Iterator[str]:
        """Yield lines that use the first attribute that exists; `form` is the statement."""
        for number, (attribute, owner) in enumerate(zip(load.attributes, owners, strict=True)):
            last = load.sure and number == len(owners) - 1
            yield "else:" if last else f'{"el" if number else ""}if hasattr({owner}, "{attribute}"):'
            yield f"    {form.format(f'{owner}.{attribute}')}"

    def shadows(self, step: StepSpec) -> Iterator[str]:
        """Yield lines that bind names which the body reads before it binds them: in a method such names are local."""
        names = names_of(parse(step.source.body))
        foreach = step.control.foreach
        loaded = {load.name for load in self.usage.loads(step)} | ({foreach.var} if foreach else set())
        for name in sorted(names.free & bound_names(step) - loaded - sent_out(step)):
            if name in self.graph.prelude.names:
                yield f'{name} = globals()["{name}"]'
            elif name in BUILTINS:
                yield f"{name} = {self.imports.name('builtins', module=True, inside=True)}.{name}"

    def unshadow(self, draft: MethodDraft, step: StepSpec | None) -> None:
        """Keep the meaning of the builtins around a body, if the notebook uses such a name for something else."""
        names = self.graph.prelude.names | (bound_names(step) if step else frozenset())
        bound = sorted(names & _OURS)
        if bound:
            home = self.imports.name("builtins", module=True, inside=True)
            ours = re.compile(rf"(?<![\w.])({'|'.join(bound)})(?=[(,])")
            draft.before = [ours.sub(rf"{home}.\1", line) for line in draft.before]
            draft.after = [ours.sub(rf"{home}.\1", line) for line in draft.after]

    def give_up(self, failing: Sequence[StepSpec], target: str) -> Iterator[str]:
        if failing:
            errors = " or ".join(f"self.{self.attributes.error(step)}" for step in failing)
            yield f"if {errors}:  # the item has failed, and may\n    return self.next(self.{target})"

    def by_step(self, apart: dict[str, dict[str, str]], owners: dict[str, str]) -> str:
        """Return the line that provides `inputs.STEP.name` outside of a foreach."""
        space = self.imports.name("types.SimpleNamespace", inside=True)
        parts = (
            f"{step}={space}({', '.join(self._as_made(name, owners[step], names[name]) for name in names)})"
            for step, names in apart.items()
        )
        return f"inputs = {space}({', '.join(parts)})"

    def _as_made(self, name: str, owner: str, attribute: str) -> str:
        """Return the argument for one name. What the body changes in it, no other step sees."""
        value = f"{owner}.{attribute}"
        return (
            f"{name}={self.imports.name('copy.deepcopy', inside=True)}({value})"
            if owner == "self"
            else f"{name}={value}"
        )

    def stores(self, step: StepSpec) -> Iterator[str]:
        for store in self.usage.stores(step):
            if self._keeps_item(step) == store.name and store.name not in bound_names(step):
                continue
            if step.metaflow and store.attribute == store.name:
                continue
            if store.name in GENERATORS:
                yield f"self.{store.attribute} = {self.function(step, store.name, GENERATOR[store.name].get)}()"
                continue
            value = f"self.{store.name}" if step.metaflow else store.name
            value = f"{self.imports.name('copy.deepcopy', inside=True)}({value})" if store.apart else value
            if store.sure:
                yield f"self.{store.attribute} = {value}"
            elif step.metaflow:
                yield f'if hasattr(self, "{store.name}"):\n    self.{store.attribute} = {value}'
            else:
                space = "globals" if store.name in self.usage.shared(step) else "locals"
                yield f'if "{store.name}" in {space}():\n    self.{store.attribute} = {value}'

    def function(self, step: StepSpec, generator: str, path: str) -> str:
        """Return how a method calls a function of a random generator, whatever the body calls by that name."""
        given = {one.name for one in self.graph.links[step.name].bindings}
        given |= {step.control.foreach.var} if step.control.foreach else set()
        return self.imports.function(GENERATOR[generator].module, path, bound_names(step) | given)
