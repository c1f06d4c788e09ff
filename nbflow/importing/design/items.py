"""Names the foreach variables: a script calls every item `self.input`, a notebook gives each its own name."""

from __future__ import annotations

import ast

from nbflow.flow.flowspec.classes import ITEMS
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.trees import every_node
from nbflow.importing.design.decisions import Design
from nbflow.importing.reading.methods import INDEX, ITEM, StepText
from nbflow.importing.refusals import ObstacleFound


def name_items(design: Design) -> None:
    taken = set(design.artifacts | design.around)
    for name in design.source.outline.order:
        above = design.foreach_above(name)
        if above is not None:
            leads = above[1]
            if leads.foreach == ITEMS:
                fix = "Write the name itself as a text: foreach='items'"
                raise ObstacleFound(design.steps[above[0]].line, f"step '{above[0]}' gives a variable as foreach=", fix)
            design.items[name] = _item(design, name, leads.foreach or "", frozenset(taken))
            taken.add(design.items[name])


def _item(design: Design, name: str, of: str, taken: frozenset[str]) -> str:
    """Return `input` if a cell keeps `self`; else the name that the step uses; else the singular of the list."""
    users = [step for step in design.steps.values() if design.scope(step.name)[-1:] == (name,)]
    if any(step.name not in design.plain and step.attributes & {ITEM, INDEX} for step in users):
        if ITEM in design.items.values():
            step = next(step for step in users if step.name not in design.plain)
            fix = "Write the item itself into the list: foreach over list(enumerate(…))"
            raise ObstacleFound(step.line, f"step '{step.name}' uses self.index inside several foreachs", fix)
        return ITEM
    own = item_name(design.steps[name])
    candidates = [own or "", of.removesuffix("s") if of.endswith("s") else "", "item", f"{of}_item", f"{name}_item"]
    taken = BUILTINS | taken - ({own} if own and _is_own(design, name, own) else set())
    return next(one for one in candidates if one.isidentifier() and one not in taken)


def _is_own(design: Design, name: str, artifact: str) -> bool:
    """Tell whether `self.genre = self.input` can name the item: no other step sets that artifact."""
    return all(artifact not in step.names.writes for other, step in design.steps.items() if other != name)


def item_name(step: StepText) -> str | None:
    """Return the only name that a step gives to `self.input`; None if it gives none or several."""
    node = item_statement(step)
    if node is None:
        return None
    target = node.targets[0]
    return target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)


def item_statement(step: StepText) -> ast.Assign | None:
    for node in step.tree.body:
        match node:
            case ast.Assign(targets=[target], value=ast.Attribute(value=ast.Name(id="self"), attr="input")):
                return node if _is_only_target(step, target) else None
    return None


def _is_only_target(step: StepText, target: ast.expr) -> bool:
    text = ast.unparse(target)
    if not isinstance(target, ast.Name) and not text.removeprefix("self.").isidentifier():
        return False
    nodes = (node for node in every_node(step.tree) if isinstance(node, ast.Name | ast.Attribute))
    return sum(not isinstance(node.ctx, ast.Load) and ast.unparse(node) == text for node in nodes) == 1
