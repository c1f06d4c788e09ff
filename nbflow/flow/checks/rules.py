"""Runs all rules that say whether a flow makes sense, and contains the rules about headers and order."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from nbflow.flow.checks.cache_rules import CACHE_RULES
from nbflow.flow.checks.causes import every_cause
from nbflow.flow.checks.file_rules import FILE_RULES
from nbflow.flow.checks.foreach_rules import SCOPE_RULES
from nbflow.flow.checks.id_rules import ID_RULES
from nbflow.flow.checks.name_rules import NAME_RULES, move_above
from nbflow.flow.checks.ordinary_rules import ORDINARY_RULES
from nbflow.flow.checks.outside_rules import OUTSIDE_RULES
from nbflow.flow.checks.process_rules import PROCESS_RULES
from nbflow.flow.checks.redefinition_rules import REDEFINITION_RULES
from nbflow.flow.checks.scratch_rules import computed_outside
from nbflow.flow.checks.temporary_rules import TEMPORARY_RULES
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.transitions import edges_of
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.repairs import WriteLine
from nbflow.flow.syntax.places import did_you_mean, nearest, problem, suggestion
from nbflow.flow.syntax.possible_repairs import cell_at, rewrite_header
from nbflow.flow.syntax.proposals import RESERVED_STEPS
from nbflow.flow.syntax.specs import Comparison, StepSpec

_Rule = Callable[[Graph], Iterator[Problem]]


def check_flow(graph: Graph) -> tuple[Problem, ...]:
    """Return every problem of a flow in document order, one for each cause.

    It reads nothing but the graph. Problems with `warning` do not keep a flow from running.
    """
    return every_cause(graph, _broken_rules)


def _broken_rules(graph: Graph) -> Iterator[Problem]:
    yield from graph.flow.problems
    for rule in _RULES:
        yield from rule(graph)


def reserved_step_names(graph: Graph) -> Iterator[Problem]:
    """Find steps with a reserved name."""
    for step in graph.steps.values():
        if step.name in RESERVED_STEPS or keyword.issoftkeyword(step.name):
            message = f"'{step.name}' has another meaning inside steps and cannot be the name of a step"
            repair = _rename_step(graph, step, f"{step.name}_step")
            yield problem("reserved-name", step, message, f"Rename it, for example to {step.name}_step", repair=repair)


def _rename_step(graph: Graph, step: StepSpec, new: str) -> WriteLine | None:
    """Return the repair that renames a step to which no other cell refers."""
    cell = cell_at(graph.flow.cells, step.place.cell)
    refers = re.compile(rf"--[\w ,-]*\b{step.name}\b|\b(?:inputs|self)\.{step.name}\b")
    others = (one for one in graph.flow.cells if one.number != cell.number)
    is_free = new not in graph.steps and not any(refers.search(one.source) for one in others)
    return rewrite_header(cell, step.name, new) if is_free else None


def unknown_steps(graph: Graph) -> Iterator[Problem]:
    """Find headers that name a missing step. `self.next` has its own rule."""
    for step in (one for one in graph.steps.values() if one.control.after or one.control.join):
        named = [("comes after", name) for name in step.control.after]
        named += [("joins", step.control.join)] if step.control.join else []
        for relation, name in named:
            if name not in graph.steps:
                message = f"step '{step.name}' {relation} '{name}', but no cell defines '{name}'"
                fix = "Correct the name, or add that step"
                near = nearest(name, graph.steps.keys() - {step.name})
                repair = rewrite_header(cell_at(graph.flow.cells, step.place.cell), name, near) if near else None
                yield problem("unknown-step", step, message + did_you_mean(near), fix, repair=repair)


def order(graph: Graph) -> Iterator[Problem]:
    """Find steps that wait for a step below: document order is the order of a flow."""
    order = graph.places
    for step in (one for one in graph.steps.values() if one.control.after or one.control.join):
        for name in (*step.control.after, *([step.control.join] if step.control.join else [])):
            if name in graph.steps and order[name] >= order[step.name]:
                yield _backwards(graph, step, name)


def _backwards(graph: Graph, step: StepSpec, name: str) -> Problem:
    other = graph.steps[name]
    if name == step.name or graph.ancestry.waits(name, step.name):
        message = f"step '{step.name}' waits for '{name}', which itself waits for '{step.name}': a cycle"
        return problem("cycle", step, message, "Remove one of the two; --while repeats a step")
    message = f"step '{step.name}' waits for '{name}', which is below it in cell {other.place.cell}"
    fix = f"Move the cell of '{name}' above cell {step.place.cell}"
    return problem("order", step, message, fix, repair=move_above(graph, other, step))


def transitions(graph: Graph) -> Iterator[Problem]:
    """Find `self.next` that leads to a missing step or upwards."""
    order = graph.places
    for step in (one for one in graph.steps.values() if one.control.next):
        for target in dict.fromkeys(edge.target for edge in edges_of(step)):
            if target not in graph.steps:
                message = f"step '{step.name}' goes on to '{target}', but no cell defines '{target}'"
                message += suggestion(target, graph.steps.keys() - {step.name})
                yield problem("transition", step, message, "Correct self.next(…), or add that step", name="self")
            elif order[target] <= order[step.name]:
                message = f"step '{step.name}' goes on to '{target}', which is not below it: a cycle"
                yield problem("cycle", step, message, "Name a step below; --while repeats a step", name="self")


def else_without_if(graph: Graph) -> Iterator[Problem]:
    """Find `--else NAME` without an `--if NAME` above."""
    for step in graph.steps.values():
        if step.control.guard and step.control.guard.test is Comparison.ELSE and not graph.links[step.name].answers:
            name = step.control.guard.name
            message = f"step '{step.name}' says --else {name}, but no step above it says --if {name}"
            fix = f"Put a step with --if {name} above it, or write --if instead"
            repair = rewrite_header(cell_at(graph.flow.cells, step.place.cell), f"--else {name}", f"--if {name}")
            yield problem("else-without-if", step, message, fix, repair=repair)


def _guard_name(graph: Graph) -> Iterator[Problem]:
    """Find guards whose name is neither a parameter nor an artifact: a guard is decided without loading the prelude."""
    for step in graph.steps.values():
        if (guard := step.control.guard) is None:
            continue
        linked = graph.links[step.name]
        if guard.name not in linked.parameters | {one.name for one in linked.bindings} | linked.unknown:
            message = f"step '{step.name}' is guarded by '{guard.name}', which is not an artifact or a parameter"
            fix = f"Make '{guard.name}' a parameter, or assign it in a step above"
            yield problem("guard-name", step, message, fix)


def _loop_name(graph: Graph) -> Iterator[Problem]:
    """Find `--while NAME` where the step does not assign the name."""
    for step in graph.steps.values():
        loop = step.control.loop
        if loop and loop not in graph.links[step.name].writes:
            message = f"step '{step.name}' repeats while '{loop}', but does not assign '{loop}'"
            yield problem("loop-name", step, message, f"Assign '{loop}' in its body; true repeats the step")


def star_import(graph: Graph) -> Iterator[Problem]:
    """Find star imports of a module that cannot be imported, so that their names are unknown."""
    for step in graph.steps.values():
        if step.source.star_line:
            place = replace(step.place, line=step.source.body_line + step.source.star_line - 1)
            message = f"step '{step.name}' imports * of a module that cannot be imported, so its names are unknown"
            yield Problem("star-import", message, "Import the names you use", place, step.name)


_RULES: tuple[_Rule, ...] = (
    reserved_step_names,
    unknown_steps,
    order,
    transitions,
    else_without_if,
    _guard_name,
    _loop_name,
    star_import,
    computed_outside,
    *NAME_RULES,
    *ORDINARY_RULES,
    *PROCESS_RULES,
    *CACHE_RULES,
    *SCOPE_RULES,
    *FILE_RULES,
    *TEMPORARY_RULES,
    *ID_RULES,
    *REDEFINITION_RULES,
    *OUTSIDE_RULES,
)
