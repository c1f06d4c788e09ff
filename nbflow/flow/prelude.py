"""Statements of ordinary cells: those that are shipped to workers as source, and those that steps cannot see."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nbflow.flow.code import Names, digest, names_of
from nbflow.flow.lines import lines_of
from nbflow.flow.purity import Purity, origins_of
from nbflow.flow.step import Definition, DefinitionKind, Place, Scratch
from nbflow.flow.text import Text

BUILTINS = frozenset(dir(builtins))
_MODULE_NAMES = frozenset({"__name__", "__file__", "__doc__"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement of an ordinary cell, and its names."""

    node: ast.stmt
    source: str
    place: Place
    names: Names
    code: str  # digest
    portable: bool = True  # holds no magic, which only the notebook's own kernel understands


def statements_of(text: Text, place: Place, *, lazy_annotations: bool = False) -> list[Statement]:
    return [
        Statement(
            node,
            _source_of(text.source, node),
            Place(place.document, place.cell, first := _first_line(node)),
            names_of(node, lazy_annotations=lazy_annotations),
            digest(node),
            text.magic.isdisjoint(range(first, (node.end_lineno or first) + 1)),
        )
        for node in text.tree.body
    ]


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _source_of(source: str, node: ast.stmt) -> str:
    if getattr(node, "decorator_list", None):
        return "\n".join(lines_of(source)[_first_line(node) - 1 : node.end_lineno])
    return ast.get_source_segment(source, node) or ""


def is_future_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


@dataclass(frozen=True, slots=True)
class Sorted:
    definitions: tuple[Definition, ...] = ()
    scratch: tuple[Scratch, ...] = ()


def sort_statements(statements: Sequence[Statement], artifacts: frozenset[str], given: frozenset[str]) -> Sorted:
    """Tell prelude and scratch apart. `given` are parameters and what shared cells bind.

    A constant that a scratch statement changes later would hold one value in the notebook and another in a worker, so
    it is scratch as well, and with it what is computed from it: sorted again until nothing more changes.
    """
    spoiled: frozenset[str] = frozenset()
    while True:
        found = _Sorting(artifacts, given, spoiled)
        for statement in statements:
            found.add(statement)
        if found.spoils() <= spoiled:
            return Sorted(tuple(found.definitions), tuple(found.scratch))
        spoiled |= found.spoils()


class _Sorting:
    """One pass over all statements, with the names seen so far."""

    def __init__(self, artifacts: frozenset[str], given: frozenset[str], spoiled: frozenset[str]) -> None:
        self._hidden = set(artifacts)  # what a prelude statement may not read when it runs
        self._known = set(BUILTINS | _MODULE_NAMES | given)
        self._spoiled = spoiled
        self._origins: dict[str, str] = {}
        self._rebound: set[str] = set()
        self._changed: set[str] = set()
        self.definitions: list[Definition] = []
        self.scratch: list[Scratch] = []

    def add(self, statement: Statement) -> None:
        if _does_nothing(statement.node):
            return
        kind = self._kind(statement.node)
        if not statement.portable or kind is None or self._is_spoiled(statement, kind):
            self._add_scratch(statement)
        else:
            self._add_definition(statement, kind)

    def _is_spoiled(self, statement: Statement, kind: DefinitionKind) -> bool:
        if kind in ("import", "shared"):
            return False
        return not statement.names.bound.isdisjoint(self._spoiled)

    def _add_scratch(self, statement: Statement) -> None:
        names = statement.names
        self._rebound |= names.bound
        self._changed |= names.mutates
        self._hidden |= names.bound
        self.scratch.append(Scratch(names.bound, statement.place, statement.source))

    def _add_definition(self, statement: Statement, kind: DefinitionKind) -> None:
        names = statement.names
        self._known |= names.bound
        self._origins = {name: o for name, o in self._origins.items() if name not in names.bound}
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._origins.update(origins_of(node))
        bound = names.bound | ({"*"} if names.star_line else frozenset())
        self.definitions.append(
            Definition(
                statement.source,
                statement.place,
                kind,
                bound,
                names.free,
                statement.code,
                names.modules,
                origins=names.imports if kind == "import" else frozenset(),
                held=names.held,
            )
        )

    def spoils(self) -> frozenset[str]:
        constants = {name for d in self.definitions if d.kind in ("constant", "block") for name in d.names}
        defined = {name for d in self.definitions if d.kind != "import" for name in d.names}
        return frozenset((self._rebound & defined) | (self._changed & constants)) | self._spoiled

    def _kind(self, node: ast.stmt) -> DefinitionKind | None:
        """What a statement is; None if it is scratch."""
        match node:
            case ast.Import() | ast.ImportFrom():
                return "shared" if is_future_import(node) else "import"  # a future import holds for all that follows
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return "function" if self._can_run(node) else None
            case ast.ClassDef():
                return "class" if self._can_run(node) else None
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                return "constant" if self._is_constant(node) else None
            case ast.If() | ast.Try():
                return "block" if self._is_block(node) else None
            case _:
                return None

    def _can_run(self, node: ast.stmt) -> bool:
        """Decorators, defaults and class bodies run at once; what a function calls later is not looked at."""
        return names_of(node).now.isdisjoint(self._hidden)

    def _is_constant(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        read = [node.target] if isinstance(node, ast.AugAssign) else []
        return all(map(_is_plain_target, targets)) and self._all_pure([node.value, *read])

    def _all_pure(self, values: Iterable[ast.expr | None]) -> bool:
        purity = Purity(frozenset(self._known - self._hidden), self._origins)
        return all(purity.is_pure(value) for value in values)

    def _is_block(self, node: ast.If | ast.Try) -> bool:
        match node:
            case ast.If(test=test, body=body, orelse=other):
                return self._all_pure([test]) and self._all_defined([*body, *other])
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=final):
                rescues = [statement for handler in handlers for statement in handler.body]
                types = [handler.type for handler in handlers]
                return self._all_pure(types) and self._all_defined([*body, *rescues, *other, *final])

    def _all_defined(self, statements: list[ast.stmt]) -> bool:
        """Each may use what stands before it in the block."""
        inner = _Sorting(frozenset(self._hidden), frozenset(self._known), self._spoiled)
        inner._origins = dict(self._origins)
        for statement in statements:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                inner._origins.update(origins_of(statement))
            if not _does_nothing(statement) and inner._kind(statement) is None:
                return False
            inner._known |= names_of(statement).bound
        return True


def _does_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Global() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True
        case _:
            return False


def _is_plain_target(node: ast.expr) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(map(_is_plain_target, parts))
        case ast.Starred(value=value):
            return _is_plain_target(value)
        case _:
            return False
