"""Reads Metaflow-mode cells, where `self.x` is an artifact and `self.next(…)` names the next steps."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbflow.errors import HeaderError
from nbflow.flow.names.code import Names, names_of
from nbflow.flow.names.scope import FunctionNode, arguments_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import Next, NextKind

_MARK = "self."  # no plain name contains a dot, so marked names never equal plain ones
_METHODS = frozenset({"next", "merge_artifacts", "foreach_stack"})
ITEM = "input"  # the name for `self.input`, which the step that a foreach leads to binds


@dataclass(frozen=True, slots=True)
class SelfNames:
    """Holds the names of a Metaflow-mode body: its artifacts (`self.x`) and, apart from them, its plain names."""

    artifacts: Names
    mentions: frozenset[str]  # free plain names
    locals: frozenset[str]  # plain names that the body assigns


def names_of_self(tree: ast.Module) -> SelfNames:
    """Analyse a body as if each `self.x` were a plain variable with that dotted name."""
    marked = _Marking().visit(copy.deepcopy(tree))
    names = names_of(marked.body)
    writes, maybe = names.writes | names.passing, names.maybe_writes | names.maybe_passing
    artifacts = Names(
        reads=_unmark(names.reads),
        maybe_reads=_unmark(names.maybe_reads),
        writes=frozenset(name for name in _unmark(writes) if not name.startswith("_")),
        maybe_writes=frozenset(name for name in _unmark(maybe) if not name.startswith("_")),
        ends=_unmark(names.ends),
        maybe_ends=_unmark(names.maybe_ends),
        mutates=_unmark(names.mutates),
        modules=names.modules,
        star_line=names.star_line,
    )
    return SelfNames(artifacts, _plain(names.free) - {"self"}, _plain(names.writes - names.mutates))


def _unmark(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.removeprefix(_MARK) for name in names if name.startswith(_MARK))


def _plain(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if not name.startswith(_MARK))


class _Marking(ast.NodeTransformer):
    """Replaces each `self.x` by one name. Functions that have their own `self` stay unchanged."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not _is_self(node.value):
            return self._descend(node)
        attribute = ITEM if node.attr == "index" else node.attr
        return ast.copy_location(ast.Name(_MARK + attribute, node.ctx), node)

    def _descend(self, node: ast.expr) -> ast.expr:
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Attribute) and _is_self(node.func.value) and node.func.attr in _METHODS:
            arguments = [] if node.func.attr == "next" else [self.visit(argument) for argument in node.args]
            return ast.copy_location(ast.Tuple(arguments, ast.Load()), node)
        return self._descend(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return self._unless_own(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        return self._unless_own(node)

    def _unless_own(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
        if not _has_own_self(node):
            self.generic_visit(node)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node if _has_own_self(node) else self._descend(node)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _has_own_self(node: FunctionNode) -> bool:
    return "self" in arguments_of(node)


def _transitions(tree: ast.Module) -> Iterator[ast.Call]:
    for node in every_node(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self.next":
            yield node


def read_next(tree: ast.Module) -> Next | None:
    """Return the `self.next(…)` of a body, or None. Raises HeaderError for a form that does not name its targets."""
    calls = list(_transitions(tree))
    if len(calls) > 1:
        raise HeaderError("self.next is called twice", "Keep one self.next(…), as the last line of the cell")
    return _read_call(calls[0]) if calls else None


def _read_call(call: ast.Call) -> Next:
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    match call.args, keywords:
        case [ast.Dict() as cases], {"condition": ast.Constant(value=str() as condition), **rest} if not rest:
            return _read_switch(cases, condition)
        case [target], {"foreach": ast.Constant(value=str() as name), **rest} if not rest and name.isidentifier():
            return Next(NextKind.FOREACH, (_target(target),), foreach=name)
        case [target], {**rest} if not rest:
            return Next(NextKind.LINEAR, (_target(target),))
        case [_, _, *_] as targets, {**rest} if not rest:
            return Next(NextKind.BRANCH, tuple(_target(target) for target in targets))
        case _:
            raise HeaderError(f"'{ast.unparse(call)}' is not a transition", _FORMS)


_FORMS = (
    "Write self.next(self.a), self.next(self.a, self.b), self.next(self.a, foreach='items') "
    "or self.next({'x': self.a, 'y': self.b}, condition='kind')"
)


def _target(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and _is_self(node.value):
        return node.attr
    raise HeaderError(f"self.next cannot go to '{ast.unparse(node)}'", _FORMS)


def _read_switch(cases: ast.Dict, condition: str) -> Next:
    found: list[tuple[object, str]] = []
    for key, value in zip(cases.keys, cases.values, strict=True):
        if not isinstance(key, ast.Constant):
            raise HeaderError("a case of self.next is not a literal", _FORMS)
        found.append((key.value, _target(value)))
    targets = tuple(dict.fromkeys(target for _, target in found))
    if len(targets) < len(found):
        raise HeaderError("two cases of self.next lead to one step", "Give each case its own step, or remove a case")
    return Next(NextKind.SWITCH, targets, condition=condition, cases=tuple(found))
