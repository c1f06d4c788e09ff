"""Sorts the statements of ordinary cells: prelude, which is sent to workers as source, and scratch, which steps cannot
see.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nbflow.flow.effects.call_reads import reads_of_calls
from nbflow.flow.effects.random_use import RandomUse, StepsAbove, random_use, random_use_of
from nbflow.flow.effects.repeating import is_repeatable
from nbflow.flow.effects.statement_effects import KnownEffects, Touched, called, imports_of
from nbflow.flow.effects.touching import touch
from nbflow.flow.names.holding import makes_functions
from nbflow.flow.names.kept_state import assigned_by_calls, changed_by_calls
from nbflow.flow.names.options_assigned import options_assigned
from nbflow.flow.names.purity import Purity, asks_for_folder, origins_of
from nbflow.flow.names.scope import root_of
from nbflow.flow.names.statements import Statement, is_future_import, names_of_statement
from nbflow.flow.reading.cells_together import with_environment
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.syntax.definition import Definition, DefinitionKind, Scratch
from nbflow.flow.syntax.specs import Randomness, StepSpec

_MODULE_NAMES = frozenset({"__name__", "__file__", "__doc__"})


@dataclass(frozen=True, slots=True)
class StepCell:
    """Holds a step as its cell states it, with the imports, functions and classes of its body."""

    step: StepSpec
    code: tuple[Statement, ...] = ()

    @property
    def artifacts(self) -> frozenset[str]:
        """Return the names that the step binds itself."""
        return self.step.names.writes - self.step.names.mutates


Sortable = StepCell | Statement
"""What is sorted: a step, or a statement of an ordinary cell."""


@dataclass(frozen=True, slots=True)
class SortingFacts:
    """Says what every statement of a document is sorted by, wherever it stands."""

    artifacts: frozenset[str] = frozenset()  # names that steps bind
    given: frozenset[str] = frozenset()  # names of parameters and of `%%shared` cells
    watches: bool = False  # whether some cell asks for the subclasses of a class
    moves: bool = False  # whether some cell changes the working folder
    environments: tuple[tuple[str, tuple[str, ...]], ...] = ()  # by name
    options: frozenset[str] = frozenset()  # what some cell assigns in a library: `plt.rcParams['font.size']`

    @staticmethod
    def of(
        parts: Sequence[Sortable], given: frozenset[str], environments: Mapping[str, tuple[str, ...]], *, watches: bool
    ) -> SortingFacts:
        """Return what all parts of a document are sorted by."""
        artifacts = frozenset(name for one in parts if isinstance(one, StepCell) for name in one.artifacts)
        moves = any("chdir(" in one.source for one in parts if isinstance(one, Statement))
        options = options_assigned([one.node for one in parts if isinstance(one, Statement)])
        return SortingFacts(artifacts, given, watches, moves, tuple(environments.items()), options)

    def is_like(self, other: SortingFacts, parts: Iterable[Sortable]) -> bool:
        """Return whether these parts are sorted the same way by other facts.

        It does not matter whether a step binds a name that no statement mentions.
        """
        if self == other:
            return True
        changed = self.artifacts ^ other.artifacts
        return replace(self, artifacts=other.artifacts) == other and all(
            changed.isdisjoint(_words(one.source)) and changed.isdisjoint(one.names.bound | one.names.free)
            for part in parts
            for one in (part.code if isinstance(part, StepCell) else [part])
        )


_WORD = re.compile(r"[^\W\d]\w*")


@lru_cache(4096)
def _words(source: str) -> frozenset[str]:
    return frozenset(_WORD.findall(source))


class Sorting:
    """Walks once over all parts of a document, in its order, and keeps the names seen so far."""

    def __init__(self, facts: SortingFacts) -> None:
        self.facts = facts
        self._hidden = {*facts.artifacts}  # names that a prelude statement may not read when it runs
        self._names = set(BUILTINS | _MODULE_NAMES | facts.given)
        self._known = KnownEffects(watches_subclasses=facts.watches)
        self._environments = dict(facts.environments)
        self._imported: set[str] = set()
        self._promised: frozenset[str] = frozenset()  # names that functions would bind, and that nothing has bound yet
        # names bound by steps above, or by definitions that need such names
        self._taking: dict[str, frozenset[str]] = {}
        self._above = StepsAbove()
        self.passed = 0  # the number of parts
        self.definitions: list[Definition] = []
        self.scratch: list[Scratch] = []
        self.steps: list[StepSpec] = []

    def copy(self) -> Sorting:
        """Return the same walk, which can go on by itself."""
        other = Sorting(self.facts)
        other._hidden, other._names, other._imported = set(self._hidden), set(self._names), set(self._imported)
        other._known, other._taking, other._above = self._known.copy(), dict(self._taking), self._above.copy()
        other._promised = self._promised
        other.passed, other.steps = self.passed, [*self.steps]
        other.definitions, other.scratch = [*self.definitions], [*self.scratch]
        return other

    def sort(self, parts: Iterable[Sortable]) -> None:
        """Sort the next parts: statements into prelude and scratch; steps are adjusted to what is above them."""
        for part in parts:
            if isinstance(part, StepCell):
                self.pass_by(part.step, part.code)
            else:
                self.add(part)
            self.passed += 1

    def pass_by(self, step: StepSpec, code: Iterable[Statement]) -> None:
        """Pass a step, and adjust it: the names that it binds or changes are artifacts for the statements below it."""
        modules = step.names.mutates & self._known.origins.keys()
        asked = self._known.generators & (step.names.mentions | step.names.reads)
        use = random_use_of(step, self._known, self._above)
        use = replace(use, asked=frozenset(asked)) if asked else use
        values = (step.names.writes - modules) | step.names.passing.difference(*(one.names.bound for one in code))
        self._promised -= values
        self._hidden |= values | use.seeds | self._bound_of(use.draws)
        self._known.forget(values - step.names.mutates)
        self._taking |= {name: frozenset({name}) for name in values - step.names.mutates}
        shared = frozenset().union(*(one.names.bound for one in code if self._share(one)))
        completed = _complete(step, use, modules & self._imported, shared)
        self.steps.append(with_environment(completed, self._environments))

    def _share(self, statement: Statement) -> bool:
        """Add a definition of a step's body, unless it needs or changes a name that is an artifact there."""
        kind, touched = self._kind(statement.node), touch(statement.node, self._known)
        if kind is None or touched.setting or self._changes(touched) or self._taken_by(statement.node):
            self._hidden |= statement.names.bound
            self._known.forget(statement.names.bound)
            self._taking |= {name: frozenset({name}) for name in statement.names.bound}
            return False
        self._add_definition(statement, kind, touched, RandomUse())
        return True

    def add(self, statement: Statement) -> None:
        """Add the next statement, as a definition or as scratch."""
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
        """Return whether a worker draws the same numbers: ordinary cells have seeded the generators, and no step since
        then.
        """
        return use.draws <= self._names and use.draws.isdisjoint(self._hidden)

    def _bound_of(self, names: frozenset[str]) -> frozenset[str]:
        """Return the names among these that some cell above has bound."""
        return (names & self._names) | (names & self._hidden)

    def _changes(self, touched: Touched) -> frozenset[str]:
        """Return the touched names that ordinary cells have bound."""
        return (touched.names & self._names) - BUILTINS

    def _can_repeat(self, statement: Statement) -> bool:
        """Return whether a worker has everything that the statement uses, and gets the same result each time."""
        is_known = statement.names.now - statement.names.bound <= self._names or "*" in self._names
        reads_hidden = self._reads_now(statement.node) & self._hidden
        return is_known and not reads_hidden and is_repeatable(statement.node, self._known)

    def _reads_now(self, node: ast.stmt) -> frozenset[str]:
        """Return the names that a statement reads while it is executed, itself or in the functions that it calls."""
        return names_of_statement(node).now | reads_of_calls(node, self._known)

    def _add_scratch(self, statement: Statement, touched: Touched, use: RandomUse) -> None:
        names = statement.names
        drawn = use.seeds | self._bound_of(use.draws)
        self._known.forget(names.bound)
        self._lose(names.bound)
        changes = (touched.names | names.mutates) - names.bound
        changes |= drawn
        self._hidden |= names.bound | self._changes(touched) | drawn
        self.scratch.append(Scratch(names.bound, statement.place, statement.source, changes, touched.setting))

    def _lose(self, names: Iterable[str]) -> None:
        for name in names:
            self._taking.pop(name, None)

    def _taken_by(self, node: ast.stmt) -> frozenset[str]:
        """Return the artifacts that a function or class needs when it is defined: for defaults, annotations,
        decorators, base classes.
        """
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return frozenset()
        return frozenset().union(*(self._taking[name] for name in self._reads_now(node) & self._taking.keys()))

    def _add_definition(self, statement: Statement, kind: DefinitionKind, touched: Touched, use: RandomUse) -> None:
        names = statement.names
        assigns = assigned_by_calls([statement.node])
        bound = (names.bound - assigns) | ({"*"} if names.star_line else frozenset())
        changes = self._changes(touched) - bound if kind != "import" else frozenset()
        shares = (self._known.reached(touched.shares & self._names) & self._names) - BUILTINS - bound
        self._known.add(statement.node, names.bound, touched)
        self._imported -= names.bound
        self._imported |= names.bound if kind == "import" else frozenset()
        drawn = use.changes if kind == "effect" else frozenset()
        bound |= drawn | (touched.names & self._promised if kind == "effect" else frozenset())
        self._promised = (self._promised | (assigns - self._names)) - bound
        self._names |= names.bound | bound
        takes = self._taken_by(statement.node)
        self._lose(names.bound)
        if takes:
            self._hidden |= names.bound
            self._taking |= dict.fromkeys(names.bound, takes)
        else:
            self._hidden -= names.bound | bound
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
                setting=touched.setting or self._stands_for_its_place(statement, kind),
                origins=names.imports if kind == "import" else frozenset(),
                state=changed_by_calls([statement.node]),
                makes=makes_functions(statement.node),
                assigns=assigns,
                held=names.held,
                shares=shares,
                takes=takes,
            )
        )

    def _stands_for_its_place(self, statement: Statement, kind: DefinitionKind) -> bool:
        """Return whether a value depends on the working folder or an option at its place, and some cell changes it."""
        if kind not in ("constant", "block"):
            return False
        if self.facts.moves and asks_for_folder(statement.source):
            return True
        text = ast.unparse(statement.node) if self.facts.options else ""
        return any(option in text for option in self.facts.options)

    def _kind(self, node: ast.stmt) -> DefinitionKind | None:
        """Return the kind of a definition, or None for scratch."""
        match node:
            case ast.Import() | ast.ImportFrom():
                # a future import applies to all cells that follow
                return "shared" if is_future_import(node) else "import"
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
        """Return whether a definition can run in a worker: its decorators, defaults and class body run at once.

        They may use artifacts of steps, but not call their methods, as `@app.route("/")` does. Code that a function
        runs later does not count.
        """
        decorators = map(called, getattr(node, "decorator_list", ()))
        asked = {root_of(one) for one in decorators if isinstance(one, ast.Attribute)}
        hidden = self._reads_now(node) & self._hidden
        return all(name in self._taking and name not in asked for name in hidden)

    def _is_constant(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        read = [node.target] if isinstance(node, ast.AugAssign) else []
        return all(map(_is_plain_target, targets)) and self._all_pure([node.value, *read])

    def _all_pure(self, values: Iterable[ast.expr | None]) -> bool:
        purity = Purity(lambda name: name in self._names and name not in self._hidden, self._known.origins)
        return all(value is None or (purity.is_pure(value) and self._calls_nothing_hidden(value)) for value in values)

    def _calls_nothing_hidden(self, node: ast.AST) -> bool:
        return self._hidden.isdisjoint(reads_of_calls(node, self._known))

    def _is_block(self, node: ast.If | ast.Try) -> bool:
        match node:
            case ast.If(test=test, body=body, orelse=other):
                return self._all_pure([test]) and self._all_defined([*body, *other])
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=final):
                rescues = [statement for handler in handlers for statement in handler.body]
                types = [handler.type for handler in handlers]
                return self._all_pure(types) and self._all_defined([*body, *rescues, *other, *final])

    def _all_defined(self, statements: list[ast.stmt]) -> bool:
        """Return whether all statements of a block are definitions; each may use those before it."""
        inner = Sorting(SortingFacts(frozenset(self._hidden), frozenset(self._names)))
        inner._known = self._known.extended({}, {})
        for statement in statements:
            inner._known.origins.update(imports_of([statement]))
            if not _does_nothing(statement) and inner._kind(statement) is None:
                return False
            inner._names |= names_of_statement(statement).bound
        return True


def _complete(step: StepSpec, use: RandomUse, dropped: frozenset[str], code: frozenset[str]) -> StepSpec:
    """Adjust a step to the cells above it: a change to a module, such as `plt.rcParams.update(…)`, makes no artifact,
    and neither does a definition that is shared.
    """
    if not (dropped or code or use.asked) and (use.seeds, use.draws) == (step.random.seeds, step.random.draws):
        return step
    names = step.names
    names = replace(
        names,
        writes=names.writes - dropped | use.asked,
        mutates=names.mutates - dropped | (use.asked - names.writes),
        passing=names.passing - code,
        maybe_passing=names.maybe_passing - code,
    )
    return replace(step, names=names, random=Randomness(use.seeds, use.draws))


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
