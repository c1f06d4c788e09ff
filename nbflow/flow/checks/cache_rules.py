"""Checks functions that cache their results: a cache in one worker process does not exist in the next."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.kept_state import changed_by_calls
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.places import problem
from nbflow.flow.syntax.specs import StepSpec

_CACHES = frozenset(("functools.cache", "functools.lru_cache"))
_ASKS = "cache_info"


@dataclass(frozen=True)
class _Cached:
    """Represents a name that holds a cached function, and the steps that use it, the one that makes it first."""

    name: str
    function: ast.AST | None  # None for one that is not defined in the notebook
    users: Sequence[StepSpec]

    def is_seen(self) -> bool:
        """Return whether a call does more than return a value."""
        changes = isinstance(self.function, ast.FunctionDef) and changed_by_calls([self.function])
        return bool(changes) or (self.function is not None and _prints(self.function))


def caches_of_functions(graph: Graph) -> Iterator[Problem]:
    """Find cached functions that run again in a later step where the user may notice it.

    With equal arguments they return the same value from an empty cache, but prints or `cache_info` show the difference.
    """
    origins = _origins(graph)
    for one in _cached_in(graph, origins) if _CACHES & _reached(origins) else ():
        later = one.users[1:]
        below = later if one.is_seen() else [step for step in later if _asks(graph, step, one.name)]
        if below:
            yield _told(one.name, one.users[0], below[0])


def _origins(graph: Graph) -> dict[str, str]:
    """Return what the imports of the notebook bind."""
    by_steps = {name: origin for step in graph.steps.values() for name, origin in step.names.imports}
    return by_steps | {name: origin for one in graph.prelude.definitions for name, origin in one.origins}


def _cached_in(graph: Graph, origins: Mapping[str, str]) -> Iterator[_Cached]:
    defined = {one.name: one for one in map(_function_of, graph.prelude.definitions) if one is not None}
    for definition in graph.prelude.definitions:
        function = _function_of(definition)
        if function is not None and any(_is_cache(one, origins) for one in function.decorator_list):
            yield _Cached(function.name, function, _users(graph, definition))
        for name, inner in _assigned(definition.source, origins) if definition.kind == "constant" else ():
            yield _Cached(name, _called(inner, defined), _users(graph, definition))
    for step in graph.steps.values():
        for name, inner in _assigned(step.source.body, origins):
            yield _Cached(name, _called(inner, defined | _functions_in(step)), [step, *_readers(graph, step, name)])


def _told(function: str, above: StepSpec, step: StepSpec) -> Problem:
    message = f"'{function}' starts with an empty cache in step '{step.name}'"
    message += f": the cache that step '{above.name}' filled no longer exists there"
    fix = "Put the cells into one step, or keep the results in a dictionary that the steps pass on"
    return problem("cache-of-function", step, message, fix, name=function, warning=True)


def _reached(origins: Mapping[str, str]) -> frozenset[str]:
    """Return the caching decorators that the imports of the notebook can bind."""
    return _CACHES if "functools" in origins.values() else frozenset(origins.values())


def _function_of(definition: Definition) -> ast.FunctionDef | None:
    node = parse(definition.source).body[0] if definition.kind == "function" else None
    return node if isinstance(node, ast.FunctionDef) else None


def _functions_in(step: StepSpec) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in parse(step.source.body).body if isinstance(node, ast.FunctionDef)}


def _assigned(source: str, origins: Mapping[str, str]) -> Iterator[tuple[str, ast.expr]]:
    """Yield each name that gets a cached function, with the function: `f = cache(f)`, `g = lru_cache(maxsize=9)(f)`."""
    for node in parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[inner])):
                if _is_cache(func, origins) and not isinstance(inner, ast.Constant):
                    yield name, inner


def _called(inner: ast.expr, defined: Mapping[str, ast.FunctionDef]) -> ast.AST | None:
    return defined.get(inner.id) if isinstance(inner, ast.Name) else inner


def _readers(graph: Graph, maker: StepSpec, name: str) -> Iterator[StepSpec]:
    for step, linked in graph.links.items():
        if any(one.name == name and maker.name in one.writers for one in linked.bindings):
            yield graph.steps[step]


def _is_cache(decorator: ast.expr, origins: Mapping[str, str]) -> bool:
    match decorator:
        case ast.Call(func=inner):
            return _is_cache(inner, origins)
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{origins.get(module)}.{name}" in _CACHES
        case ast.Name(id=name):
            return origins.get(name) in _CACHES
        case _:
            return False


def _users(graph: Graph, definition: Definition) -> list[StepSpec]:
    """Return the steps that call the function or define it, in document order."""
    own = definition.place.cell
    return [s for s in graph.steps.values() if s.place.cell == own or definition in graph.closure(s.name)]


def _prints(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "print" for node in every_node(function))


def _asks(graph: Graph, step: StepSpec, function: str) -> bool:
    texts = (step.source.body, *(one.source for one in graph.closure(step.name)))
    return any(re.search(rf"\b{re.escape(function)}\.{_ASKS}\b", text) for text in texts)


CACHE_RULES = (caches_of_functions,)
