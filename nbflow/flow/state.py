"""State that functions keep: names of the module that they assign or change in place when somebody calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbflow.flow.scope import Scope, root_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def assigned_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return what the functions of some statements assign through `global`."""
    return frozenset().union(*(scope.assigned_outside for scope in _functions(statements)))


def changed_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return what the functions of some statements assign, or change in place as far as their looks tell."""
    return frozenset().union(*(scope.assigned_outside | scope.changed for scope in _functions(statements)))


def called_at_once(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement calls when it is executed, such as decorators, and not when a step runs."""
    decorators = getattr(statement, "decorator_list", [])
    body = decorators if isinstance(statement, _FUNCTIONS) else [statement]
    called = {root_of(call.func) for part in body for call in _calls(part)} | {root_of(one) for one in decorators}
    return frozenset(name for name in called if name)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls outside of functions."""
    if isinstance(node, ast.Call):
        yield node
    if not isinstance(node, _FUNCTIONS):
        for child in ast.iter_child_nodes(node):
            yield from _calls(child)


def _functions(nodes: Iterable[ast.AST]) -> Iterator[Scope]:
    """The outermost functions; a scope knows what those inside of it do."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            yield Scope.of_function(node)
        else:
            yield from _functions(ast.iter_child_nodes(node))
