"""Finds reads of `inputs.STEP.name` outside a join, which take a name from one of two parallel branches."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbflow.flow.names.code import parse
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import StepSpec

INPUTS = "inputs"


def branch_reads(step: StepSpec) -> frozenset[str]:
    """Return the X of every `inputs.X` in a body."""
    if INPUTS not in step.names.mentions:
        return frozenset()
    return frozenset(_attributes(parse(step.source.body)))


def reads_inputs_whole(step: StepSpec) -> bool:
    """Return whether a body uses `inputs` in any other way than `inputs.X`."""
    tree = parse(step.source.body)
    mentions = sum(isinstance(node, ast.Name) and node.id == INPUTS for node in every_node(tree))
    return mentions > sum(1 for _ in _attributes(tree))


def _attributes(tree: ast.Module) -> Iterator[str]:
    for node in every_node(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == INPUTS:
            yield node.attr
