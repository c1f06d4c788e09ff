"""Checks functions that cache their results: a cache in one worker process does not exist in the next."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.places import problem
from nbflow.flow.syntax.specs import StepSpec

_CACHES = frozenset(("functools.cache", "functools.lru_cache"))
_ASKS = "cache_info"


def caches_of_functions(graph: Graph) -> Iterator[Problem]:
    """Find cached functions that run again in a later step where the user may notice it.

    With equal arguments they return the same value from an empty cache, but prints or `cache_info` show the difference.
    """
    origins = {name: origin for one in graph.prelude.definitions for name, origin in one.origins}
    for definition in graph.prelude.definitions if _CACHES & _reached(origins) else ():
        function = _cached_function(definition, origins)
        users = _users(graph, definition) if function is not None else []
        if function is None or len(users) < 2:
            continue
        is_seen = bool(definition.state) or _prints(function)
        below = users[1:] if is_seen else [step for step in users[1:] if _asks(graph, step, function.name)]
        if below:
            yield _told(function.name, users[0], below[0])


def _told(function: str, above: StepSpec, step: StepSpec) -> Problem:
    message = f"'{function}' starts with an empty cache in step '{step.name}'"
    message += f": the cache that step '{above.name}' filled no longer exists there"
    fix = "Put the cells into one step, or keep the results in a dictionary that the steps pass on"
    return problem("cache-of-function", step, message, fix, name=function, warning=True)


def _reached(origins: Mapping[str, str]) -> frozenset[str]:
    """Return the caching decorators that the imports of the notebook can bind."""
    return _CACHES if "functools" in origins.values() else frozenset(origins.values())


def _cached_function(definition: Definition, origins: Mapping[str, str]) -> ast.FunctionDef | None:
    if definition.kind != "function" or not definition.source.startswith("@"):
        return None
    node = parse(definition.source).body[0]
    is_cached = isinstance(node, ast.FunctionDef) and any(_is_cache(one, origins) for one in node.decorator_list)
    return node if isinstance(node, ast.FunctionDef) and is_cached else None


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


def _prints(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "print" for node in every_node(function))


def _asks(graph: Graph, step: StepSpec, function: str) -> bool:
    texts = (step.source.body, *(one.source for one in graph.closure(step.name)))
    return any(re.search(rf"\b{re.escape(function)}\.{_ASKS}\b", text) for text in texts)


CACHE_RULES = (caches_of_functions,)
