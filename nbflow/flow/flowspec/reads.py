"""Finds what a step method may read: attributes and plain names in it, and in the methods and functions it reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbflow.flow.flowspec.classes import Method, is_main_guard
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.names.statements import Statement, statements_of
from nbflow.flow.names.text import Text
from nbflow.flow.source.cell import Place
from nbflow.flow.syntax.definition import Definition, Prelude

_LOOKING = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_EVERYTHING = frozenset({"vars", "dir", "eval", "exec", "locals"})
_OWNERS = frozenset({"self", "inputs"})


@dataclass
class Reads:
    """Holds what a method may read.

    `names` may contain more than is read, but never less, unless `dynamic` says that the names cannot be known.
    """

    names: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)  # free names
    modules: set[str] = field(default_factory=set)
    reached: dict[str, Method] = field(default_factory=dict)  # methods
    dynamic: bool = False
    merges: bool = False


def method_reads(method: Method, methods: Mapping[str, Method], prelude: Prelude) -> Reads:
    """Return what a method may read, following calls of methods of the class and names of the module."""
    reads = Reads()
    agenda = [(method.name, method)]
    while agenda:
        key, current = agenda.pop()
        if key not in reads.reached:
            reads.reached[key] = current
            _look_at(current.tree, reads)
            agenda.extend((k, m) for k, m in methods.items() if _is_reached(k, m, reads))
    reads.plain |= method.uses
    for definition in prelude.closure(reads.plain):
        _look_at(parse(definition.source), reads, elsewhere=True)
        reads.modules |= definition.modules
    return reads


def _is_reached(key: str, method: Method, reads: Reads) -> bool:
    """Return whether a method is reached. An overridden method has its class in its key; `super()` or that class leads
    to it.
    """
    if method.is_step or method.name not in reads.names:
        return False
    owner, dot, _ = key.rpartition(".")
    return not dot or not reads.plain.isdisjoint(("super", owner))


def _look_at(tree: ast.FunctionDef | ast.Module, reads: Reads, elsewhere: bool = False) -> None:
    """Add the names in a tree. `elsewhere` is a function of the module, which may get the flow as an argument."""
    finder = _Finder(reads, elsewhere)
    body: list[ast.stmt] = tree.body
    for node in body:
        finder.visit(node)
    if not elsewhere:
        found = names_of(body)
        reads.plain |= found.free - _OWNERS
        reads.modules |= found.modules


class _Finder(ast.NodeVisitor):
    """Collects the attributes and names that code may read from a flow."""

    def __init__(self, reads: Reads, elsewhere: bool) -> None:
        self.reads, self.elsewhere = reads, elsewhere

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.reads.names.add(node.attr)
        if node.attr == "__dict__" and not self.elsewhere:
            self.reads.dynamic = True
        if not isinstance(node.value, ast.Name):
            self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value.isidentifier():
            self.reads.names.add(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.value, ast.Name):
            self.visit(node.value)
        self.visit(node.slice)

    def visit_For(self, node: ast.For) -> None:
        self._iterate(node.iter)
        for part in (node.target, *node.body, *node.orelse):
            self.visit(part)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._iterate(node.iter)
        for part in node.ifs:
            self.visit(part)

    def _iterate(self, node: ast.expr) -> None:
        if not isinstance(node, ast.Name):
            self.visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "merge_artifacts":
            self.reads.merges = True
            return
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if not self.elsewhere:
            looks_up = name in _LOOKING and not (len(node.args) > 1 and isinstance(node.args[1], ast.Constant))
            self.reads.dynamic |= looks_up or name in _EVERYTHING
        harmless = _LOOKING | {"len", "enumerate", "zip", "reversed", "list", "tuple", "sorted", "max", "min", "sum"}
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if not (name in harmless and isinstance(argument, ast.Name)):
                self.visit(argument)
        self.visit(node.func)

    def visit_Name(self, node: ast.Name) -> None:
        """Note that `self` or `inputs` is passed on as a whole: it is unknown what is read from it."""
        if node.id in _OWNERS and not self.elsewhere:
            self.reads.dynamic = True


# modules


def read_module(source: str, document: str, without: Iterable[int]) -> Prelude:
    """Return the statements of a script as definitions, without the classes at the lines in `without`."""
    tree = parse(source)
    kept = [node for node in tree.body if not is_main_guard(node) and node.lineno not in set(without)]
    text = Text(ast.Module(kept, []), source)
    return Prelude(tuple(_define(statement, document) for statement in statements_of(text, Place(document, 0))))


def _define(statement: Statement, document: str) -> Definition:
    """Return the definition of a statement. A function changes names when it is called, not when it is defined."""
    names, is_code = statement.names, isinstance(statement.node, ast.FunctionDef | ast.ClassDef)
    changed = frozenset() if is_code else names.mutates
    bound = names.bound | changed | ({"*"} if names.star_line else frozenset())
    place = Place(document, 0, statement.node.lineno)
    return Definition(statement.source, place, "block", bound, names.free, statement.code, names.modules)
