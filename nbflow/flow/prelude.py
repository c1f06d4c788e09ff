"""Statements of ordinary cells: those that are shipped to workers as source, and those that steps cannot see."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from nbflow.flow.cell import Place
from nbflow.flow.code import Names, digest, names_of
from nbflow.flow.definition import Definition, DefinitionKind, Scratch
from nbflow.flow.effects import Known, Touched, imports_of
from nbflow.flow.holding import makes_functions
from nbflow.flow.lines import lines_of
from nbflow.flow.purity import Purity, asks_for_folder, origins_of
from nbflow.flow.randomness import RandomUse, StepsAbove, random_use, random_use_of
from nbflow.flow.repeating import is_repeatable
from nbflow.flow.state import assigned_by_calls, changed_by_calls
from nbflow.flow.step import Step
from nbflow.flow.text import Text
from nbflow.flow.touching import touch

_OF_IPYTHON = frozenset({"get_ipython", "display", "__IPYTHON__"})
_OF_SITE = frozenset({"exit", "quit", "copyright", "credits", "license", "help"})  # IPython takes two of them away
BUILTINS = frozenset(dir(builtins)) - _OF_IPYTHON | _OF_SITE
"""The names that Python gives to all code, in whatever process this is asked."""

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


@lru_cache(2048)
def statements_of(text: Text, place: Place, *, lazy_annotations: bool = False) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            node,
            _source_of(text.source, node),
            Place(place.document, place.cell, first := _first_line(node)),
            names_of(node, lazy_annotations=lazy_annotations),
            digest(node),
            text.magic.isdisjoint(range(first, (node.end_lineno or first) + 1)),
        )
        for node in text.tree.body
    )


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
    random: Mapping[str, RandomUse] = field(default_factory=dict)  # what each step does with the random generators


def sort_statements(
    statements: Sequence[Statement], steps: Sequence[Step], given: frozenset[str], *, watches: bool = False
) -> Sorted:
    """Tell prelude and scratch apart, in document order.

    `given` are parameters and what shared cells bind; `watches`: some cell looks at the subclasses of a class.
    """
    artifacts = frozenset(name for step in steps for name in step.writes - step.mutates)
    moves = any("chdir(" in statement.source for statement in statements)
    found = _Sorting(artifacts, given, watches, moves=moves)
    below = sorted(steps, key=lambda step: step.place, reverse=True)
    for statement in statements:
        while below and below[-1].place < statement.place:
            found.pass_by(below.pop())
        found.add(statement)
    for step in reversed(below):
        found.pass_by(step)
    return Sorted(tuple(found.definitions), tuple(found.scratch), found.random)


class _Sorting:
    """One pass over all statements, with the names seen so far."""

    def __init__(self, artifacts: frozenset[str], given: frozenset[str], watches: bool, *, moves: bool = False) -> None:
        self._hidden = set(artifacts)  # what a prelude statement may not read when it runs
        self._names = set(BUILTINS | _MODULE_NAMES | given)
        self._moves = moves  # some cell changes the working folder
        self._known = Known(watches_subclasses=watches)
        self._above = StepsAbove()
        self.definitions: list[Definition] = []
        self.scratch: list[Scratch] = []
        self.random: dict[str, RandomUse] = {}

    def pass_by(self, step: Step) -> None:
        """What a step has bound or changed is an artifact for the statements below it."""
        self._hidden |= step.writes - (step.mutates & self._known.origins.keys())
        asked = self._known.generators & (step.mentions | step.reads)
        use = replace(random_use_of(step, self._known, self._above), asked=frozenset(asked))
        self._hidden |= use.seeds | (use.draws & (self._names | self._hidden))
        self.random[step.name] = use

    def add(self, statement: Statement) -> None:
        if _does_nothing(statement.node):
            return
        touched = touch(statement.node, self._known)
        use = random_use([statement.node], self._known)
        kind = self._kind(statement.node)
        acts = touched.setting or self._changes(touched) or use.changes
        if kind is None and acts and self._is_seeded(use) and self._can_repeat(statement):
            kind = "effect"
        if kind is None or not statement.portable:
            self._add_scratch(statement, touched, use)
        else:
            self._add_definition(statement, kind, touched, use)

    def _is_seeded(self, use: RandomUse) -> bool:
        """Whether a worker can draw the same numbers: ordinary cells have seeded the generators, and no step since."""
        return use.draws <= self._names - self._hidden

    def _changes(self, touched: Touched) -> frozenset[str]:
        """The names among those touched that ordinary cells have bound."""
        return touched.names & (self._names - BUILTINS)

    def _can_repeat(self, statement: Statement) -> bool:
        """Whether a worker has all that the statement uses, and makes the same of it each time."""
        now = statement.names.now
        is_known = now - statement.names.bound <= self._names or "*" in self._names
        return is_known and now.isdisjoint(self._hidden) and is_repeatable(statement.node, self._known)

    def _add_scratch(self, statement: Statement, touched: Touched, use: RandomUse) -> None:
        names = statement.names
        drawn = use.seeds | (use.draws & (self._names | self._hidden))
        self._known.forget(names.bound)
        changes = (touched.names | names.mutates) - names.bound
        changes |= drawn
        self._hidden |= names.bound | self._changes(touched) | drawn
        self.scratch.append(Scratch(names.bound, statement.place, statement.source, changes, touched.setting))

    def _add_definition(self, statement: Statement, kind: DefinitionKind, touched: Touched, use: RandomUse) -> None:
        names = statement.names
        assigns = assigned_by_calls([statement.node])
        bound = (names.bound - assigns) | ({"*"} if names.star_line else frozenset())
        changes = self._changes(touched) - bound if kind != "import" else frozenset()
        shares = self._known.reached(touched.shares & self._names) & self._names - BUILTINS - bound
        self._known.add(statement.node, names.bound, touched)
        drawn = use.changes if kind == "effect" else frozenset()
        bound |= drawn
        self._names |= names.bound | bound
        self._hidden -= names.bound | drawn
        self.definitions.append(
            Definition(
                statement.source,
                statement.place,
                kind,
                bound,
                names.free | (use.draws if drawn else frozenset()),
                statement.code,
                names.modules,
                changes=changes,
                setting=touched.setting or self._stands_for_a_folder(statement, kind),
                origins=names.imports if kind == "import" else frozenset(),
                state=changed_by_calls([statement.node]),
                makes=makes_functions(statement.node),
                assigns=assigns,
                held=names.held,
                shares=shares,
            )
        )

    def _stands_for_a_folder(self, statement: Statement, kind: DefinitionKind) -> bool:
        """Whether a value is that of the working folder at its place, which some cell changes."""
        return self._moves and kind in ("constant", "block") and asks_for_folder(statement.source)

    def _kind(self, node: ast.stmt) -> DefinitionKind | None:
        """What a statement is; None if it is scratch."""
        match node:
            case ast.Import() | ast.ImportFrom():
                return "shared" if is_future_import(node) else "import"  # a future import holds for all that follows
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return "function" if self._can_run(node) else None
            case ast.ClassDef():
                return "class" if self._can_run(node) else None
            case ast.Assign() if origins_of(node) and self._is_constant(node):
                return "import"
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
        purity = Purity(frozenset(self._names - self._hidden), self._known.origins)
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
        inner = _Sorting(frozenset(self._hidden), frozenset(self._names), watches=False)
        inner._known.origins.update(self._known.origins)
        for statement in statements:
            inner._known.origins.update(imports_of([statement]))
            if not _does_nothing(statement) and inner._kind(statement) is None:
                return False
            inner._names |= names_of(statement).bound
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
