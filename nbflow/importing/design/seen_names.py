"""Decides what joins see: in a script all that arrives at an input, in a notebook what the step itself has written."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbflow.flow.source.trees import every_node
from nbflow.importing.design.decisions import Design
from nbflow.importing.reading.methods import StepText


def hand_on(design: Design) -> None:
    """Make steps write again what a join reads of them: a notebook's join sees only what the step itself wrote."""
    for name in design.source.outline.order:
        step = design.steps[name]
        if step.method.is_join:
            for branch, artifact in _looked_at(design, step):
                writers = design.seen.leaving[branch].get(artifact)
                if writers and not _shows(design, step, branch, writers):
                    design.hands_on.setdefault(branch, set()).add(artifact)
    _hand_on_lists(design)


def _hand_on_lists(design: Design) -> None:
    """Make the step before a foreach write its list again if a step above it has to, which would be nearer."""
    for at, name in enumerate(design.order):
        leads = design.source.outline.nexts.get(name)
        one = leads.foreach if leads else None
        arrives = one in design.seen.entering[name] and one not in design.steps[name].names.writes
        if one and arrives and any(one in design.hands_on.get(above, ()) for above in design.order[:at]):
            design.hands_on.setdefault(name, set()).add(one)


def _looked_at(design: Design, step: StepText) -> Iterator[tuple[str, str]]:
    branches = design.branches(step.name)
    yield from ((branch, name) for branch, name in step.looks if branch in branches)
    if branches and not looks_at_all(step, branches):
        return
    for artifact in _loose(step) & design.artifacts:
        yield from ((branch, artifact) for branch in branches or design.source.outline.parents[step.name])


def looks_at_all(step: StepText, branches: tuple[str, ...]) -> bool:
    """Tell whether a join uses `inputs` other than as `inputs.STEP` or for merging."""
    tree = step.tree
    named = {id(node.value) for node in every_node(tree) if isinstance(node, ast.Attribute) and node.attr in branches}
    merged = {
        id(one)
        for node in every_node(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self.merge_artifacts"
        for one in node.args
    }
    names = (node for node in every_node(tree) if isinstance(node, ast.Name) and node.id == "inputs")
    return any(id(node) not in named | merged for node in names)


def _loose(step: StepText) -> frozenset[str]:
    """Return the attributes of anything but `self`."""
    nodes = (node for node in every_node(step.tree) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in nodes if not (isinstance(node.value, ast.Name) and node.value.id == "self"))


def _shows(design: Design, step: StepText, branch: str, writers: frozenset[str]) -> bool:
    """Tell whether a notebook's join sees what these steps wrote, when it reads a branch or a task."""
    closed = design.closes(step.name)
    if closed is None:
        return writers == {branch}
    return all(closed in design.scope(writer) for writer in writers)
