"""Finds what a body does with `inputs`: which artifacts it asks of the tasks, and which features of `inputs`."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.branch_reads import INPUTS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import StepSpec

_ONE_BY_ONE = frozenset(
    {"all", "any", "enumerate", "filter", "iter", "list", "map", "max", "min", "set", "sorted", "sum", "tuple", "zip"}
)
_WORD = re.compile(r"\w+")
_BY_NAME = frozenset({"delattr", "getattr", "hasattr", "vars", "dir", "eval", "exec"})
FACTS = frozenset({"item", "error", "path"})
"""Names what a task in a notebook's join knows about itself, beside its artifacts."""


@dataclass(frozen=True, slots=True)
class InputsUse:
    """Says how a body uses `inputs`. `names` is None if the code does not show it.

    `attributes` are those of `inputs`.
    """

    names: frozenset[str] | None
    attributes: frozenset[str]
    only_iterates: bool
    facts: bool
    asks_by_name: bool = False  # `getattr(task, "score", 0)`, which may be given what a task only inherits

    @property
    def lists(self) -> bool:
        """Tell whether it uses `inputs.score`, the list over all tasks."""
        return bool(self.attributes - {"table", "failed"})

    @property
    def fails(self) -> bool:
        return "failed" in self.attributes

    def of(self, artifacts: Iterable[str]) -> frozenset[str]:
        found = frozenset(artifacts) - GENERATORS
        return found if self.names is None else found & self.names


def read_use(step: StepSpec, graph: Graph) -> InputsUse:
    """Return how a step uses `inputs`; functions of the prelude count too, because they may get tasks."""
    tree = parse(step.source.body)
    closure = graph.closure(step.name)
    trees = [tree, *(parse(definition.source) for definition in closure)]
    nodes = [node for one in trees for node in every_node(one)]
    attributes = frozenset(_attributes_of_inputs(tree))
    return InputsUse(
        names=None if any(_looks_up(node) for node in nodes) else frozenset((*_named(nodes), *_named_in_r(step, tree))),
        attributes=attributes,
        only_iterates=_only_iterates(tree),
        facts=_asks_facts(tree),
        asks_by_name=any(map(_calls_by_name, nodes)),
    )


def _attributes_of_inputs(tree: ast.Module) -> Iterator[str]:
    for node in every_node(tree):
        if isinstance(node, ast.Attribute) and _is_of_inputs(node):
            yield node.attr


def _named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _named_in_r(step: StepSpec, tree: ast.Module) -> Iterator[str]:
    """Yield the words of code in R, where `task$score` asks for an artifact."""
    if step.source.language == "R":
        for node in every_node(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from _WORD.findall(node.value)


def _looks_up(node: ast.AST) -> bool:
    """Tell whether a call is `getattr(task, name)` with a computed name."""
    match node:
        case ast.Call(args=[_, ast.Constant(), *_]):
            return False
        case _:
            return _calls_by_name(node)


def _calls_by_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _BY_NAME


def _asks_facts(tree: ast.Module) -> bool:
    """Tell whether it reads `task.item`, but not `array.item()`. Failed tasks have an item anyway."""
    called = {id(node.func) for node in every_node(tree) if isinstance(node, ast.Call)}
    failed = set(_loops_over_failed(tree))
    asked = (n for n in every_node(tree) if isinstance(n, ast.Attribute) and n.attr in FACTS and id(n) not in called)
    return any(not (isinstance(node.value, ast.Name) and node.value.id in failed) for node in asked)


def names_asked_of_tasks(step: StepSpec) -> Iterator[str]:
    """Yield the texts which a body looks for in a task of `inputs`: `"score" in task`."""
    tree = parse(step.source.body)
    tasks = {ast.unparse(loop.target) for loop in every_node(tree) if isinstance(loop, ast.For | ast.comprehension)
             and ast.unparse(loop.iter) == INPUTS}  # fmt: skip
    for node in every_node(tree):
        match node:
            case ast.Compare(left=ast.Constant(value=str() as text), ops=[ast.In() | ast.NotIn()], comparators=[where]):
                of_inputs = isinstance(where, ast.Subscript) and ast.unparse(where.value) == INPUTS
                if of_inputs or ast.unparse(where) in tasks:
                    yield text


def _loops_over_failed(tree: ast.Module) -> Iterator[str]:
    for node in every_node(tree):
        match node:
            case (
                ast.For(target=ast.Name(id=name), iter=ast.Attribute(attr="failed"))
                | ast.comprehension(target=ast.Name(id=name), iter=ast.Attribute(attr="failed"))
            ):
                yield name


def _only_iterates(tree: ast.Module) -> bool:
    """Tell whether Metaflow's `inputs` can do everything that the body asks; it has no length, for example."""
    fine: set[int] = set()
    for node in every_node(tree):
        match node:
            case ast.For(iter=ast.Name() as name) | ast.comprehension(iter=ast.Name() as name):
                fine.add(id(name))
            case ast.Subscript(value=ast.Name() as name) | ast.Attribute(value=ast.Name() as name):
                fine.add(id(name))
            case ast.Call(func=ast.Name(id=function), args=args) if function in _ONE_BY_ONE:
                fine |= {id(argument) for argument in args}
    return all(id(n) in fine for n in every_node(tree) if isinstance(n, ast.Name) and n.id == INPUTS)


# outside of a join of a foreach, where `inputs` are branches


def branch_name_reads(step: StepSpec) -> list[tuple[str, str]]:
    """Return (STEP, name) for every `inputs.STEP.name` in a body."""
    return [
        (node.value.attr, node.attr)
        for node in every_node(parse(step.source.body))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and _is_of_inputs(node.value)
    ]


def branches_as_values(step: StepSpec) -> frozenset[str]:
    """Return STEP for every `inputs.STEP` from which a body does not only take a name."""
    mentions = Counter(_attributes_of_inputs(parse(step.source.body)))
    return frozenset(mentions - Counter(above for above, _ in branch_name_reads(step)))


def _is_of_inputs(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == INPUTS
