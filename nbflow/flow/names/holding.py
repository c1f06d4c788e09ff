"""Finds functions that values hold: a lambda in a dict, a method of an object, a `partial`. They read names when
called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nbflow.flow.names.scope import NameScope, root_of
from nbflow.flow.source.trees import children, every_node

_CALL_AT_ONCE = frozenset(
    {"agg", "aggregate", "apply", "applymap", "assign", "filter", "groupby", "map", "max", "min", "pipe", "reduce"}
    | {"sort", "sort_values", "sorted", "sum", "transform"}
)
"""These calls use the functions they are given at once; their results hold none of them."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Holding:
    """Says which functions a name may hold.

    They read the names `free`, and include the functions held by values of the names `mentions` and by results of the
    functions `calls`.
    """

    name: str
    free: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Held:
    free: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)

    def add(self, other: _Held) -> bool:
        """Add what another value may hold, and return whether that was new."""
        before = len(self.free), len(self.mentions), len(self.calls)
        self.free |= other.free
        self.mentions |= other.mentions
        self.calls |= other.calls
        return before != (len(self.free), len(self.mentions), len(self.calls))


def makes_functions(node: ast.AST) -> bool:
    """Return whether the results of a function, or the objects of a class, may hold functions."""
    if isinstance(node, ast.ClassDef):
        return True
    return any(isinstance(inner, (*_FUNCTIONS, ast.ClassDef)) for inner in every_node(node) if inner is not node)


def holdings_of(statements: Iterable[ast.AST]) -> tuple[Holding, ...]:
    """Return which functions the names of a body may hold, judged by its text."""
    found: dict[str, _Held] = {}
    makers: set[str] = set()
    for node in statements:
        for name, held in _holding(node):
            found.setdefault(name, _Held()).add(held)
        makers.update(inner.name for inner in _definitions(node) if makes_functions(inner))
    while any(_inherit(held, found, makers) for held in found.values()):
        pass
    every = (
        Holding(n, frozenset(h.free), frozenset(h.mentions - found.keys()), frozenset(h.calls - found.keys()))
        for n, h in found.items()
    )
    return tuple(one for one in every if one.free or one.mentions or one.calls)


def _inherit(held: _Held, found: dict[str, _Held], makers: set[str]) -> bool:
    sources = (held.mentions | (held.calls & makers)) & found.keys()
    # a list would stop at the first, and all of them must be added
    return sum(held.add(found[name]) for name in sources) > 0


def _definitions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node
    elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
        for child in children(node):
            yield from _definitions(child)


def _holding(node: ast.AST) -> Iterator[tuple[str, _Held]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name, _Held(free=set(NameScope.of_function(node).free))
        case ast.ClassDef(name=name):
            scope = NameScope.of([node])
            yield name, _Held(free=set(scope.nested), mentions=set(scope.loads))
        case ast.Assign(targets=targets, value=value):
            yield from _given(targets, value)
        case ast.AnnAssign(target=bound, value=ast.expr() as value) | ast.AugAssign(target=bound, value=value):
            yield from _given([bound], value)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as func) as call):
            yield from _given([func.value], call)
        case ast.stmt() | ast.ExceptHandler() | ast.match_case():
            for target, value in _targets(node):
                yield from _given([target], value)
            for child in children(node):
                yield from _holding(child)
        case _:
            for inner in every_node(node):
                if isinstance(inner, ast.NamedExpr):
                    yield from _given([inner.target], inner.value)


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield target, value
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield from ((item.optional_vars, item.context_expr) for item in items if item.optional_vars)


def _given(targets: Iterable[ast.expr], value: ast.expr) -> Iterator[tuple[str, _Held]]:
    held = _Held()
    _collect(value, held)
    for target in targets:
        parts: list[ast.expr] = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        for name in filter(None, map(root_of, parts)):
            yield name, held


def _collect(node: ast.AST, held: _Held) -> None:
    match node:
        case ast.Lambda():
            held.free |= NameScope.of_function(node).free
        case ast.Name(id=name, ctx=ast.Load()):
            held.mentions.add(name)
        case ast.Call(func=ast.Name(id=name)):
            held.calls.add(name)
            _collect_arguments(node, name, held)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)):
            _collect(value, held)
            _collect_arguments(node, attr, held)
        case _:
            for child in children(node):
                _collect(child, held)


def _collect_arguments(call: ast.Call, name: str, held: _Held) -> None:
    for argument in () if name in _CALL_AT_ONCE else (*call.args, *(keyword.value for keyword in call.keywords)):
        _collect(argument, held)
