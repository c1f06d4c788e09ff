"""Decides, wherever a body reads a name, whether the body has bound it for sure, perhaps, or not at all.

This is definite assignment: a walk along every path that control may take.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from nbflow.flow.names.binding import BindingVisitor
from nbflow.flow.names.bound import BoundNames, meet
from nbflow.flow.names.existence import names_asked_for
from nbflow.flow.names.scope import NameScope


class AssignmentWalk(BindingVisitor, ast.NodeVisitor):  # ruff allows the method names because of the second base class
    """Walks the statements of a body, along every path that control may take."""

    def __init__(self, held: Mapping[int, frozenset[str]], *, lazy_annotations: bool = False) -> None:
        super().__init__(held, lazy_annotations=lazy_annotations)
        self._breaks: list[list[BoundNames]] = []  # states at `break`, one list for each loop around, innermost last
        self._carried: frozenset[str] = frozenset()  # names that an earlier turn of a loop around may have bound

    @contextmanager
    def _within(self, targets: Iterable[ast.AST], carried: frozenset[str] = frozenset()) -> Iterator[None]:
        before = self._targets, self._carried
        self._targets |= frozenset(NameScope.of(targets).stores)
        self._carried |= carried
        yield
        self._targets, self._carried = before

    @contextmanager
    def _asking(self, names: frozenset[str]) -> Iterator[None]:
        """Read these names as names that may be missing: the code has asked whether they exist."""
        before = self._asked
        self._asked |= names
        yield
        self._asked = before

    def _unsure(self, state: BoundNames) -> BoundNames:
        """Return the state inside a loop, where an earlier turn may have bound more names."""
        return state.perhaps(self._carried)

    def _branch(self, start: BoundNames, *branches: Iterable[ast.AST]) -> list[BoundNames]:
        return [self.run(branch, self._unsure(start)) for branch in branches]

    # where paths part and meet

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        with self._asking(names_asked_for(node)):
            self.state = meet(self._branch(self.state, [node.body], [node.orelse]))

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        with self._asking(names_asked_for(node)):
            self.state = meet(self._branch(self.state, [], node.values[1:]))

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        with self._asking(names_asked_for(node)):
            self.state = meet(self._branch(self.state, node.body, node.orelse))

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
        done = meet([before, turn]).perhaps(_bindings(node.body))
        self.state = meet([self.run(node.orelse, done), *breaks])

    def visit_While(self, node: ast.While) -> None:
        with self._within([], _bindings(node.body)):
            self.visit(node.test)
            before = self.state
            turn, breaks = self._turn(node.body)
        done = meet([before, turn]).perhaps(_bindings(node.body))
        if isinstance(node.test, ast.Constant) and node.test.value:
            self.state = meet(breaks) if breaks else done.stop()
        else:
            self.state = meet([self.run(node.orelse, done), *breaks])

    def _turn(self, body: list[ast.stmt]) -> tuple[BoundNames, list[BoundNames]]:
        """Walk one turn of a loop. Return the state at its end, and the states at each `break`."""
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
        with self._asking(names_asked_for(node)):
            tried = self.run(node.body, before)
        broken = replace(meet([before, tried]) if tried.live else before, must=before.must & (tried.must | tried.may))
        broken = self._unsure(broken.perhaps(_bindings(node.body)))
        ends = [self.run(node.orelse, tried)]
        ends += [self.run([handler], broken) for handler in node.handlers]
        self.run(node.finalbody, broken)
        self.state = self.run(node.finalbody, meet(ends))

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
            end = meet([before, end]).perhaps(_bindings(node.body))
        self.state = end

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = self.state
        ends = self._branch(before, *([case] for case in node.cases))
        self.state = meet(ends if _is_irrefutable(node.cases[-1]) else [*ends, before])

    def visit_match_case(self, node: ast.match_case) -> None:
        with self._as_target():
            self.visit(node.pattern)
        if node.guard:
            self.visit(node.guard)
        for statement in node.body:
            self.visit(statement)


def _bindings(statements: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that statements may bind for the first time; `x += 1` needs an `x` before."""
    return frozenset(NameScope.of(statements).stores)


def _swallows(context: ast.expr) -> bool:
    """Return whether the context is `suppress(…)`, which may leave its body half done and continue."""
    call = context.func if isinstance(context, ast.Call) else context
    return (call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")) == "suppress"


def _is_irrefutable(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
