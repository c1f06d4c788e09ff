"""Finds what functions of the notebook read when a statement calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from nbflow.flow.effects.statement_effects import DefinitionNode, KnownEffects, body_of, executed
from nbflow.flow.names.scope import NameScope, arguments_of
from nbflow.flow.source.trees import every_node

_KEEPING = frozenset(("add", "append", "appendleft", "extend", "insert", "register", "setdefault", "update"))


def reads_of_calls(node: ast.AST, known: KnownEffects) -> frozenset[str]:
    """Return the names that the known functions and classes read which a node calls, itself or through others.

    A definition calls its decorators, and a class what its ancestors do with each new subclass. A function that is only
    kept, as in `HANDLERS.append(f)` or by `register(f)`, is not called.
    """
    found, entered = set[str](), set[int]()
    agenda = [*known.reached(_called(executed(node), known.bodies))]
    while agenda:
        body = known.bodies.get(agenda.pop())
        if body is not None and id(body) not in entered:
            entered.add(id(body))
            found |= NameScope.of([body]).free
            agenda += known.reached(_called(body_of(body), known.bodies))
    return frozenset(found)


def _called(nodes: Iterable[ast.AST], bodies: Mapping[str, DefinitionNode]) -> Iterator[str]:
    """Yield the names that the nodes call, or give to code that may call them."""
    for node in nodes:
        match node:
            case ast.Call():
                yield from _called_by(node, bodies)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _all_names(node.decorator_list)
            case ast.ClassDef():
                yield from _all_names(node.decorator_list)
                yield from _called_by_subclass(node, bodies)


def _called_by(call: ast.Call, bodies: Mapping[str, DefinitionNode]) -> Iterator[str]:
    yield from _names(call.func)
    if not _keeps_arguments(call.func, bodies):
        yield from _all_names((*call.args, *(one.value for one in call.keywords)))


def _called_by_subclass(node: ast.ClassDef, bodies: Mapping[str, DefinitionNode]) -> Iterator[str]:
    """Yield the metaclasses of a new class, and its ancestors that have `__init_subclass__`."""
    agenda, entered = [node], set[str]()
    while agenda:
        one = agenda.pop()
        yield from _all_names(keyword.value for keyword in one.keywords)
        for name in {*_all_names(one.bases)} - entered:
            entered.add(name)
            if isinstance(base := bodies.get(name), ast.ClassDef):
                agenda.append(base)
                if any(isinstance(part, ast.FunctionDef) and part.name == "__init_subclass__" for part in base.body):
                    yield name


def _all_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return (name for node in nodes for name in _names(node))


def _names(node: ast.AST) -> Iterator[str]:
    return (one.id for one in every_node(node) if isinstance(one, ast.Name))


def _keeps_arguments(func: ast.expr, bodies: Mapping[str, DefinitionNode]) -> bool:
    """Return whether a call certainly only keeps the functions that it is given."""
    match func:
        case ast.Attribute(attr=attr):
            return attr in _KEEPING
        case ast.Name(id=name) if isinstance(body := bodies.get(name), ast.FunctionDef | ast.Lambda):
            return arguments_of(body).isdisjoint(_called(body_of(body), {}))
        case _:
            return False
