"""Finds the conditions under which steps run after a switch, and how a header can say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

from nbflow.flow.flowspec.links import Outline
from nbflow.flow.syntax.specs import NextKind
from nbflow.importing.refusals import ObstacleFound

Condition = Mapping[str, frozenset[str]]
"""Maps each switch to the targets over which a step is reached; switches that do not matter are left out."""


def conditions_of(found: Outline) -> dict[str, Condition]:
    """Return the condition of each step. Raises ObstacleFound for a step whose ways have no common condition."""
    seen: dict[str, Condition] = {}
    for name in found.order:
        ways = [_along(above, name, found, seen[above]) for above in found.parents[name]]
        seen[name] = _all(ways) if found.methods[name].is_join else _any(name, ways, found)
    return seen


def _along(above: str, name: str, found: Outline, condition: Condition) -> Condition:
    if len(_ways(above, found)) < 2 or found.nexts[above].kind is not NextKind.SWITCH:
        return condition
    return {**condition, above: frozenset({name})}


def _ways(name: str, found: Outline) -> frozenset[str]:
    """Return the steps a switch may lead to, without itself: a loop is not on the way to anything."""
    return frozenset(found.nexts[name].targets) - {name}


def _all(ways: list[Condition]) -> Condition:
    return {switch: taken for way in ways for switch, taken in way.items()}


def _any(name: str, ways: list[Condition], found: Outline) -> Condition:
    """Unite pairs of ways that differ in one switch, until one is left."""
    left = list(ways)
    while (pair := _similar(left)) is not None:
        one, other = pair
        left.remove(one)
        left[left.index(other)] = _united(one, other, found)
    if len(left) > 1:
        message = f"step '{name}' is reached by paths that no single condition describes"
        fix = "Let these paths meet in one step first, or decide again in a switch before this step"
        raise ObstacleFound(found.methods[name].place.line, message, fix)
    return left[0] if left else {}


def _similar(ways: list[Condition]) -> tuple[Condition, Condition] | None:
    for one, other in permutations(ways, 2):
        if all(switch in one and one[switch] <= taken for switch, taken in other.items()):
            return one, other  # one is a case of the other
        if one.keys() == other.keys() and sum(one[switch] != other[switch] for switch in one) == 1:
            return one, other
    return None


def _united(one: Condition, other: Condition, found: Outline) -> Condition:
    both = {switch: one[switch] | other[switch] for switch in other if switch in one}
    return {switch: taken for switch, taken in both.items() if taken != _ways(switch, found)}


@dataclass(frozen=True, slots=True)
class SwitchCase:
    """Holds the innermost condition of a step: the literals for which the switch leads to it."""

    switch: str
    literals: tuple[object, ...]

    @property
    def name(self) -> str:
        """Return the name of the artifact that says whether the way is taken, where no literal can."""
        return f"{self.switch}_leads_here"


def way_to(name: str, condition: Condition, found: Outline) -> SwitchCase | None:
    """Return the condition nearest to a step; None if it always runs."""
    if not condition:
        return None
    switch = max(condition, key=found.order.index)
    cases = found.nexts[switch].cases
    return SwitchCase(switch, tuple(literal for literal, target in cases if target in condition[switch]))


def is_implied(condition: Condition, conditions: Mapping[str, Condition], found: Outline) -> bool:
    """Tell whether the innermost condition holds only when the others do."""
    switch = max(condition, key=found.order.index)
    known, others = conditions[switch], condition.keys() - {switch}
    return all(other in known and known[other] <= condition[other] for other in others)


def are_exclusive(one: Condition, other: Condition) -> bool:
    """Tell whether no run reaches both."""
    return any(one[switch].isdisjoint(other[switch]) for switch in one.keys() & other.keys())
