"""Fills in the cases of a switch that are values of configs: `self.next({self.config.kind: self.a, …}, …)`."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import Any

from nbflow.flow.flowspec.classes import is_transition


def fill_in_cases(tree: ast.FunctionDef, configs: Mapping[str, Any]) -> ast.FunctionDef:
    """Return the method with the values of configs in the cases of its last line. `configs` holds them by attribute."""
    last = tree.body[-1] if tree.body else None
    if not configs or not isinstance(last, ast.Expr) or not is_transition(last.value):
        return tree
    filled = copy.copy(tree)
    filled.body = [*tree.body[:-1], _Filling(configs).visit(copy.deepcopy(last))]
    return filled


class _Filling(ast.NodeTransformer):
    def __init__(self, configs: Mapping[str, Any]) -> None:
        self.configs = configs

    def visit_Dict(self, node: ast.Dict) -> ast.Dict:
        node.keys = [key and self._filled(key) for key in node.keys]
        return node

    def _filled(self, key: ast.expr) -> ast.expr:
        found, value = _find(key, self.configs)
        return ast.copy_location(ast.Constant(value), key) if found and isinstance(value, str | int | float) else key


def _find(node: ast.expr, configs: Mapping[str, Any]) -> tuple[bool, Any]:
    """Return whether an expression such as `self.config.a["b"]` names a value of the configs, and the value."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr in configs, configs.get(node.attr)
    key = node.attr if isinstance(node, ast.Attribute) else _constant(node)
    if not isinstance(node, ast.Attribute | ast.Subscript) or key is None:
        return False, None
    found, value = _find(node.value, configs)
    return (True, value[key]) if found and isinstance(value, Mapping) and key in value else (False, None)


def _constant(node: ast.expr) -> Any:
    return node.slice.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) else None
