"""State that functions keep: names of the module that they assign or change in place when somebody calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbflow.flow.scope import Scope

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def assigned_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return what the functions of some statements assign through `global`."""
    return frozenset().union(*(scope.assigned_outside for scope in _functions(statements)))


def changed_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return what the functions of some statements assign, or change in place as far as their looks tell."""
    return frozenset().union(*(scope.assigned_outside | scope.changed for scope in _functions(statements)))


def _functions(nodes: Iterable[ast.AST]) -> Iterator[Scope]:
    """The outermost functions; a scope knows what those inside of it do."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            yield Scope.of_function(node)
        else:
            yield from _functions(ast.iter_child_nodes(node))
