"""Finds steps that set attributes of imported modules and classes, which would stay for the tasks after them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from nbflow.flow.effects.statement_effects import imports_of, origin_of
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parsed
from nbflow.flow.source.trees import every_node
from nbflow.run.surroundings.patches import RESTORED_MODULES

_MAY_SET = re.compile(r"\.\w+ *(?::[^=\n]+)?[-+*/|&@%^]?=(?!=)|\b(?:setattr|delattr|del)\b")
"""Matches code that may set an attribute: a fast test before the exact one."""

_RESTORED = ("pandas.options", "matplotlib.rcParams", "matplotlib.pyplot.rcParams", "decimal", "tempfile", "sys")
"""Names what else is restored after each task."""


def patches_libraries(graph: Graph, step: str) -> bool:
    """Return whether a step, or code of the notebook that it uses, sets attributes that nothing restores."""
    closure = graph.closure(step)
    texts = [graph.steps[step].source.body, *(one.source for one in closure if one.is_code)]
    if not any(map(_MAY_SET.search, texts)):
        return False
    nodes = [node for text in texts for top in parsed(text) for node in every_node(top)]
    origins = {bound: origin for one in closure for bound, origin in one.origins}
    origins |= {**dict(graph.steps[step].names.imports), **imports_of(nodes)}
    return not all(_is_restored(origin) for node in nodes for origin in _owners(node, origins))


def _owners(node: ast.AST, origins: Mapping[str, str]) -> Iterator[str]:
    """Yield the imported objects of which a piece of code sets or deletes an attribute."""
    match node:
        case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
            yield origin_of(owner, origins)
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[owner, *_]):
            yield origin_of(owner, origins)


def _is_restored(origin: str) -> bool:
    """Return whether the attributes of an imported object are restored after each task; "" is no imported object."""
    return not origin or origin in RESTORED_MODULES or origin.startswith(_RESTORED)
