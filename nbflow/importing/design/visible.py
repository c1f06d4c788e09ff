"""Computes which steps may have written what a step sees: artifacts flow along the transitions of a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nbflow.flow.flowspec.links import Outline, scope_of
from nbflow.flow.syntax.specs import NextKind
from nbflow.importing.reading.methods import StepText

Writers = Mapping[str, frozenset[str]]
"""Maps each artifact to the steps that may have written it last."""


@dataclass
class Visible:
    """Says what each step sees: `entering` at its beginning, `leaving` at its end.

    `brought` are the artifacts that the join of a foreach takes from its tasks by merging them.
    """

    entering: dict[str, Writers] = field(default_factory=dict)
    leaving: dict[str, Writers] = field(default_factory=dict)
    certain: dict[str, frozenset[str]] = field(default_factory=dict)  # what a step sees whichever way was taken
    brought: dict[str, tuple[str, ...]] = field(default_factory=dict)
    brings_always: dict[str, frozenset[str]] = field(default_factory=dict)  # the brought artifacts every task has


def look_along(steps: Mapping[str, StepText], found: Outline) -> Visible:
    seen = Visible()
    for name in found.order:
        step = steps[name]
        seen.brings_always[name] = _common(step, steps, found, seen)
        entering = _joined(step, found, seen) if step.method.is_join else _united(name, found, seen)
        seen.entering[name] = entering
        own = {one: frozenset({name}) for one in (*step.names.writes, *seen.brought.get(name, ()))}
        maybe = {one: own[one] | entering.get(one, frozenset()) for one in step.names.maybe_writes}
        seen.leaving[name] = {**entering, **own, **maybe}
        seen.certain[name] = _certain(step, steps, found, seen)
    return seen


def _certain(step: StepText, steps: Mapping[str, StepText], found: Outline, seen: Visible) -> frozenset[str]:
    if step.method.is_join:
        above = [_sure_below(one, steps, seen) for one in found.parents[step.name]]
        return frozenset(seen.entering[step.name]).intersection(frozenset().union(*above))
    return _common(step, steps, found, seen)


def _common(step: StepText, steps: Mapping[str, StepText], found: Outline, seen: Visible) -> frozenset[str]:
    above = [_sure_below(one, steps, seen) for one in found.parents[step.name]]
    return frozenset.intersection(*above) if above else frozenset()


def _sure_below(name: str, steps: Mapping[str, StepText], seen: Visible) -> frozenset[str]:
    return seen.certain[name] | steps[name].sure | frozenset(seen.brought.get(name, ())) & seen.brings_always[name]


def _united(name: str, found: Outline, seen: Visible) -> Writers:
    """Unite what arrives over the ways to a step, of which a run takes one."""
    union: dict[str, frozenset[str]] = {}
    for above in found.parents[name]:
        for artifact, writers in seen.leaving.get(above, {}).items():
            union[artifact] = union.get(artifact, frozenset()) | writers
    return union


def _joined(step: StepText, found: Outline, seen: Visible) -> Writers:
    if not step.merges:
        return {}
    opened = next(iter(found.arriving[step.name].values()))[-1]
    before = seen.leaving.get(opened.split, {})
    everything = _united(step.name, found, seen)
    takes = {name for name in everything if any(merge.takes(name) for merge in step.merges)}
    inside = {name for name in takes if everything[name] != before.get(name)}
    merged = {name: before[name] for name in takes - inside}
    if found.nexts[opened.split].kind is NextKind.FOREACH:
        seen.brought[step.name] = tuple(sorted(inside - step.names.writes))
        return merged
    return merged | {name: _changed(step.name, name, before, found, seen) for name in inside}


def _changed(join: str, name: str, before: Writers, found: Outline, seen: Visible) -> frozenset[str]:
    """Return the steps that changed an artifact; if several branches did, they agree, and the last one is nearest."""
    versions = (seen.leaving.get(above, {}).get(name) for above in found.parents[join])
    changed = [one for one in versions if one and one != before.get(name)]
    place = list(found.methods).index
    return max(changed, key=lambda writers: max(map(place, writers)))


def scope_in(found: Outline, name: str) -> tuple[str, ...]:
    """Return the foreach steps around a step."""
    return scope_of(found.stacks[name])
