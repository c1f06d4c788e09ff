"""The rules about ordinary cells: what they change that steps use and that a flow cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbflow.flow.cell import NOWHERE, Place, Problem
from nbflow.flow.code import names_of
from nbflow.flow.definition import Definition, Scratch
from nbflow.flow.graph import Graph
from nbflow.flow.randomness import GENERATORS
from nbflow.flow.step import Step
from nbflow.flow.wording import listed, problem


def changed_outside(graph: Graph) -> Iterator[Problem]:
    """What a step uses of the prelude is changed above it by a statement that no worker can execute."""
    changing = [one for one in graph.flow.scratch if one.names or one.changes]
    for step in graph.steps.values() if changing else ():
        for name in sorted(_uses(graph, step)):
            scratch = _since_defined(graph, step, name, changing)
            if scratch is not None and name in GENERATORS:
                yield _drawn_outside(scratch)
            elif scratch is not None:
                where = f"cell {scratch.place.cell}, line {scratch.place.line}"
                verb = "changes" if name in scratch.changes else "computes"
                message = f"step '{step.name}' uses '{name}', which {where} {verb} outside of any step"
                fix = f"Make cell {scratch.place.cell} a step, or start it with %%shared to run it once in every worker"
                yield problem("scratch-read", step, message, fix, name=name)


def _uses(graph: Graph, step: Step) -> frozenset[str]:
    """The prelude names that are looked at when the step runs: its own, and those of the functions that it uses."""
    linked, prelude = graph.links[step.name], graph.prelude_of(step.name)
    later = (one for one in graph.closure(step.name) if one.kind in ("function", "class") or "lambda" in one.source)
    bound = {binding.name for binding in linked.bindings if binding.sure}
    return linked.prelude.union(*(one.reads for one in later)) & prelude.names - bound


def _since_defined(graph: Graph, step: Step, name: str, changing: Sequence[Scratch]) -> Scratch | None:
    """The last statement that changes a name between its nearest definition and the step."""
    above = [place for place in graph.prelude.places.get(name, ()) if place < step.place]
    nearest = max(above, default=step.place)
    found = (one for one in changing if name in one.names | one.changes and nearest < one.place < step.place)
    return max(found, key=lambda one: one.place, default=None)


def artifact_changed_outside(graph: Graph) -> Iterator[Problem]:
    """In the notebook an ordinary cell changes what a step made; the steps below get it as the step made it."""
    seen: set[tuple[Place, str]] = set()
    changing = [(one, one.names | one.changes) for one in graph.flow.scratch if one.names or one.changes]
    for reader, linked in graph.links.items() if changing else ():
        for binding in linked.bindings:
            writer = graph.steps[binding.writers[0]]
            for one, names in changing:
                is_between = binding.name in names and writer.place < one.place < graph.steps[reader].place
                if is_between and (one.place, binding.name) not in seen:
                    seen.add((one.place, binding.name))
                    yield _changed_artifact(one, binding.name, writer, reader)


def _changed_artifact(one: Scratch, name: str, writer: Step, reader: str) -> Problem:
    if name in GENERATORS:
        return _drawn_outside(one)
    verb = "changes" if name in one.changes else "assigns"
    message = f"this {verb} '{name}' outside of any step; step '{reader}' gets it as step '{writer.name}' made it"
    fix = f"Make cell {one.place.cell} a step, or use another name here"
    return Problem("changed-outside", message, fix, one.place, warning=True)


def _drawn_outside(one: Scratch) -> Problem:
    message = "this draws random numbers outside of any step; in a flow the steps below draw as if it did not"
    fix = f"Make cell {one.place.cell} a step, or give it a state of its own, such as random_state=0"
    return Problem("drawn-outside", message, fix, one.place, warning=True)


def artifact_read_outside(graph: Graph) -> Iterator[Problem]:
    """What the prelude computes from a name that a step has changed has another value in the notebook."""
    written = frozenset().union(*(linked.writes for linked in graph.links.values())) & graph.prelude.names
    for definition in graph.prelude.definitions:
        if not written.isdisjoint(definition.reads | definition.changes):
            for name in sorted(_read_at_once(definition) & written):
                writer = _changed_by(graph, definition, name)
                if writer is not None:
                    verb = "changes" if name in definition.changes else "reads"
                    message = f"this {verb} '{name}', which step '{writer}' changes; the steps below would not see that"
                    if name in GENERATORS:
                        message = f"this draws random numbers below step '{writer}', which draws some as well"
                    fix = f"Make cell {definition.place.cell} a step"
                    yield Problem("artifact-read", message, fix, definition.place)


def _read_at_once(definition: Definition) -> frozenset[str]:
    """What is read when the definition is executed, not when somebody calls what it defines."""
    now = names_of(definition.source).now if definition.kind in ("constant", "block", "effect") else frozenset()
    return now | definition.changes | (definition.reads & GENERATORS)


def _changed_by(graph: Graph, definition: Definition, name: str) -> str | None:
    """The step above a definition that changes a name which the prelude has defined above that step."""
    places = [place for place in graph.prelude.places[name] if place < definition.place]
    above = (step for step in graph.steps.values() if places and places[-1] < step.place < definition.place)
    return next((step.name for step in above if name in graph.links[step.name].writes), None)


def bound_anew(graph: Graph) -> Iterator[Problem]:
    """A default or an annotation is what its name held where the function was defined, not where it is called."""
    told: set[tuple[Place, str]] = set()
    for step in graph.steps.values():
        for definition in graph.closure(step.name):
            for binding in graph.links[step.name].bindings if definition.takes else ():
                writer = graph.steps[binding.writers[0]]
                is_anew = binding.name in writer.writes - writer.mutates and writer.place > definition.place
                if binding.name in definition.takes and is_anew and (definition.place, binding.name) not in told:
                    told.add((definition.place, binding.name))
                    message = f"{listed(definition.names)} takes '{binding.name}' when it is defined, and step "
                    message += f"'{writer.name}' binds '{binding.name}' anew before step '{step.name}' uses it"
                    fix = (
                        f"Make cell {definition.place.cell} a step: write  %%step {min(definition.names)}_code  on top"
                    )
                    yield Problem("bound-anew", message, fix, definition.place)


def setting_outside(graph: Graph) -> Iterator[Problem]:
    """A setting that no worker can execute holds in the notebook's own process only."""
    last = max((step.place for step in graph.steps.values()), default=NOWHERE)
    for one in graph.flow.scratch:
        if one.setting and one.place < last:
            message = "this changes the process, and the workers of a flow cannot do the same"
            fix = "Use only literals and what ordinary cells define, or write it in the steps that need it"
            yield Problem("setting-outside", message, fix, one.place, warning=True)


ORDINARY_RULES = (changed_outside, artifact_changed_outside, artifact_read_outside, bound_anew, setting_outside)
