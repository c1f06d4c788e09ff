"""Checks ordinary cells: changes to what steps use that a flow cannot repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbflow.flow.checks.scratch_rules import looked_at, since_defined, with_step, words_of_unreadable
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of
from nbflow.flow.names.statements import DEFINING
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.cell import NOWHERE, Place, Problem
from nbflow.flow.source.repairs import MoveCell, Repair
from nbflow.flow.syntax.definition import Definition, Scratch
from nbflow.flow.syntax.places import listed
from nbflow.flow.syntax.possible_repairs import cell_at, move_import, remove_statement
from nbflow.flow.syntax.specs import StepSpec
from nbflow.flow.syntax.statement_lines import tree_of


def drawn_outside(graph: Graph) -> Iterator[Problem]:
    """Find random draws of ordinary cells between the seeding and a step that draws too."""
    drawing = [one for one in graph.flow.scratch if one.changes & GENERATORS]
    for step in graph.steps.values() if drawing else ():
        for name in sorted(looked_at(graph, step) & GENERATORS):
            changing = (one for one in drawing if name in one.changes)
            if one := since_defined(graph, step, name, changing):
                yield _drawn_outside(graph, one, step.name)


def artifact_changed_outside(graph: Graph) -> Iterator[Problem]:
    """Find artifacts that an ordinary cell changes: in a run, the steps below get them as the step made them."""
    seen: set[tuple[Place, str]] = set()
    changing = [(one, one.names | one.changes) for one in graph.flow.scratch if one.names or one.changes]
    for reader, linked in graph.links.items() if changing else ():
        for binding in linked.bindings:
            writer = graph.steps[binding.writers[0]]
            for one, names in changing:
                is_between = binding.name in names and writer.place < one.place < graph.steps[reader].place
                if is_between and (one.place, binding.name) not in seen:
                    seen.add((one.place, binding.name))
                    yield _changed_artifact(graph, one, binding.name, writer, reader)


def _changed_artifact(graph: Graph, one: Scratch, name: str, writer: StepSpec, reader: str) -> Problem:
    if name in GENERATORS:
        return _drawn_outside(graph, one, reader)
    verb = "changes" if name in one.changes else "assigns"
    message = f"this {verb} '{name}' outside of any step; step '{reader}' gets it as step '{writer.name}' made it"
    problem = Problem("changed-outside", message, "", one.place, reader, warning=True)
    if one.source.startswith("del "):
        message, fix = message.replace("changes", "deletes"), "Remove this line, or delete the name in a step"
        repair = remove_statement(cell_at(graph.flow.cells, one.place.cell), one.place.line)
        return replace(problem, message=message, fix=fix, repair=repair)
    return with_step(graph, problem, ", or use another name here")


def _drawn_outside(graph: Graph, one: Scratch, reader: str) -> Problem:
    message = "this draws random numbers outside of any step; in a flow the steps below draw as if it had not"
    problem = Problem("drawn-outside", message, "", one.place, reader, warning=True)
    return with_step(graph, problem, ", or give it its own state, such as random_state=0")


def artifact_read_outside(graph: Graph) -> Iterator[Problem]:
    """Find shared code computed from a name that a step has changed: in the notebook it has another value."""
    if not graph.prelude.definitions:
        return
    written = frozenset().union(*(linked.writes for linked in graph.links.values())) & graph.prelude.names
    for definition in graph.prelude.definitions:
        if not written.isdisjoint(definition.reads | definition.changes):
            for name in sorted(_read_at_once(definition) & written):
                writer = _changed_by(graph, definition, name)
                if writer is not None:
                    what = f"this {_verb(definition, name)} '{name}', which step '{writer}' changes"
                    message = f"{what}; the steps below would not see that"
                    if name in GENERATORS:
                        message = f"this draws random numbers below step '{writer}', which draws random numbers too"
                    yield with_step(graph, Problem("artifact-read", message, "", definition.place))


def extended_under_its_name(graph: Graph) -> Iterator[Problem]:
    """Find classes that extend one of the same name which a step has changed: both are made anew for each step."""
    for definition in graph.prelude.definitions:
        own = definition.names & definition.reads if definition.is_code else frozenset[str]()
        for name in sorted(own & names_of(definition.source).now if own else own):
            writer = _changed_by(graph, definition, name)
            if writer is not None:
                what = f"this is made of another '{name}', which step '{writer}' changes"
                fix = f"Give it a name of its own, such as {name}2, here and below"
                yield Problem("artifact-read", f"{what}; the steps below would not see that", fix, definition.place)


def _verb(definition: Definition, name: str) -> str:
    """Return what a definition does with a name: a call may change its arguments, but `print(Film.count)` does not."""
    if name not in definition.changes:
        return "reads"
    return "changes" if name in names_of(definition.source).mutates else "uses"


def _read_at_once(definition: Definition) -> frozenset[str]:
    """Return the names read when a definition is executed, not when a function of it is called."""
    now = names_of(definition.source).now if definition.kind in ("constant", "block", "effect") else frozenset()
    return now | definition.changes | (definition.reads & GENERATORS)


def _changed_by(graph: Graph, definition: Definition, name: str) -> str | None:
    """Return the step that changes a name between its definition in the prelude and this definition, or None."""
    places = [place for place in graph.prelude.places[name] if place < definition.place]
    steps = (step for step in graph.steps.values() if step.place.cell != definition.place.cell)
    above = (step for step in steps if places and places[-1] < step.place < definition.place)
    return next((step.name for step in above if name in graph.links[step.name].writes), None)


def bound_anew(graph: Graph) -> Iterator[Problem]:
    """Find functions whose default or annotation is an artifact that a step binds again before their use."""
    told: set[tuple[Place, str]] = set()
    for step in graph.steps.values() if any(one.takes for one in graph.prelude.definitions) else ():
        for definition in graph.closure(step.name):
            for binding in graph.links[step.name].bindings if definition.takes else ():
                writer = graph.steps[binding.writers[0]]
                is_anew = binding.name in writer.names.writes - writer.names.mutates and writer.place > definition.place
                if binding.name in definition.takes and is_anew and (definition.place, binding.name) not in told:
                    told.add((definition.place, binding.name))
                    message = f"{listed(definition.names)} takes '{binding.name}' when it is defined, and step "
                    message += f"'{writer.name}' binds '{binding.name}' again before step '{step.name}' uses it"
                    yield with_step(graph, Problem("bound-anew", message, "", definition.place))


def setting_outside(graph: Graph) -> Iterator[Problem]:
    """Find settings that no worker can execute: they hold only in the notebook's own process."""
    last = graph.flow.steps[-1].place if graph.flow.steps else NOWHERE
    for one in graph.flow.scratch:
        if one.setting and one.place < last:
            message = "this changes the process, and the worker processes of a flow cannot repeat it"
            fix = "Use only literals and what ordinary cells define, or write it in the steps that need it"
            yield Problem("setting-outside", message, fix, one.place, warning=True)


def bound_below(graph: Graph) -> Iterator[Problem]:
    """Find ordinary statements that use names bound only in cells below: they fail when the cells run top to bottom."""
    if not graph.flow.scratch or graph.prelude.has_star or words_of_unreadable(graph):
        return
    first = _first_places(graph)
    parameters = {parameter.name for parameter in graph.flow.parameters}
    for one in (one for one in graph.flow.scratch if not one.source.startswith("%")):
        for name in sorted(names_of(one.source).now - BUILTINS - parameters - one.names):
            if name in first and first[name] > one.place:
                message = f"this uses '{name}', which only cell {first[name].cell} below binds"
                fix = "Move it below that cell, or move the code that binds the name above it"
                repair = _move_up(graph, name, first[name].cell, one.place.cell)
                yield Problem("bound-below", message, fix, one.place, warning=True, repair=repair)
                break


def _move_up(graph: Graph, name: str, number: int, above: int) -> Repair | None:
    """Return the repair that moves the import of a name up, or its cell if that holds only imports and definitions."""
    cell = cell_at(graph.flow.cells, number)
    if moving := move_import(cell, name):
        return replace(moving, above=above)
    tree = tree_of(cell.source)
    is_code = tree is not None and all(isinstance(node, DEFINING) for node in tree.body)
    return MoveCell(number, above) if is_code else None


def _first_places(graph: Graph) -> dict[str, Place]:
    """Map each name to the first place that binds it."""
    bound = [(one.place, one.names) for one in graph.prelude.definitions]
    bound += [(one.place, one.names) for one in graph.flow.scratch]
    bound += [(step.place, step.names.writes | step.names.passing) for step in graph.steps.values()]
    return {name: place for place, names in sorted(bound, key=lambda one: one[0], reverse=True) for name in names}


ORDINARY_RULES = (
    drawn_outside,
    artifact_changed_outside,
    artifact_read_outside,
    extended_under_its_name,
    bound_anew,
    bound_below,
    setting_outside,
)
