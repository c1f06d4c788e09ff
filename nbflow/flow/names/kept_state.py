"""Finds state that functions keep: names of the module that they assign or change in place when they are called."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from typing import TypeGuard

from nbflow.flow.names.scope import MUTATORS, NameScope
from nbflow.flow.source.trees import children, every_node

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WHEN_DERIVED = frozenset({"__init_subclass__", "__set_name__"})
"""These methods act where a subclass is defined, not where the class is used."""

_CONTAINERS = frozenset({"list", "dict", "set", "defaultdict", "Counter", "deque", "OrderedDict"})
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)


def assigned_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that the functions of some statements assign through `global`."""
    return frozenset().union(*(scope.assigned_outside for scope in _functions(statements)))


def changed_by_calls(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that the functions of some statements assign or change in place, judged by their text.

    A function that changes the default of an argument changes itself; a class whose methods change it changes itself.
    """
    statements = list(statements)
    kept = (one.name for one in statements if isinstance(one, _NAMED) and any(map(_changes_default, every_node(one))))
    classes = (one.name for one in statements if isinstance(one, ast.ClassDef) and _changes_class(one))
    return frozenset((*kept, *classes)).union(
        *(scope.assigned_outside | scope.changed for scope in _functions(statements))
    )


def _changes_default(node: ast.AST) -> bool:
    if not isinstance(node, _FUNCTIONS):
        return False
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    last = zip(reversed(positional), reversed(spec.defaults), strict=False)
    defaults = [*last, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    mutable = {argument.arg for argument, default in defaults if isinstance(default, _MUTABLE)}
    scope = NameScope.of_function(node)
    return not mutable.isdisjoint(scope.mutated | scope.augmented)


def _changes_class(node: ast.ClassDef) -> bool:
    """Return whether methods change attributes of the class itself, or containers that all its objects share."""
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name not in _WHEN_DERIVED]
    shared = {name for one in node.body for name in _shared_attributes(one)}
    parts = [(method, part) for method in methods for part in every_node(method)]
    shared -= {part.attr for _, part in parts if _is_stored(part) and _is_object(part.value)}
    return any(_changes_shared(part, shared, method) for method, part in parts)


def _shared_attributes(node: ast.stmt) -> Iterator[str]:
    """Yield the names of lists and other containers assigned in the body of a class."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_container(value):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _is_container(value):
            yield name


def _is_container(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).rpartition(".")[2] in _CONTAINERS
    return isinstance(node, _MUTABLE)


def _is_stored(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)


def _is_object(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _changes_shared(node: ast.AST, shared: Collection[str], method: ast.FunctionDef) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=owner, attr=attr), attr=verb)):
            return verb in MUTATORS and attr in shared and (_is_object(owner) or _is_class(owner, method))
        case ast.Subscript(value=ast.Attribute(value=owner, attr=attr), ctx=ast.Store() | ast.Del()):
            return attr in shared and (_is_object(owner) or _is_class(owner, method))
        case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
            return _is_class(owner, method)
        case _:
            return False


def _is_class(node: ast.expr, method: ast.FunctionDef) -> bool:
    """Return whether the expression is `cls` of a class method, `type(self)` or `self.__class__`."""
    first = method.args.args[0].arg if method.args.args else ""
    is_class_method = any(ast.unparse(one) == "classmethod" for one in method.decorator_list)
    words = {"type(self)", "self.__class__"} | ({first} if is_class_method or method.name == "__new__" else set())
    return ast.unparse(node) in words


def _functions(nodes: Iterable[ast.AST]) -> Iterator[NameScope]:
    """Yield the scopes of the outermost functions, which include what inner functions do."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            if getattr(node, "name", "") not in _WHEN_DERIVED:
                yield NameScope.of_function(node)
        else:
            yield from _functions(children(node))
