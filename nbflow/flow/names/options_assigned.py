"""Finds the options of libraries that a document assigns: a value that reads one is another one above and below."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbflow.flow.names.scope import imported_names


def options_assigned(statements: Sequence[ast.AST]) -> frozenset[str]:
    """Return the texts of what the statements assign in imported modules, such as `pd.options.display.max_rows`."""
    targets = [target for node in statements for target in _places(node)]
    if not targets:
        return frozenset()
    imports = (node for node in statements if isinstance(node, ast.Import | ast.ImportFrom))
    imported = {name for node in imports for name in imported_names(node)}
    return frozenset(_text(one) for one in targets if _root(one) in imported)


def _text(target: ast.expr) -> str:
    """Return the text by which others read it; a variable of the environment is read in several ways."""
    match target:
        case ast.Subscript(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), slice=ast.Constant() as name):
            return ast.unparse(name)
    return ast.unparse(target)


def _places(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the attributes and elements to which a statement assigns."""
    match node:
        case ast.Assign(targets=targets):
            yield from (one for one in targets if isinstance(one, ast.Attribute | ast.Subscript))
        case ast.AugAssign(target=ast.Attribute() | ast.Subscript() as target):
            yield target


def _root(node: ast.expr) -> str:
    """Return the name at the start of `decimal.getcontext().prec`; "" if it starts with something else."""
    match node:
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
            return _root(inner)
        case ast.Name(id=name):
            return name
    return ""
