"""Finds the names that a step asks for from above, and those that the steps below ask for."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence

from nbflow.flow.graph.branch_reads import INPUTS
from nbflow.flow.names.code import parse
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import FlowSource, StepSpec


def mentions(step: StepSpec) -> frozenset[str]:
    """Return the plain names in the body and the foreach expression; names of the prelude are among them."""
    names = step.mentions | (step.foreach.reads if step.foreach else frozenset())
    return names if step.metaflow else names | step.reads | step.maybe_reads


def hard_reads(step: StepSpec) -> frozenset[str]:
    """Return the names without which a step cannot run."""
    names = step.reads | (step.foreach.reads if step.foreach else frozenset())
    return names | {step.guard.name} if step.guard else names


def soft_reads(step: StepSpec, flow: FlowSource) -> frozenset[str]:
    """Return the names that a step may read, and those that the prelude it uses reads when called."""
    named = mentions(step)
    soft = step.maybe_reads | (named & {parameter.name for parameter in flow.parameters})
    prelude = flow.prelude.seen_from(step.place)
    closure = prelude.closure(named & prelude.names)
    return soft.union(*(one.wants - one.names for one in closure))


def state_changed(step: StepSpec, flow: FlowSource, artifacts: Collection[str]) -> frozenset[str]:
    """Return the names that functions used by the step change: names of the prelude, of `artifacts`, or first assigned
    there.
    """
    prelude = flow.prelude.seen_from(step.place)
    closure = prelude.reached(mentions(step) & prelude.names)
    known = prelude.names.union(artifacts, *(definition.assigns for definition in closure))
    return known & frozenset().union(*(definition.state for definition in closure))


def asked_below(steps: Sequence[StepSpec], flow: FlowSource) -> Mapping[str, frozenset[str]]:
    """Map each step to the names that some step below reads, among names that steps bind in passing or delete."""
    candidates = frozenset().union(*(step.passing | step.ends | step.maybe_ends for step in steps))
    asked: dict[str, frozenset[str]] = {}
    below: frozenset[str] = frozenset()
    for step in reversed(steps) if candidates else ():
        reads = _all_reads(step, flow) & candidates
        names = below | reads if step.loop else below
        held = frozenset().union(*(one.free for one in step.holds if one.name in step.writes | names)) & candidates
        asked[step.name] = names | held
        below = (below - _certain(step)) | reads | held
    return asked


def _all_reads(step: StepSpec, flow: FlowSource) -> frozenset[str]:
    reads = hard_reads(step) | soft_reads(step, flow) | mentions(step)
    return reads | frozenset(_looked_up(step)) if INPUTS in step.mentions else reads


def _looked_up(step: StepSpec) -> Iterable[str]:
    """Yield the names that a body may read from tasks: `inputs.score`, `task.model`, `inputs.table("cfg")`."""
    for node in every_node(parse(step.body)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _certain(step: StepSpec) -> frozenset[str]:
    """Return the names that the steps below get from this step for sure."""
    if step.guard or step.foreach:
        return frozenset()
    return (step.writes - step.maybe_writes) | (step.passing - step.maybe_passing) | step.ends
