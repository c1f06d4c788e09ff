"""Finds the expressions that the names of a body are bound to, regardless of order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nbflow.flow.source.trees import children, every_node


@dataclass(frozen=True, slots=True)
class BoundValue:
    """Says how a name gets its value: it `is` the value, `each` item in turn, a `part` of each item, or something
    unknown.
    """

    kind: Literal["is", "each", "part", "other"]
    value: ast.expr
    index: int = 0

    @classmethod
    def of_loop(cls, target: ast.expr, over: ast.expr) -> Iterator[tuple[str, BoundValue]]:
        """Yield the names that a loop binds, with their values."""
        match target:
            case ast.Name(id=name):
                yield name, cls("each", over)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for index, part in enumerate(parts):
                    yield from ((name, cls("part", over, index)) for name in _names(part))


def bindings_of(statements: Sequence[ast.stmt]) -> Mapping[str, tuple[BoundValue, ...]]:
    """Return the bindings of each name in a body, without those inside functions and classes."""
    found: dict[str, tuple[BoundValue, ...]] = {}
    for node in _walk(statements):
        for name, bound in _bindings(node):
            found[name] = (*found.get(name, ()), bound)
    return found


def _walk(statements: Sequence[ast.AST]) -> Iterator[ast.AST]:
    agenda = list(statements)
    while agenda:
        node = agenda.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            agenda.extend(children(node))


def _bindings(node: ast.AST) -> Iterator[tuple[str, BoundValue]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from _assigned(target, value)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, BoundValue("other", value)
        case ast.For(target=target, iter=over) | ast.AsyncFor(target=target, iter=over):
            yield from BoundValue.of_loop(target, over)
        case ast.comprehension(target=target, iter=over):
            yield from BoundValue.of_loop(target, over)
        case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
            yield name, BoundValue("other", value)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, BoundValue]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, BoundValue("is", value)
        case (ast.Tuple(elts=targets), ast.Tuple(elts=values)) if len(targets) == len(values):
            for one, part in zip(targets, values, strict=True):
                yield from _assigned(one, part)
        case _:
            yield from ((name, BoundValue("other", value)) for name in _names(target))


def _names(target: ast.expr) -> Iterator[str]:
    """Yield the names that a target binds, not those that it only reads for a subscript or an attribute."""
    return (node.id for node in every_node(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
