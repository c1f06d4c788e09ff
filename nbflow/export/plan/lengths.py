"""Finds what the code shows about the items of a foreach: whether they are a list, and whether there are any."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse, parse_expression
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Prelude
from nbflow.flow.syntax.specs import StepSpec

_KEEPING = frozenset({"enumerate", "list", "reversed", "sorted", "tuple", "set"})


def always_has_items(graph: Graph, opener: StepSpec) -> bool:
    """Tell whether the foreach has items in every run."""
    assert opener.control.foreach is not None
    value = _value(graph, opener) or parse_expression(opener.control.foreach.expr)
    return _has_items(_Constants(graph.prelude).visit(copy.deepcopy(value)))


def is_sequence(graph: Graph, opener: StepSpec) -> bool:
    """Tell whether the expression is an artifact that is a list, tuple or text: FlowSpec can go over it itself."""
    assert opener.control.foreach is not None
    value = _value(graph, opener)
    return opener.control.foreach.expr.isidentifier() and value is not None and _is_sequence(value)


def is_list(graph: Graph, opener: StepSpec) -> bool:
    """Tell whether the expression makes a list."""
    assert opener.control.foreach is not None
    own = graph.prelude.names | {binding.name for binding in graph.links[opener.name].bindings}
    match parse_expression(opener.control.foreach.expr):
        case ast.List() | ast.ListComp():
            return True
        case ast.Call(func=ast.Name(id=function)):
            return function in {"list", "sorted"} - own
        case _:
            return False


def is_truth(step: StepSpec, name: str) -> bool:
    """Tell whether a plain body assigns only true or false to a name."""
    tree = parse(step.source.body)
    stores = [n for n in every_node(tree) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)]
    values = [*_assignments(tree, name)]
    return bool(values) and len(values) == len(stores) and all(map(_is_truth, values))


def _is_truth(node: ast.expr) -> bool:
    match node:
        case ast.Compare(ops=[_]) | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=True | False):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_truth, values))
        case ast.Call(func=ast.Name(id="bool")):
            return True
        case _:
            return False


def _value(graph: Graph, opener: StepSpec) -> ast.expr | None:
    """Return the expression of the header; for an artifact, the value that its only writer assigns."""
    assert opener.control.foreach is not None
    expression = parse_expression(opener.control.foreach.expr)
    if not isinstance(expression, ast.Name):
        return expression
    writers = [b.writers for b in graph.links[opener.name].bindings if b.name == expression.id and len(b.writers) == 1]
    if not writers:
        return None
    step = graph.steps[writers[0][0]]
    return None if step.metaflow else _assigned(step, expression.id)


def _assigned(step: StepSpec, name: str) -> ast.expr | None:
    """Return the value of `name = …` if nothing else in the body uses the name."""
    tree = parse(step.source.body)
    if sum(isinstance(node, ast.Name) and node.id == name for node in every_node(tree)) != 1:
        return None
    return next(_assignments(tree, name), None)


def _assignments(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value


@dataclass
class _Constants(ast.NodeTransformer):
    """Replaces the names of constants by their values."""

    prelude: Prelude

    def visit_Name(self, node: ast.Name) -> ast.expr:
        found = [one for one in self.prelude.definitions if node.id in one.names]
        is_constant = [one.kind for one in found] == ["constant"]
        return next(_assignments(parse(found[0].source), node.id), node) if is_constant else node


def _has_items(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str() as text):
            return bool(text)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return any(not isinstance(part, ast.Starred) or _has_items(part.value) for part in parts)
        case ast.Dict(keys=keys):
            return any(keys)
        case ast.ListComp(generators=loops) | ast.SetComp(generators=loops):
            return all(not loop.ifs and _has_items(loop.iter) for loop in loops)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int() as stop)]):
            return stop > 0
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int() as start), ast.Constant(value=stop)]):
            return isinstance(stop, int) and stop > start
        case ast.Call(func=ast.Name(id="zip"), args=[_, *_] as inner):
            return all(map(_has_items, inner))
        case ast.Call(func=ast.Name(id=function), args=[inner, *_]) if function in _KEEPING:
            return _has_items(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="items" | "keys" | "values"), args=[]):
            return _has_items(inner)
        case ast.IfExp(body=one, orelse=other):
            return _has_items(one) and _has_items(other)
        case _:
            return False


def _is_sequence(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.List() | ast.Tuple() | ast.ListComp():
            return True
        case ast.Call(func=ast.Name(id=function)):
            return function in ("list", "sorted", "tuple", "range")
        case ast.IfExp(body=one, orelse=other):
            return _is_sequence(one) and _is_sequence(other)
        case _:
            return False
