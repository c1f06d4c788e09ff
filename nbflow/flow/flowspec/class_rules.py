"""Checks FlowSpec classes: one function per rule, each with its message and its fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nbflow.flow.flowspec.classes import Method, Script, tail_of, transitions_elsewhere
from nbflow.flow.flowspec.links import Open, Outline, outline
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.places import suggestion
from nbflow.flow.syntax.specs import NextKind

RESERVED_NAMES = frozenset({"name", "next", "input", "index", "cmd", "merge_artifacts", "foreach_stack", "script_name"})


@dataclass(frozen=True)
class Checked:
    """Holds a class and the outline of its steps."""

    script: Script
    outline: Outline

    @property
    def steps(self) -> dict[str, Method]:
        """Return the step methods of the class, by name."""
        return self.script.steps


_Rule = Callable[[Checked], Iterator[Problem]]


def check_script(script: Script) -> list[Problem]:
    """Return everything that is wrong with a class, in the order of the rules.

    Rules about the whole graph run only if all transitions are valid.
    """
    checked = Checked(script, outline(script.steps))
    found = [problem for rule in _RULES for problem in rule(checked)]
    return found or [problem for rule in GRAPH_RULES for problem in rule(checked)]


def _problem(rule: str, method: Method, message: str, fix: str) -> Problem:
    return Problem(rule, f"step '{method.name}' {message}", fix, method.place, method.name)


# steps


def reserved_names(checked: Checked) -> Iterator[Problem]:
    """Find steps with a name that FlowSpec itself uses."""
    for name, method in checked.steps.items():
        if name in RESERVED_NAMES:
            yield _problem("reserved-name", method, "has a name that FlowSpec itself uses", "Give it another name")


def ends(checked: Checked) -> Iterator[Problem]:
    """Find missing or repeated start and end steps: there must be one of each."""
    script = checked.script
    for usual, found, annotated in (
        ("start", script.start, [m for m in checked.steps.values() if m.is_start]),
        ("end", script.end, [m for m in checked.steps.values() if m.is_end]),
    ):
        if found is None:
            message = f"flow {script.name} has no {usual} step"
            fix = f"Name a step '{usual}', or write @step({usual}=True) above one"
            yield Problem("basic-steps", message, fix, next((m.place for m in script.methods.values()), None))
        for method in annotated[1:]:
            fix = f"Keep one @step({usual}=True)"
            yield _problem("basic-steps", method, f"is the second one with @step({usual}=True)", fix)
        if annotated and usual in checked.steps and annotated[0].name != usual:
            fix = f"Rename '{usual}', or remove @step({usual}=True)"
            message = f"is annotated as the {usual}, but there is a step named '{usual}' too"
            yield _problem("annotation-conflict", annotated[0], message, fix)


def _step_names(checked: Checked) -> Iterator[Problem]:
    for name, method in checked.steps.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", name):
            fix = "Use small letters, digits and _, and no _ in front"
            yield _problem("step-name", method, "has a name that a step cannot have", fix)


def arguments(checked: Checked) -> Iterator[Problem]:
    """Find steps whose number of arguments is not one or two."""
    for method in checked.steps.values():
        if method.arguments == 0:
            yield _problem("arguments", method, "takes no argument", f"Write def {method.name}(self)")
        elif method.arguments > 2:
            fix = f"Write def {method.name}(self), or def {method.name}(self, inputs) in a join"
            yield _problem("arguments", method, f"takes {method.arguments} arguments", fix)


def end_is_end(checked: Checked) -> Iterator[Problem]:
    """Find an end step that calls `self.next` or is a join."""
    method = checked.steps.get(checked.script.end or "")
    if method is None:
        return
    if tail_of(method).is_next:
        yield _problem("end", method, "is the end, but calls self.next", "Remove its self.next")
    if method.is_join:
        yield _problem("end", method, "is the end, but also a join", "Join in a step before it")


def static_transitions(checked: Checked) -> Iterator[Problem]:
    """Find steps that do not end with a valid `self.next`."""
    for name, method in checked.steps.items():
        if name == checked.script.end:
            continue
        tail = tail_of(method)
        if not tail.is_next:
            yield _problem("transition", method, "does not end with self.next", _missing(method))
        elif tail.wrong:
            why, _, fix = tail.wrong.rpartition(". ")
            yield _problem("transition", method, f"ends with a self.next that cannot be followed: {why}", fix)


def _missing(method: Method) -> str:
    elsewhere = next(transitions_elsewhere(method), None)
    if elsewhere is not None:
        return (
            f"Move the self.next of line {elsewhere.lineno} out of its block: it must be the last statement of the step"
        )
    return "Make self.next(self.…) the last statement of the step"


def known_targets(checked: Checked) -> Iterator[Problem]:
    """Find transitions to steps that do not exist."""
    for name, leads in checked.outline.nexts.items():
        for target in leads.targets:
            if target not in checked.steps:
                near = suggestion(target, checked.steps.keys())
                message = f"leads to '{target}', which is not a step{near}"
                fix = "Correct the name, or write @step above that method"
                yield _problem("unknown-step", checked.steps[name], message, fix)


# the graph


def degrees(checked: Checked) -> Iterator[Problem]:
    """Find transitions that lead back to the start."""
    start = checked.script.start or ""
    for above in checked.outline.parents.get(start, ()):
        yield _problem("start", checked.steps[above], f"leads back to the start '{start}'", "Name another step")


def acyclic(checked: Checked) -> Iterator[Problem]:
    """Find cycles. Only a switch may lead to its own step."""
    for name, leads in checked.outline.nexts.items():
        if name in leads.targets and leads.kind is not NextKind.SWITCH:
            fix = "To repeat a step, make it a switch: self.next({True: self.again, False: self.end}, condition='more')"
            yield _problem("cycle", checked.steps[name], "leads to itself", fix)
    cycle = _find_cycle(checked.outline)
    if cycle:
        message = f"lies on a cycle: {' → '.join([*cycle, cycle[0]])}"
        fix = "Remove one of these arrows; to repeat a step, make it a switch that leads to itself"
        yield _problem("cycle", checked.steps[cycle[0]], message, fix)


def _find_cycle(found: Outline) -> list[str]:
    """Return the steps of a cycle, found by going from parent to parent until one comes again."""
    if not found.cyclic:
        return []
    path = [found.cyclic[0]]
    while True:
        above = next((one for one in found.parents[path[-1]] if one in found.cyclic), None)
        if above is None:
            return []
        if above in path:
            return list(reversed(path[path.index(above) :]))
        path.append(above)


def orphans(checked: Checked) -> Iterator[Problem]:
    """Find steps that cannot be reached from the start."""
    reached, agenda = set(), [checked.script.start or ""]
    while agenda:
        name = agenda.pop()
        if name not in reached:
            reached.add(name)
            agenda.extend(checked.outline.nexts[name].targets if name in checked.outline.nexts else ())
    for name, method in checked.steps.items():
        if name not in reached:
            yield _problem(
                "orphan", method, "cannot be reached from the start", "Lead to it with self.next, or remove it"
            )


def switches(checked: Checked) -> Iterator[Problem]:
    """Find switches with only one case."""
    for name, leads in checked.outline.nexts.items():
        if leads.kind is NextKind.SWITCH and len(leads.cases) < 2:
            fix = "Give it at least two cases, or use self.next(self.…)"
            yield _problem("switch", checked.steps[name], "is a switch with a single case", fix)


def empty_foreaches(checked: Checked) -> Iterator[Problem]:
    """Find a foreach that leads straight into a join."""
    for name, leads in checked.outline.nexts.items():
        if leads.kind is NextKind.FOREACH and checked.steps[leads.targets[0]].is_join:
            message = f"leads its foreach straight into the join '{leads.targets[0]}'"
            yield _problem("empty-foreach", checked.steps[name], message, "Put a step between that works on one item")


def empty_branches(checked: Checked) -> Iterator[Problem]:
    """Find a branch that leads straight into a join."""
    for name, leads in checked.outline.nexts.items():
        joins = [target for target in leads.targets if checked.steps[target].is_join]
        if leads.kind is NextKind.BRANCH and joins:
            message = f"leads a branch straight into the join '{joins[0]}'"
            yield _problem("empty-branch", checked.steps[name], message, "Put a step between, or remove that branch")


def ambiguous_joins(checked: Checked) -> Iterator[Problem]:
    """Find a switch that leads straight into a join."""
    for name, leads in checked.outline.nexts.items():
        for target in leads.targets:
            if leads.kind is NextKind.SWITCH and checked.steps[target].is_join:
                message = f"is a switch that leads straight into the join '{target}'"
                yield _problem("ambiguous-join", checked.steps[name], message, "Put a step between")


def split_join_balance(checked: Checked) -> Iterator[Problem]:
    """Find joins that do not close the split that was opened last, with all of its branches."""
    found = checked.outline
    for name in found.order:
        method, arriving = checked.steps[name], found.arriving[name]
        if method.is_join:
            yield from _check_join(checked, method)
        elif len(set(arriving.values())) > 1:
            fix = f"Join them first: write def {name}(self, inputs)"
            yield _problem("balance", method, f"is reached from several branches ({', '.join(arriving)}) at once", fix)
        if name == checked.script.end and found.stacks[name]:
            splits = ", ".join(f"'{one.split}'" for one in found.stacks[name])
            fix = f"Join the branches of {splits} before the end, in a step with (self, inputs)"
            yield _problem("balance", method, f"is reached while the split of {splits} is open", fix)


def _check_join(checked: Checked, method: Method) -> Iterator[Problem]:
    arriving = checked.outline.arriving[method.name]
    closed = {above: stack[-1] for above, stack in arriving.items() if stack}
    if len(closed) < len(arriving) or not arriving:
        fix = f"Write def {method.name}(self), or split before it"
        yield _problem("balance", method, "is a join, but there is no split to join", fix)
        return
    if len({stack[:-1] for stack in arriving.values()}) > 1 or len({one.split for one in closed.values()}) > 1:
        splits = ", ".join(sorted({f"'{one.split}'" for one in closed.values()}))
        fix = "Join each split in its own step, the inner one first"
        yield _problem("balance", method, f"joins unrelated splits ({splits})", fix)
        return
    yield from _check_branches(checked, method, next(iter(closed.values())), {one.branch for one in closed.values()})


def _check_branches(checked: Checked, method: Method, opened: Open, joined: set[str]) -> Iterator[Problem]:
    branches = checked.outline.nexts[opened.split].targets
    missing = [branch for branch in branches if branch not in joined]
    if missing:
        message = f"joins {', '.join(sorted(joined))}, but '{opened.split}' splits into {', '.join(branches)}"
        fix = f"Lead {', '.join(missing)} to '{method.name}' too"
        yield _problem("balance", method, message, fix)


def joins_have_inputs(checked: Checked) -> Iterator[Problem]:
    """Find joins that split as well: a join must end before the next split."""
    for name, method in checked.steps.items():
        leads = checked.outline.nexts.get(name)
        if method.is_join and leads is not None and leads.kind in (NextKind.FOREACH, NextKind.SWITCH, NextKind.BRANCH):
            message = f"is both a join and a {_WORDS[leads.kind]}"
            yield _problem("join-split", method, message, "Lead to another step, and split there")


_WORDS = {NextKind.FOREACH: "foreach", NextKind.SWITCH: "switch", NextKind.BRANCH: "split"}


def catch_on_splits(checked: Checked) -> Iterator[Problem]:
    """Find `@catch` on a foreach or a switch."""
    for name, method in checked.steps.items():
        leads = checked.outline.nexts.get(name)
        if method.catch and leads is not None and leads.kind in (NextKind.FOREACH, NextKind.SWITCH):
            message = f"has @catch and is a {_WORDS[leads.kind]}: after a failure its targets are unknown"
            yield _problem("catch", method, message, "Use @catch in the step before or after")


_RULES: tuple[_Rule, ...] = (
    reserved_names,
    ends,
    end_is_end,
    _step_names,
    arguments,
    static_transitions,
    known_targets,
)

GRAPH_RULES: tuple[_Rule, ...] = (
    degrees,
    acyclic,
    orphans,
    switches,
    empty_foreaches,
    empty_branches,
    ambiguous_joins,
    joins_have_inputs,
    catch_on_splits,
    split_join_balance,
)
