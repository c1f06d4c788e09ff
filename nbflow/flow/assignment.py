"""Definite assignment: which names a body has bound for sure, perhaps, or not at all, wherever it reads one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nbflow.flow.scope import (
    ComprehensionNode,
    FunctionNode,
    Scope,
    annotations_of,
    imported_names,
    mutated_by,
    root_of,
    signature_parts,
    walruses_of,
)


@dataclass(frozen=True, slots=True)
class State:
    """What is bound where the control flow stands. A dead state is behind a `raise`, `break` or `continue`."""

    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()  # deleted on some path
    live: bool = True

    def bind(self, names: Iterable[str]) -> State:
        names = frozenset(names)
        return replace(self, must=self.must | names, may=self.may | names, gone=self.gone - names)

    def perhaps(self, names: Iterable[str]) -> State:
        return replace(self, may=self.may | frozenset(names))

    def unbind(self, name: str) -> State:
        return State(self.must - {name}, self.may - {name}, self.gone | {name}, self.live)

    def stop(self) -> State:
        return replace(self, live=False)


def join(states: Sequence[State]) -> State:
    """Where paths meet: bound for sure is what every living path binds."""
    living = [state for state in states if state.live]
    if not living:
        return states[0].stop()
    return State(
        frozenset.intersection(*(state.must for state in living)),
        frozenset().union(*(state.may for state in living)),
        frozenset().union(*(state.gone for state in living)),
    )


class Body(ast.NodeVisitor):
    """Walks statements in the order in which they run. Visiting an expression reads and binds as evaluating it does."""

    def __init__(self, *, lazy_annotations: bool = False) -> None:
        self.state = State()
        self.hard: set[str] = set()
        self.soft: set[str] = set()
        self.deferred: set[str] = set()  # mentioned by nested functions before the body binds them
        self.assigned: set[str] = set()
        self.mutated: set[str] = set()
        self.imported: set[str] = set()
        self.bound: set[str] = set()
        self._breaks: list[list[State]] = []  # of the loops around, innermost last
        self._carried: frozenset[str] = frozenset()  # what an earlier turn of a loop around may have bound
        self._targets: frozenset[str] = frozenset()  # loop and `with` targets in force: they stay no artifacts
        self._plain = True
        self._lazy_annotations = lazy_annotations

    def run(self, statements: Iterable[ast.AST], start: State) -> State:
        self.state = start
        for statement in statements:
            self.visit(statement)
        return self.state

    # names

    def read(self, name: str) -> None:
        if self.state.live and name not in self.state.must:
            (self.soft if name in self.state.may else self.hard).add(name)

    def bind(self, name: str) -> None:
        self.bound.add(name)
        if self._plain and name not in self._targets:
            self.assigned.add(name)
        self.state = self.state.bind([name])

    def mutate(self, name: str | None) -> None:
        if name and name not in self.state.must:
            self.mutated.add(name)

    def defer(self, scope: Scope) -> None:
        """What a function will do when somebody calls it, which may be after the body has bound more names."""
        self.deferred |= scope.free - self.state.must
        self.mutated |= scope.changed - self.state.must
        self._bind_perhaps(scope.assigned_outside)

    def _bind_perhaps(self, names: set[str]) -> None:
        self.bound |= names
        self.assigned |= names
        self.state = self.state.perhaps(names)

    @contextmanager
    def _as_target(self) -> Iterator[None]:
        before, self._plain = self._plain, False
        yield
        self._plain = before

    def bind_target(self, target: ast.AST | str) -> None:
        with self._as_target():
            if isinstance(target, str):
                self.bind(target)
            else:
                self.visit(target)

    @contextmanager
    def _within(self, targets: Iterable[ast.AST], carried: frozenset[str] = frozenset()) -> Iterator[None]:
        before = self._targets, self._carried
        self._targets |= frozenset(Scope.of(targets).stores)
        self._carried |= carried
        yield
        self._targets, self._carried = before

    def _unsure(self, state: State) -> State:
        """In a branch inside a loop an earlier turn may have bound what this turn has not."""
        return state.perhaps(self._carried)

    def _branch(self, start: State, *branches: Iterable[ast.AST]) -> list[State]:
        return [self.run(branch, self._unsure(start)) for branch in branches]

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

    def visit_Call(self, node: ast.Call) -> None:
        self.mutate(mutated_by(node))
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self.state = join(self._branch(self.state, [node.body], [node.orelse]))

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self.state = join(self._branch(self.state, [], node.values[1:]))

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
        inner = Scope.of_comprehension(node)
        for name in (inner.loads | inner.nested) - inner.stores:
            self.read(name)
        for name in inner.changed:
            self.mutate(name)
        self._bind_perhaps(walruses_of(node))

    # statements that bind

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
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
        self.defer(Scope.of_function(node))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        inner = Scope.of(node.body)
        for name in inner.loads - inner.stores:
            self.read(name)
        self.bind_target(node.name)
        self.deferred |= inner.nested - self.state.must - {"__class__"}
        self.mutated |= inner.changed - self.state.must
        self._bind_perhaps(inner.assigned_outside)

    # control flow

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.state = join(self._branch(self.state, node.body, node.orelse))

    def visit_For(self, node: ast.For) -> None:
        self._iterate(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._iterate(node)

    def _iterate(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        before = self.state
        self.bind_target(node.target)
        with self._within([node.target], _bindings(node.body)):
            turn, breaks = self._turn(node.body)
        done = join([before, turn]).perhaps(_bindings(node.body))
        self.state = join([self.run(node.orelse, done), *breaks])

    def visit_While(self, node: ast.While) -> None:
        with self._within([], _bindings(node.body)):
            self.visit(node.test)
            before = self.state
            turn, breaks = self._turn(node.body)
        done = join([before, turn]).perhaps(_bindings(node.body))
        if isinstance(node.test, ast.Constant) and node.test.value:
            self.state = join(breaks) if breaks else done.stop()
        else:
            self.state = join([self.run(node.orelse, done), *breaks])

    def _turn(self, body: list[ast.stmt]) -> tuple[State, list[State]]:
        """One turn of a loop: the state at its end, and the states in which it was left by `break`."""
        self._breaks.append([])
        end = self.run(body, self.state)
        return end, self._breaks.pop()

    def visit_Break(self, node: ast.Break) -> None:
        if self._breaks:
            self._breaks[-1].append(self.state)
        self.state = self.state.stop()

    def visit_Continue(self, node: ast.Continue) -> None:
        self.state = self.state.stop()

    def visit_Raise(self, node: ast.Raise) -> None:
        self.generic_visit(node)
        self.state = self.state.stop()

    def visit_Try(self, node: ast.Try) -> None:
        self._attempt(node)

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self._attempt(node)

    def _attempt(self, node: ast.Try | ast.TryStar) -> None:
        before = self.state
        tried = self.run(node.body, before)
        broken = replace(join([before, tried]) if tried.live else before, must=before.must & (tried.must | tried.may))
        broken = self._unsure(broken.perhaps(_bindings(node.body)))
        ends = [self.run(node.orelse, tried)]
        ends += [self.run([handler], broken) for handler in node.handlers]
        self.run(node.finalbody, broken)
        self.state = self.run(node.finalbody, join(ends))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type:
            self.visit(node.type)
        if node.name:
            self.bind_target(node.name)
        for statement in node.body:
            self.visit(statement)
        if node.name:
            self.state = self.state.unbind(node.name)

    def visit_With(self, node: ast.With) -> None:
        self._manage(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._manage(node)

    def _manage(self, node: ast.With | ast.AsyncWith) -> None:
        targets = [item.optional_vars for item in node.items if item.optional_vars]
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars:
                self.bind_target(item.optional_vars)
        before = self.state
        with self._within(targets):
            end = self.run(node.body, before)
        if any(_swallows(item.context_expr) for item in node.items):
            end = join([before, end]).perhaps(_bindings(node.body))
        self.state = end

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = self.state
        ends = self._branch(before, *([case] for case in node.cases))
        self.state = join(ends if _is_irrefutable(node.cases[-1]) else [*ends, before])

    def visit_match_case(self, node: ast.match_case) -> None:
        with self._as_target():
            self.visit(node.pattern)
        if node.guard:
            self.visit(node.guard)
        for statement in node.body:
            self.visit(statement)

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


def _bindings(statements: Iterable[ast.AST]) -> frozenset[str]:
    """What statements may bind for the first time; `x += 1` needs an `x` already."""
    return frozenset(Scope.of(statements).stores)


def _swallows(context: ast.expr) -> bool:
    """`with suppress(…)` may leave its body half done and go on."""
    call = context.func if isinstance(context, ast.Call) else context
    return (call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")) == "suppress"


def _is_irrefutable(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
