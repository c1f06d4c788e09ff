"""Finds names that code tests for existence: `try: x` with `except NameError`, or `if "x" in globals()`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nbflow.flow.names.strings import is_dir, is_namespace
from nbflow.flow.source.trees import every_node

_CATCH_ALL = frozenset(("Exception", "BaseException"))


def names_asked_for(node: ast.Try | ast.TryStar | ast.If | ast.IfExp | ast.BoolOp) -> frozenset[str]:
    """Return the names that may be missing in the code under a test for existence."""
    match node:
        case ast.BoolOp(values=[test, *_]) | ast.If(test=test) | ast.IfExp(test=test):
            return _looked_up(test)
        case ast.Try(body=body, handlers=handlers) | ast.TryStar(body=body, handlers=handlers):
            return _tried(body, handlers)
        case _:
            return frozenset()


def _looked_up(test: ast.expr) -> frozenset[str]:
    return frozenset(filter(None, map(looked_up, every_node(test))))


def looked_up(node: ast.AST) -> str | None:
    """Return the name that a comparison looks up in a namespace: `x` in `"x" in globals()` or `"x" not in dir()`."""
    match node:
        case ast.Compare(left=ast.Constant(value=str(name)), ops=[ast.In() | ast.NotIn()], comparators=[space]):
            return name if is_namespace(space) or is_dir(space) else None
        case _:
            return None


def _tried(body: list[ast.stmt], handlers: Iterable[ast.ExceptHandler]) -> frozenset[str]:
    """Return the names that a `try` tests: all in its body for NameError, or its only name for a general handler."""
    caught = {name for handler in handlers for name in _caught(handler)}
    if "NameError" in caught:
        return _read(body)
    return _read(body[:1]) if caught & _CATCH_ALL and _is_name(body[0]) else frozenset()


def _caught(handler: ast.ExceptHandler) -> Iterable[str]:
    match handler.type:
        case None:
            return ("BaseException",)
        case ast.Tuple(elts=kinds):
            return (kind.id for kind in kinds if isinstance(kind, ast.Name))
        case kind:
            return (kind.id,) if isinstance(kind, ast.Name) else ()


def _is_name(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name)


def _read(statements: Iterable[ast.stmt]) -> frozenset[str]:
    nodes = (node for statement in statements for node in every_node(statement))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
