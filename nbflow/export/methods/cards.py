"""Finds the cards that a step needs: one for what it displays, and those to which it appends."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.purity import origins_of
from nbflow.flow.source.trees import children, every_node
from nbflow.flow.syntax.specs import StepSpec

CURRENT = "nbflow.current"


def card_ids(step: StepSpec, graph: Graph, displays: bool) -> tuple[str | None, ...]:
    """Return the ids of the cards of a step; None is the card without an id."""
    sources = [step.source.body, *(one.source for one in graph.closure(step.name))]
    spelt = _spellings(graph)
    asked = [id for source in sources for id in _asked(parse(source), spelt)]
    ids = {id for id in asked if isinstance(id, str)}
    has_default = displays or None in asked or (... in asked and not ids)
    return (*([None] if has_default else []), *sorted(ids))


def _spellings(graph: Graph) -> Collection[str]:
    """Return the expressions that the notebook uses for `current`."""
    sources = [*(one.source for one in graph.prelude.definitions), *(step.source.body for step in graph.steps.values())]
    nodes = (node for source in sources for node in every_node(parse(source)))
    names = [one for node in nodes for one in origins_of(node).items()]
    return {name if origin == CURRENT else f"{name}.current" for name, origin in names if origin in (CURRENT, "nbflow")}


def _asked(node: ast.AST, spelt: Collection[str]) -> Iterator[object]:
    """Yield the ids of cards that code uses, None for the card without one, and `...` for all of them."""
    match node:
        case ast.Subscript(value=card, slice=ast.Constant(value=id)) if _is_card(card, spelt):
            yield id
        case ast.Attribute(value=card, attr="refresh") if _is_card(card, spelt):
            yield ...
        case ast.Attribute() if _is_card(node, spelt):
            yield None
        case _:
            for child in children(node):
                yield from _asked(child, spelt)


def _is_card(node: ast.AST, spelt: Collection[str]) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "card" and ast.unparse(node.value) in spelt
