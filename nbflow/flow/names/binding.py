"""Finds the names that straight-line code reads, binds and changes, in expressions and in statements that bind."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from nbflow.flow.names.bound import BoundNames
from nbflow.flow.names.existence import looked_up
from nbflow.flow.names.purity import origins_of
from nbflow.flow.names.scope import (
    ComprehensionNode,
    FunctionNode,
    NameScope,
    annotations_of,
    imported_names,
    mutated_by,
    root_of,
    signature_parts,
    walruses_of,
)
from nbflow.flow.names.strings import evaluated, is_namespace
from nbflow.flow.source.trees import Visitor, every_node


class BindingVisitor(Visitor, ast.NodeVisitor):  # ruff allows the method names because of the second base class
    """Walks code in the order in which it runs: visiting an expression reads and binds as evaluating it does."""

    def __init__(self, held: Mapping[int, frozenset[str]], *, lazy_annotations: bool = False) -> None:
        self.state = BoundNames()
        self.hard: set[str] = set()
        self.soft: set[str] = set()
        self.deferred: set[str] = set()  # names that nested functions mention before the body binds them
        self.assigned: set[str] = set()
        self.mutated: set[str] = set()
        self.imported: set[str] = set()
        self.bound: set[str] = set()
        self.held: set[str] = set()  # words in strings that the body has not bound before
        self._held = held
        # targets of the loops and `with` statements around; they are not artifacts
        self._targets: frozenset[str] = frozenset()
        self._asked: frozenset[str] = frozenset()  # names that the code has tested for existence
        self._plain = True
        self._lazy_annotations = lazy_annotations

    def run(self, statements: Iterable[ast.AST], start: BoundNames) -> BoundNames:
        """Visit the statements from a start state, and return the state at their end."""
        self.state = start
        for statement in statements:
            self.visit(statement)
        return self.state

    def visit(self, node: ast.AST) -> None:
        """Visit a node, and note the words in its strings first."""
        if id(node) in self._held:
            self._hold(self._held[id(node)])
        super().visit(node)

    # names

    def _hold(self, names: Collection[str]) -> None:
        if self.state.live:
            self.held |= set(names) - self.state.must

    def _hold_within(self, node: ast.AST, local: Collection[str]) -> None:
        """Note the words in the strings of an inner scope, whose code is not walked in order."""
        if self._held:
            names = (self._held.get(id(inner), frozenset()) for inner in every_node(node))
            self._hold(frozenset().union(*names) - set(local))

    def read(self, name: str) -> None:
        """Note that the code reads a name, for sure or perhaps."""
        if self.state.live and name not in self.state.must:
            (self.soft if name in self.state.may or name in self._asked else self.hard).add(name)

    def bind(self, name: str) -> None:
        """Note that the code binds a name."""
        self.bound.add(name)
        if self._plain and name not in self._targets:
            self.assigned.add(name)
        self.state = self.state.bind([name])

    def mutate(self, name: str | None) -> None:
        """Note that the code changes the object of a name in place."""
        if name and name not in self.state.must:
            self.mutated.add(name)

    def defer(self, scope: NameScope) -> None:
        """Note what a function does when it is called, which may be after the body has bound more names."""
        self.deferred |= scope.free - self.state.must
        self.mutated |= scope.changed - self.state.must
        self._bind_perhaps(scope.assigned_outside)

    def _bind_perhaps(self, names: set[str]) -> None:
        """Note names of the module that a function may bind when it is called."""
        self.bound |= names
        self.assigned |= names
        self.state = self.state.perhaps(names)

    @contextmanager
    def _as_target(self) -> Iterator[None]:
        before, self._plain = self._plain, False
        yield
        self._plain = before

    def bind_target(self, target: ast.AST | str) -> None:
        """Note that a loop, a `with`, an import or the like binds a target, which makes no artifact."""
        with self._as_target():
            if isinstance(target, str):
                self.bind(target)
            else:
                self.visit(target)

    # expressions

    def visit_Name(self, node: ast.Name) -> None:
        match node.ctx:
            case ast.Load():
                self.read(node.id)
            case ast.Store():
                self.bind(node.id)
            case _:
                self.read(node.id)
                self.state = self.state.unbind(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._change(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._change(node)

    def _change(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.mutate(root_of(node))
        self.generic_visit(node)
        match node:
            case ast.Subscript(value=call, slice=ast.Constant(value=str(name)), ctx=ast.Store()) if is_namespace(call):
                self.bind(name)

    def visit_Call(self, node: ast.Call) -> None:
        self.mutate(mutated_by(node))
        self.generic_visit(node)
        for statement in evaluated(node):
            self.visit(statement)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        name = looked_up(node)
        if name and self.state.live and name not in self.state.must:
            self.soft.add(name)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind_target(node.target)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._define(node, None)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehend(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehend(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehend(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehend(node)

    def _comprehend(self, node: ComprehensionNode) -> None:
        self.visit(node.generators[0].iter)
        inner = NameScope.of_comprehension(node)
        for name in (inner.loads | inner.nested) - inner.stores:
            self.read(name)
        for name in inner.changed:
            self.mutate(name)
        self._hold_within(node, inner.stores)
        walruses = walruses_of(node)
        self.bound |= walruses
        self.state = self.state.perhaps(walruses)

    # statements that bind

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        if isinstance(node.value, ast.Call):
            self.imported.update(origins_of(node))  # `json = importlib.import_module("json")`
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not self._lazy_annotations:
            self.visit(node.annotation)
        if node.value:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
            self.visit(node.value)
            self.bind(node.target.id)
        else:
            self.visit(node.target)
            self.visit(node.value)

    def visit_Import(self, node: ast.Import) -> None:
        for name in imported_names(node):
            self.imported.add(name)
            self.bind_target(name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "__future__":
            self._lazy_annotations |= "annotations" in imported_names(node)
        for name in imported_names(node):
            self.imported.add(name)
            self.bind_target(name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._define(node, node.name)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._define(node, node.name)

    def _define(self, node: FunctionNode, name: str | None) -> None:
        for part in signature_parts(node):
            self.visit(part)
        for part in [] if self._lazy_annotations else annotations_of(node):
            self.visit(part)
        if name:
            self.bind_target(name)
        inner = NameScope.of_function(node)
        self.defer(inner)
        self._hold_within(node, inner.local)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        inner = NameScope.of(node.body)
        for name in inner.loads - inner.stores:
            self.read(name)
        self.bind_target(node.name)
        self.deferred |= inner.nested - self.state.must - {"__class__"}
        self.mutated |= inner.changed - self.state.must
        self._bind_perhaps(inner.assigned_outside)
        self._hold_within(node, ())

    # patterns bind names

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self.bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self.bind(node.rest)
