"""Translates `self.next(…)` of Metaflow-mode cells into header terms: after, foreach and guard of the targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from nbflow.flow.syntax.metaflow_cell import ITEM
from nbflow.flow.syntax.specs import Comparison, Foreach, Guard, NextKind, StepSpec


@dataclass(frozen=True, slots=True)
class Arrow:
    """Represents one arrow of a transition. It is taken if `guard` holds."""

    source: str
    target: str
    foreach: str | None = None
    guard: Guard | None = None


def edges_of(step: StepSpec) -> tuple[Arrow, ...]:
    """Return the arrows of a step's `self.next`."""
    leads = step.control.next
    if leads is None:
        return ()
    match leads.kind:
        case NextKind.LINEAR | NextKind.BRANCH:
            return tuple(Arrow(step.name, target) for target in leads.targets)
        case NextKind.FOREACH:
            return tuple(Arrow(step.name, target, leads.foreach) for target in leads.targets)
        case NextKind.SWITCH:
            condition = leads.condition or ""
            guards = [(Guard(condition, Comparison.EQUALS, literal), target) for literal, target in leads.cases]
            return tuple(Arrow(step.name, target, guard=guard) for guard, target in guards)
        case _:
            assert_never(leads.kind)


def follow(steps: Sequence[StepSpec]) -> tuple[StepSpec, ...]:
    """Give every target step what the arrows to it say. Arrows upwards or to missing steps are left to the checks."""
    if not any(step.control.next for step in steps):
        return tuple(steps)
    order = {step.name: position for position, step in enumerate(steps)}
    arrows = [edge for step in steps for edge in edges_of(step) if edge.target in order]
    arrows = [edge for edge in arrows if order[edge.source] < order[edge.target]]
    led: dict[str, list[Arrow]] = {}
    for edge in arrows:
        led.setdefault(edge.target, []).append(edge)
    done: dict[str, StepSpec] = {}
    for step in steps:
        incoming = [edge for edge in led.get(step.name, ()) if edge.source in done]
        done[step.name] = _arrive(step, incoming, done) if incoming else step
    return tuple(done.values())


def _arrive(step: StepSpec, incoming: list[Arrow], done: dict[str, StepSpec]) -> StepSpec:
    after = tuple(dict.fromkeys((*step.control.after, *(edge.source for edge in incoming))))
    control = replace(step.control, after=after, guard=step.control.guard or _common_guard(incoming, done))
    lists = [edge.foreach for edge in incoming if edge.foreach]
    if not lists or control.foreach:
        return replace(step, control=control)
    item, names = frozenset({ITEM}), step.names
    return replace(
        step,
        control=replace(control, foreach=Foreach(ITEM, lists[0], frozenset(lists[:1]))),
        names=replace(
            names, writes=names.writes | item, reads=names.reads - item, maybe_reads=names.maybe_reads - item
        ),
    )


def _common_guard(incoming: list[Arrow], done: dict[str, StepSpec]) -> Guard | None:
    """Return the guard that all arrows share. Where different guards converge, one of the paths was taken."""
    guards = [edge.guard or done[edge.source].control.guard for edge in incoming]
    return guards[0] if all(guard == guards[0] for guard in guards) else None
