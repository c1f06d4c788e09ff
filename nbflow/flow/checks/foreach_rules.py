"""Checks foreach and join."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbflow.errors import VersionRefused
from nbflow.flow.graph.branch_reads import INPUTS, branch_reads, reads_inputs_whole
from nbflow.flow.graph.foreach_scopes import ForeachScope, disagreement, is_within
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.purity import SEEDED
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.environment_braces import fill_all, literal_items, names_in_braces
from nbflow.flow.syntax.places import problem, suggestion
from nbflow.flow.syntax.possible_repairs import cell_at, read_from
from nbflow.flow.syntax.specs import StepSpec


def join_without_foreach(graph: Graph) -> Iterator[Problem]:
    """Find joins of steps that are not inside a foreach."""
    for step in graph.steps.values():
        if step.control.join and step.control.join in graph.links and not graph.links[step.control.join].scope:
            message = f"step '{step.name}' joins '{step.control.join}', which is not inside a foreach"
            fix = f"Read the names of '{step.control.join}' directly, or give it --foreach VAR in EXPR"
            yield problem("join-without-foreach", step, message, fix)


def closed_names(graph: Graph) -> Iterator[Problem]:
    """Find joins that read a per-item name, which has one value for each item."""
    for step in graph.steps.values():
        linked = graph.links[step.name]
        for binding in linked.bindings if linked.joined else ():
            level = linked.opened[: len(linked.scope) + 1]
            if any(is_within(graph.links[writer].scope, level) for writer in binding.writers):
                name = binding.name
                message = (
                    f"step '{step.name}' joins '{step.control.join}' and reads '{name}', which has one value per item"
                )
                fix = f"Read inputs.{name}, the list over all items"
                repair = read_from(cell_at(graph.flow.cells, step.place.cell), name, INPUTS)
                yield problem("per-item-name", step, message, fix, name=name, repair=repair)


def changed_by_items(graph: Graph) -> Iterator[Problem]:
    """Find steps below a join that run once per item again, because they read a name that each item has changed."""
    for step in graph.steps.values():
        linked = graph.links[step.name]
        for binding in linked.bindings if linked.scope and not linked.joined else ():
            writer = next((one for one in binding.writers if binding.name in graph.steps[one].names.mutates), None)
            join = writer and _join_between(graph, graph.steps[writer], step)
            if join:
                name, foreach = binding.name, graph.links[step.name].scope[-1]
                message = (
                    f"step '{step.name}' runs once per item of '{foreach}', because each has changed its own '{name}'"
                )
                fix = f"Read inputs.{name} in '{join}', and pass on from there what this step needs"
                yield problem("changed-by-items", step, message, fix, name=name, warning=True)


def _join_between(graph: Graph, writer: StepSpec, reader: StepSpec) -> str | None:
    """Return the join between two steps that closes the foreach of the upper one, or None."""
    scope = graph.links[writer.name].scope
    for name, linked in graph.links.items():
        closes = linked.joined and scope and is_within(linked.opened, scope) and not is_within(linked.scope, scope)
        if closes and writer.place < graph.steps[name].place < reader.place:
            return name
    return None


def unrelated_scopes(graph: Graph) -> Iterator[Problem]:
    """Find steps inside two unrelated foreach steps: no task can belong to one item of each."""
    for step in graph.steps.values() if any(linked.scope for linked in graph.links.values()) else ():
        pair = disagreement(scope for _, scope in _read_scopes(graph, step))
        if pair:
            names = _names_in(graph, step, pair)
            message = f"step '{step.name}' reads {names}, which belong to two unrelated foreach steps"
            joined = f"'{pair[0][-1]}' or '{pair[1][-1]}'"
            yield problem("unrelated-foreach", step, message, f"Join {joined} first, in a step between")


def _read_scopes(graph: Graph, step: StepSpec) -> list[tuple[str, ForeachScope]]:
    """Return each name that a step reads, with the scope of each step that may have written it."""
    linked = graph.links[step.name]
    found = [(f"'{b.name}'", graph.links[writer].scope) for b in linked.bindings for writer in b.writers]
    found += [(f"'inputs.{name}'", graph.links[name].scope) for name in linked.branches]
    if linked.joined:
        level = linked.opened[: len(linked.scope) + 1]
        found = [(name, scope) for name, scope in found if not is_within(scope, level)]
        found.append((f"'{step.control.join}'", linked.scope))
    return found


def _names_in(graph: Graph, step: StepSpec, pair: tuple[ForeachScope, ForeachScope]) -> str:
    scopes = _read_scopes(graph, step)
    return " and ".join(next(name for name, scope in scopes if scope == wanted) for wanted in pair)


def foreach_variable(graph: Graph) -> Iterator[Problem]:
    """Find foreach variables with a bad name. Clashes with parameters and the prelude are found with the other
    artifacts.
    """
    for step in graph.steps.values():
        foreach = step.control.foreach
        if foreach and foreach.var in foreach.reads:
            message = f"the foreach variable '{foreach.var}' of step '{step.name}' is also read by its expression"
            yield problem("foreach-variable", step, message, "Rename the variable")
        elif foreach and foreach.var.startswith("_"):
            message = f"the foreach variable '{foreach.var}' of step '{step.name}' starts with _"
            yield problem("foreach-variable", step, message, "Rename it: names that start with _ are not artifacts")


def branch_names(graph: Graph) -> Iterator[Problem]:
    """Find `inputs.X` outside a join where no step above is named X."""
    for step in graph.steps.values():
        linked = graph.links[step.name]
        if step.control.join or not linked.branches or step.metaflow:
            continue
        for name in sorted(branch_reads(step) - set(linked.branches)):
            message = f"step '{step.name}' reads inputs.{name}, but no step '{name}' is above it"
            fix = "Write inputs.STEP.name with a step above, or --join STEP in the header"
            message += suggestion(name, linked.upstream)
            yield problem("unknown-step", step, message, fix, name=INPUTS)


def whole_inputs(graph: Graph) -> Iterator[Problem]:
    """Find uses of `inputs` as a whole outside a join, where there are named branches instead of tasks."""
    for step in graph.steps.values():
        branches = graph.links[step.name].branches
        if branches and reads_inputs_whole(step):
            message = f"step '{step.name}' uses inputs as a whole, but joins no foreach"
            listed = ", ".join(f"inputs.{name}" for name in branches)
            yield problem("whole-inputs", step, message, f"Name the branches: [{listed}]", name=INPUTS)


_MAKERS = "|".join(sorted(origin.rpartition(".")[2] for origin in SEEDED))
_MAKES_GENERATOR = re.compile(rf"\b(\w+)\s*=\s*[\w.]*\b(?:{_MAKERS})\(")


def draws_of_copies(graph: Graph) -> Iterator[Problem]:
    """Find random generators that are copied: each item of a foreach has its own copy, and each worker a shared one."""
    made = [(one.kind, name) for one in graph.prelude.definitions for name in _MAKES_GENERATOR.findall(one.source)]
    of_cells = {name for kind, name in made if kind == "constant"}
    of_workers = {name for kind, name in made if kind == "shared"}
    for step in graph.steps.values() if made else ():
        for name in sorted(step.names.mutates & of_cells) if graph.links[step.name].scope else ():
            message = f"each item of step '{step.name}' has a copy of '{name}', so all draw the same numbers"
            fix = "Make a generator in the step, with a seed that depends on the item"
            yield problem("draws-of-items", step, message, fix, name=name, warning=True)
        for name in sorted(step.names.mentions & of_workers):
            message = f"step '{step.name}' draws from '{name}', and each worker process has its own copy of it"
            fix = "Make it in an ordinary cell, with a seed"
            yield problem("draws-of-workers", step, message, fix, name=name, warning=True)


def environments_of_items(graph: Graph) -> Iterator[Problem]:
    """Find braces in `--env` whose value no task has, and literal items that are no versions."""
    for step in (one for one in graph.steps.values() if one.options.env):
        words, foreach, linked = step.options.env or (), step.control.foreach, graph.links[step.name]
        had = {foreach.var} if foreach else set[str]()
        had |= {one.name for one in linked.bindings} | linked.parameters | linked.unknown
        for name in sorted(names_in_braces(words) - had):
            message = f"{{{name}}} in --env of step '{step.name}' is no item, parameter or artifact from above"
            fix = f"Make '{name}' a parameter, or assign it in a step above"
            yield problem("environment", step, message, fix)
        for place, told in enumerate(literal_items(step)):
            try:
                fill_all(words, {foreach.var: told} if foreach else {})
            except VersionRefused as error:
                message = f"item {place} of step '{step.name}': '{error.word}' asks for no version: {error.reason}"
                yield problem("environment", step, message, error.fix)
                break


SCOPE_RULES = (
    join_without_foreach,
    closed_names,
    unrelated_scopes,
    foreach_variable,
    changed_by_items,
    branch_names,
    whole_inputs,
    draws_of_copies,
    environments_of_items,
)
