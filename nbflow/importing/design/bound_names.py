"""Finds the plain names that a step binds: variables, imports, and names that must keep their spelling."""

from __future__ import annotations

import ast

from nbflow.flow.names.code import names_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.metaflow_cell import names_of_self


def assigned_in(tree: ast.Module) -> frozenset[str]:
    """Return the variables that would be artifacts of a cell."""
    return names_of_self(tree).locals


def imported_in(tree: ast.AST) -> frozenset[str]:
    nodes = (node for node in every_node(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return frozenset(alias.asname or alias.name.partition(".")[0] for node in nodes for alias in node.names)


def stored_in(tree: ast.AST) -> frozenset[str]:
    """Return every name that is bound anywhere, also in functions and comprehensions, without imports."""
    names = (node.id for node in every_node(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    return frozenset(names) | arguments_in(tree)


def arguments_in(tree: ast.AST) -> frozenset[str]:
    return frozenset(node.arg for node in every_node(tree) if isinstance(node, ast.arg))


def fixed_in(tree: ast.AST) -> frozenset[str]:
    """Return names that are used by their text: attributes of classes, and keyword arguments."""
    bodies = (node.body for node in every_node(tree) if isinstance(node, ast.ClassDef))
    attributes = frozenset[str]().union(*(names_of(body).bound for body in bodies))
    given = {node.arg for node in every_node(tree) if isinstance(node, ast.keyword)}
    return attributes | (arguments_in(tree) & given)
