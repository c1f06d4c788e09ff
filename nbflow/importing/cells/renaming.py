"""Renames in a step method: `self.x` becomes `x`, and local variables stay local."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbflow.flow.names.code import names_of
from nbflow.flow.source.trees import every_node
from nbflow.importing.design.bound_names import assigned_in, fixed_in, imported_in, stored_in
from nbflow.importing.design.decisions import Design
from nbflow.importing.design.items import item_name, item_statement
from nbflow.importing.reading.methods import INDEX, ITEM, StepText
from nbflow.importing.refusals import ObstacleFound
from nbflow.importing.words import Unsure, Words, replace_words


@dataclass(frozen=True)
class Rewriting:
    """Rewrites one step as a cell. `own` are its locals that mean the artifact of the same name."""

    design: Design
    step: StepText
    plain: bool
    own: frozenset[str]

    @property
    def item(self) -> str | None:
        """Return the variable of the innermost foreach around the step."""
        scope = self.design.scope(self.step.name)
        return self.design.items[scope[-1]] if scope else None

    def artifact(self, name: str) -> str:
        return name if self.plain else f"self.{name}"


def replace_inside(rewriting: Rewriting, text: str) -> str:
    step = rewriting.step
    attributes = attribute_words(rewriting)
    names = _renamed(rewriting, attributes)
    branches = rewriting.design.branches(step.name)
    tasks = _task_names(step) if step.method.is_join and not branches else frozenset()
    try:
        have_items = all(map(rewriting.design.has_item, rewriting.design.source.outline.parents[step.name]))
        text = _tasks_words(text, tasks, have_items) if step.method.is_join else text
        return replace_words(text, Words(attributes, names, branches))
    except (Unsure, IndexError):
        fix = "Write this part without self in the braces of an f-string"
        raise ObstacleFound(step.line, f"the names in step '{step.name}' cannot be replaced", fix) from None


def attribute_words(rewriting: Rewriting) -> Mapping[str, str]:
    """Return what replaces each `self.X`; in a cell that keeps `self`, only for names that are no artifacts."""
    design = rewriting.design
    words = fixed_words(design)
    if rewriting.plain:
        words |= {name: name for name in design.artifacts}
        words[ITEM] = rewriting.item or "None"
    if rewriting.item is None:
        words[INDEX] = "None"
    if rewriting.item is None or not design.has_item(rewriting.step.name):
        words[ITEM] = "None"
    return words


def fixed_words(design: Design) -> dict[str, str]:
    functions = {name: function.call for name, function in design.functions.items()}
    return {name: name for name in design.fixed} | functions


def _renamed(rewriting: Rewriting, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the new names of local variables: with `_` in front, unless they mean an artifact or the item."""
    step, design = rewriting.step, rewriting.design
    tree = step.tree
    used = {attributes[name] for name in step.attributes if name in attributes}
    outside = design.around | design.artifacts | set(design.items.values())
    bound = names_of(tree).bound - imported_in(tree) - {"self"}
    assigned = assigned_in(tree) if rewriting.plain else frozenset()
    wanted = (assigned | (stored_in(tree) & used) | (bound & outside)) - rewriting.own - fixed_in(tree)
    taken = {node.id for node in every_node(tree) if isinstance(node, ast.Name)} | outside
    found = {name: _private(name, taken) for name in sorted(wanted) if not name.startswith("_")}
    local = local_item(step) if rewriting.plain and design.has_item(step.name) else None
    if local is not None and rewriting.item:
        found[local] = rewriting.item
    return found


def _private(name: str, taken: set[str]) -> str:
    new = f"_{name}"
    while new in taken:
        new += "_"
    return new


def local_item(step: StepText) -> str | None:
    node = item_statement(step)
    return item_name(step) if node is not None and isinstance(node.targets[0], ast.Name) else None


def _task_names(step: StepText) -> frozenset[str]:
    """Return the variables that stand for one task: `for one in inputs`, `max(inputs, key=lambda one: …)`."""
    found: set[str] = set()
    for node in every_node(step.tree):
        match node:
            case ast.For(target=ast.Name(id=name), iter=source) if _mentions_inputs(source):
                found.add(name)
            case ast.comprehension(target=ast.Name(id=name), iter=source) if _mentions_inputs(source):
                found.add(name)
            case ast.Call(args=[source, *_], keywords=keywords) if _mentions_inputs(source):
                lambdas = [one.value for one in keywords if isinstance(one.value, ast.Lambda)]
                found |= {argument.arg for one in lambdas for argument in one.args.args}
    return frozenset(found)


def _mentions_inputs(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "inputs" for one in every_node(node))


def _tasks_words(text: str, tasks: frozenset[str], have_items: bool) -> str:
    """Replace `task.input` and `task.index` by the names that a notebook uses."""
    if have_items:
        text = re.sub(r"(?<=[)\]])\.input\b", ".item", text)  # max(inputs, key=…).input
    for task in [*sorted(tasks), r"inputs\[-?\d+\]"]:
        text = re.sub(rf"(?<![\w.])({task})\.input\b", r"\1.item" if have_items else "None", text)
        text = re.sub(rf"(?<![\w.])({task})\.index\b(?!\s*\()", r"\1.path[-1]", text)
    return text
