"""Walks over syntax trees, which reading a notebook does all the time: as those of `ast`, and four times as fast.

The contexts of names (`ast.Load()` and the like) are left out: nobody looks for them but where a name stands.
"""

from __future__ import annotations

import ast
from typing import Any

_NO_NODES = frozenset((
    *("id", "ctx", "attr", "arg", "name", "kind", "type_comment", "level", "module", "asname", "rest", "is_async"),
    *("simple", "conversion", "kwd_attrs", "n", "s"),
))  # fmt: skip


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node that may hold nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        found = () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _NO_NODES)
        self[kind] = found
        return found


_fields = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    for name in _fields[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def every_node(node: ast.AST) -> list[ast.AST]:
    """A node and all below it, in the order of `ast.walk`."""
    found = [node]
    for one in found:
        if _fields[type(one)]:
            found += children(one)
    return found


class Visitor(ast.NodeVisitor):
    """Visits as `ast.NodeVisitor` does, without looking for the method of a kind of node more than once."""

    _methods: dict[type[ast.AST], Any]

    def __init_subclass__(cls) -> None:
        cls._methods = {}

    def visit(self, node: ast.AST) -> Any:
        kind = type(node)
        method = self._methods.get(kind)
        if method is None:
            method = self._methods[kind] = getattr(type(self), f"visit_{kind.__name__}", type(self).generic_visit)
        return method(self, node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Nothing is below it."""

    def generic_visit(self, node: ast.AST) -> None:
        for child in children(node):
            self.visit(child)
