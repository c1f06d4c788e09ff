"""Finds the names that a step asks for from above, and those that the steps below ask for."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from nbflow.flow.graph.branch_reads import INPUTS
from nbflow.flow.names.code import parse
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import FlowSource, StepSpec


def mentions(step: StepSpec) -> frozenset[str]:
    """Return the plain names in the body and the foreach expression; names of the prelude are among them."""
    names = step.names.mentions | (step.control.foreach.reads if step.control.foreach else frozenset())
    return names if step.metaflow else names | step.names.reads | step.names.maybe_reads


def hard_reads(step: StepSpec) -> frozenset[str]:
    """Return the names without which a step cannot run."""
    names = step.names.reads | (step.control.foreach.reads if step.control.foreach else frozenset())
    return names | {step.control.guard.name} if step.control.guard else names


def soft_reads(step: StepSpec, flow: FlowSource) -> frozenset[str]:
    """Return the names that a step may read, and those that the prelude it uses reads when called."""
    named = mentions(step)
    soft = step.names.maybe_reads | (named & {parameter.name for parameter in flow.parameters})
    prelude = flow.prelude.seen_from(step.place)
    closure = prelude.closure(named & prelude.names)
    return soft.union(*(one.wants - one.names for one in closure))


def state_changed(step: StepSpec, flow: FlowSource, artifacts: Collection[str]) -> frozenset[str]:
    """Return the names that functions used by the step change: names of the prelude, of `artifacts`, or first assigned
    there.
    """
    prelude = flow.prelude.seen_from(step.place)
    closure = prelude.reached(mentions(step) & prelude.names)
    state = frozenset().union(*(definition.state for definition in closure))
    assigned = prelude.names.union(*(definition.assigns for definition in closure)) if state else state
    return frozenset(name for name in state if name in assigned or name in artifacts)


def asked_below(steps: Sequence[StepSpec], flow: FlowSource) -> Mapping[str, frozenset[str]]:
    """Map each step to the names that some step below reads, among names that it binds in passing or deletes."""
    found = (one for step in steps for one in (step.names.passing, step.names.ends, step.names.maybe_ends))
    candidates = frozenset().union(*found)
    asked: dict[str, frozenset[str]] = {}
    below: set[str] = set()
    for step in reversed(steps) if candidates else ():
        reads = _all_reads(step, flow) & candidates
        names = below | reads if step.control.loop else below
        held = frozenset().union(*_held(step, names)) & candidates
        asked[step.name] = _in_passing(step).intersection(names) | (_in_passing(step) & held)
        below -= _certain(step)
        below |= reads | held
    return asked


def _in_passing(step: StepSpec) -> frozenset[str]:
    return step.names.passing | step.names.ends | step.names.maybe_ends


def _held(step: StepSpec, asked: AbstractSet[str]) -> Iterable[frozenset[str]]:
    """Yield the free names of the functions that the artifacts of a step may hold, or the names asked for below."""
    return (one.free for one in step.names.holds if one.name in step.names.writes or one.name in asked)


def _all_reads(step: StepSpec, flow: FlowSource) -> frozenset[str]:
    reads = hard_reads(step) | soft_reads(step, flow) | mentions(step)
    return reads | frozenset(_looked_up(step)) if INPUTS in step.names.mentions else reads


def _looked_up(step: StepSpec) -> Iterable[str]:
    """Yield the names that a body may read from tasks: `inputs.score`, `task.model`, `inputs.table("cfg")`."""
    for node in every_node(parse(step.source.body)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _certain(step: StepSpec) -> frozenset[str]:
    """Return the names that the steps below get from this step for sure."""
    if step.control.guard or step.control.foreach:
        return frozenset()
    names = step.names
    return (names.writes - names.maybe_writes) | (names.passing - names.maybe_passing) | names.ends
