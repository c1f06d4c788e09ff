"""Checks ids of objects that steps keep: in another step, the same object has another id."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parsed
from nbflow.flow.names.scope import root_of
from nbflow.flow.source.cell import Place, Problem
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition

_ASKS = re.compile(r"(?<![\w.])id\b")
_ADDING = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update"})
_KEEPING = frozenset({"hex", "str", "repr", "int", "list", "tuple", "set", "frozenset", "sorted"})


def ids_of_objects(graph: Graph) -> Iterator[Problem]:
    """Find ids that a step keeps, itself or through its functions, and that a step below compares with others."""
    told: set[tuple[Place, str]] = set()
    kept: dict[str, Mapping[str, Place]] = {}
    asking = frozenset(one for one in graph.prelude.definitions if _names_id(one.source))
    for reader, linked in graph.links.items() if "id" not in graph.prelude.names else ():
        for binding in linked.bindings if _asks(graph, reader, asking) else ():
            for writer in (one for one in binding.writers if one != reader):
                if writer not in kept:
                    kept[writer] = _kept(graph, writer)
                place = kept[writer].get(binding.name)
                if place is not None and (place, binding.name) not in told:
                    told.add((place, binding.name))
                    yield _told(place, writer, binding.name, reader)


def _asks(graph: Graph, step: str, asking: frozenset[Definition]) -> bool:
    """Return whether a step asks for ids, itself or through functions that are `asking`."""
    return _names_id(graph.steps[step].source.body) or (bool(asking) and not asking.isdisjoint(graph.closure(step)))


@lru_cache(4096)
def _names_id(source: str) -> bool:
    return bool(_ASKS.search(source))


def _kept(graph: Graph, name: str) -> dict[str, Place]:
    """Map each name that keeps ids to the line that puts them there."""
    step = graph.steps[name]
    body = replace(step.place, line=step.source.body_line)
    found: dict[str, Place] = {}
    for source, place in ((step.source.body, body), *((one.source, one.place) for one in graph.closure(name))):
        for held, line in _stores(source) if _names_id(source) else ():
            found.setdefault(held, replace(place, line=place.line + line - 1))
    return found


@lru_cache(256)
def _stores(source: str) -> tuple[tuple[str, int], ...]:
    """Return each name in which a text keeps ids, with the line."""
    nodes = (node for statement in parsed(source) for node in every_node(statement))
    found = ((root_of(target), target.lineno) for node in nodes for target in _targets(node))
    return tuple((name, line) for name, line in found if name)


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from (one for one in targets if _holds_id(value) or _has_id_as_key(one))
        case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from [target] if _holds_id(value) or _has_id_as_key(target) else []
        case ast.Call(func=ast.Attribute(value=held, attr=attr), args=args) if attr in _ADDING:
            yield from [held] if any(map(_holds_id, args)) else []


def _has_id_as_key(target: ast.expr) -> bool:
    return isinstance(target, ast.Subscript) and _holds_id(target.slice)


def _holds_id(node: ast.expr | None) -> bool:
    """Return whether the value of an expression is an id, its text, or a container of these."""
    match node:
        case ast.Call(func=ast.Name(id="id")):
            return True
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="id"), *_]):
            return True
        case ast.Call(func=ast.Name(id=name), args=args) if name in _KEEPING:
            return any(map(_holds_id, args))
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.JoinedStr(values=parts):
            return any(map(_holds_id, parts))
        case ast.FormattedValue(value=part) | ast.Starred(value=part):
            return _holds_id(part)
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
            return _holds_id(part)
        case ast.Dict(keys=keys, values=values):
            return any(map(_holds_id, (*keys, *values)))
        case ast.DictComp(key=key, value=value):
            return _holds_id(key) or _holds_id(value)
        case _:
            return False


def _told(place: Place, writer: str, name: str, reader: str) -> Problem:
    message = f"step '{writer}' keeps ids of objects in '{name}': in step '{reader}', the same objects have other ids"
    fix = "Keep the objects themselves, or numbers of your own, or do both in one step"
    return Problem("ids-of-objects", message, fix, place, writer, warning=True)


ID_RULES = (ids_of_objects,)
