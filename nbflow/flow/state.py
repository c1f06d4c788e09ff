"""State that functions keep: names of the module that they assign or change in place when somebody calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbflow.flow.scope import Scope

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)


def assigned_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return what the functions of some statements assign through `global`."""
    return frozenset().union(*(scope.assigned_outside for scope in _functions(statements)))


def changed_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return what the functions of some statements assign, or change in place as far as their looks tell.

    A function that changes the default of an argument changes itself.
    """
    statements = list(statements)
    kept = (one.name for one in statements if isinstance(one, _NAMED) and any(map(_changes_default, ast.walk(one))))
    return frozenset(kept).union(*(scope.assigned_outside | scope.changed for scope in _functions(statements)))


def _changes_default(node: ast.AST) -> bool:
    if not isinstance(node, _FUNCTIONS):
        return False
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    last = zip(reversed(positional), reversed(spec.defaults), strict=False)
    defaults = [*last, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    mutable = {argument.arg for argument, default in defaults if isinstance(default, _MUTABLE)}
    scope = Scope.of_function(node)
    return not mutable.isdisjoint(scope.mutated | scope.augmented)


def _functions(nodes: Iterable[ast.AST]) -> Iterator[Scope]:
    """The outermost functions; a scope knows what those inside of it do."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            yield Scope.of_function(node)
        else:
            yield from _functions(ast.iter_child_nodes(node))
