"""Finds state that functions of local modules keep: the cells of a notebook share it, but each process has its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from nbflow.flow.effects.library_calls import import_folders
from nbflow.flow.effects.random_use import random_use
from nbflow.flow.effects.statement_effects import KnownEffects, origin_of
from nbflow.flow.effects.touching import touch
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parsed
from nbflow.flow.names.scope import MUTATORS
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition, Prelude, Scratch
from nbflow.flow.syntax.places import listed, problem
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.program.local_modules import local_modules
from nbflow.store.regular_file import read_regular

Spot = tuple[str, str]
"""Names a place of state: a module, and a name in it."""

_SHARE = "Put it under a %%shared header"
_ONLY_SAVES_TIME = re.compile("cache|memo", re.IGNORECASE)


def state_of_modules(graph: Graph, folder: Path, steps: Collection[str]) -> Iterator[Problem]:
    """Yield a warning if these steps, or cells above them, change state of a module that another step uses."""
    modules = _modules_of(graph, folder)
    if modules.files:
        yield from _changed_by_steps(graph, modules, steps)
        yield from _changed_by_cells(graph, modules, steps)


def _changed_by_steps(graph: Graph, modules: Modules, steps: Collection[str]) -> Iterator[Problem]:
    used = {name: modules.used(_Text.of_step(graph, name)) for name in graph.links}
    for name in steps:
        step = graph.steps[name]
        below = [one for one in graph.links if graph.steps[one].place > step.place]
        for change in modules.changes(_Text.of_step(graph, name)):
            if other := change.seen_by(below, used):
                yield _problem_of_step(step, other, change)


def _changed_by_cells(graph: Graph, modules: Modules, steps: Collection[str]) -> Iterator[Problem]:
    """Yield warnings about cells that call into a module to set it up, which steps do not do again."""
    artifacts = frozenset().union(*(linked.writes for linked in graph.links.values()))
    used = {name: modules.used(_Text.of_step(graph, name)) for name in steps}
    for cell in graph.flow.scratch:
        text, below = _Text.of_cell(graph, cell), [one for one in steps if graph.steps[one].place > cell.place]
        seen = ((change, change.seen_by(below, used)) for change in modules.changes(text))
        told = [(change.what, other, _SHARE) for change, other in seen if other]
        if below and artifacts.isdisjoint(names_of(parsed(cell.source)).free):
            told += [(what, below[0], fix) for what, fix in modules.set_up(text)]
        for what, other, fix in told:
            message = f"{what} only in the notebook: step '{other}' does not see it"
            yield Problem("module-state", message, fix, cell.place, warning=True)


def _modules_of(graph: Graph, folder: Path) -> Modules:
    folders = (folder, *(folder / name for name in import_folders(graph.prelude.definitions)))
    imported = (
        [step.source.modules for step in graph.steps.values()],
        [one.modules for one in graph.prelude.definitions],
    )
    found = local_modules(frozenset().union(*imported[0], *imported[1]), folders)
    return Modules({name: path for name, path in found.items() if found.get(name.rpartition(".")[0]) != path})


def _problem_of_step(step: StepSpec, other: str, change: ModuleChange) -> Problem:
    message = f"{change.what} only in the process of step '{step.name}': step '{other}' does not see it"
    fix = f"Move {change.names} and the functions that use it to an ordinary cell, or hand its value from step to step"
    return problem("module-state", step, message, fix, name=change.by[1], warning=True)


@dataclass(frozen=True)
class ModuleChange:
    """Describes what some code changes in a module; `by` is the name by which the code enters the module."""

    by: Spot
    file: str
    spots: Sequence[Spot]
    is_direct: bool = False  # True if the code itself makes the change, not a function of the module

    @property
    def names(self) -> str:
        """Return the changed names, for a message."""
        return listed(name for _, name in self.spots)

    @property
    def what(self) -> str:
        """Return a sentence that says what is changed."""
        if self.is_direct:
            return f"this changes {self.names} of {self.file}"
        if [*self.spots] == [self.by]:
            return f"{self.names} of {self.file} changes itself"
        return f"'{self.by[1]}' changes {self.names} of {self.file}"

    def seen_by(self, steps: Iterable[str], used: Mapping[str, Mapping[Spot, Collection[Spot]]]) -> str:
        """Return the first of some steps that uses what is changed; "" for none.

        A cache only saves time, so it does not matter that only the function that fills it uses it.
        """
        return next((one for one in steps if any(self._is_seen(spot, used[one]) for spot in self.spots)), "")

    def _is_seen(self, spot: Spot, used: Mapping[Spot, Collection[Spot]]) -> bool:
        through = {*used.get(spot, ())}
        only_saves_time = _ONLY_SAVES_TIME.search(spot[1]) and not self.is_direct
        return bool(through - {self.by} if only_saves_time else through)


@dataclass(frozen=True)
class _Text:
    """Holds the code of a step and of the prelude that it uses, and the origins of imported names.

    `called` is the code that the step executes itself; the rest of the prelude is executed in every process.
    """

    nodes: Sequence[ast.AST]
    called: Sequence[ast.AST]
    origins: Mapping[str, str]

    @classmethod
    def of_step(cls, graph: Graph, name: str) -> _Text:
        return cls._of(graph.steps[name].source.body, graph.closure(name), graph.steps[name].names.imports)

    @classmethod
    def of_cell(cls, graph: Graph, cell: Scratch) -> _Text:
        prelude = graph.prelude.seen_from(cell.place)
        return cls._of(cell.source, prelude.closure(names_of(parsed(cell.source)).free & prelude.names))

    @classmethod
    def _of(cls, body: str, closure: Sequence[Definition], imports: Iterable[tuple[str, str]] = ()) -> _Text:
        called = _nodes([body, *(one.source for one in closure if one.is_code)])
        rest = _nodes([one.source for one in closure if not one.is_code and one.kind != "import"])
        origins = {bound: origin for one in closure for bound, origin in one.origins} | dict(imports)
        return cls([*called, *rest], called, origins)


def _nodes(texts: Iterable[str]) -> list[ast.AST]:
    return [node for text in texts for top in parsed(text) for node in every_node(top)]


@dataclass(frozen=True)
class Modules:
    """Knows the local modules of a notebook, and follows names into them."""

    files: Mapping[str, Path]

    def _file_of(self, module: str) -> str:
        path = self.files[module]
        return path.name if path.stem != "__init__" else f"{path.parent.name}/{path.name}"

    @cached_property
    def preludes(self) -> Mapping[str, Prelude]:
        """Return what each module defines, read as ordinary cells."""
        return {name: _read(path, path.stat().st_mtime_ns) for name, path in self.files.items()}

    def used(self, text: _Text) -> Mapping[Spot, set[Spot]]:
        """Return every place in modules that some code may reach, with the names by which it enters them."""
        found: dict[Spot, set[Spot]] = {}
        for by in self._entered(text.nodes, text.origins):
            for spot in (by, *((module, name) for module, one in self._reached(by) for name in one.names)):
                found.setdefault(spot, set()).add(by)
        return found

    def changes(self, text: _Text) -> Iterator[ModuleChange]:
        """Yield what some code changes in modules, itself or through functions that it may call."""
        for node in text.called:
            for spot in self._changed_directly(node, text.origins):
                yield ModuleChange(spot, self._file_of(spot[0]), [spot], is_direct=True)
        for by in dict.fromkeys(self._entered(text.called, text.origins)):
            found: dict[str, list[Spot]] = {}
            for module, one in self._reached(by):
                names = one.state & self.preludes[module].names
                found.setdefault(module, []).extend((module, name) for name in sorted(names))
            yield from (ModuleChange(by, self._file_of(module), spots) for module, spots in found.items() if spots)

    def _changed_directly(self, node: ast.AST, origins: Mapping[str, str]) -> Iterator[Spot]:
        match node:
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                yield from self._spot(origin_of(value, origins))
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in MUTATORS:
                yield from self._spot(origin_of(value, origins))

    def set_up(self, text: _Text) -> Iterator[tuple[str, str]]:
        """Yield (message, fix) for each function which the code may call and which changes settings, or seeds."""
        for module, name in dict.fromkeys(self._entered(text.called, text.origins)):
            call, known = ast.parse(f"{name}()").body, self._known[module]
            if random_use(call, known).seeds:
                yield f"'{name}' of {self._file_of(module)} seeds random generators", "Seed in the cell itself"
            elif touch(call[0], known).setting:
                yield f"'{name}' of {self._file_of(module)} changes settings", _SHARE

    @cached_property
    def _known(self) -> Mapping[str, KnownEffects]:
        """Return the effects of the code that each module executes when it is imported."""
        found = {name: KnownEffects() for name in self.preludes}
        for name, known in found.items():
            for one in self.preludes[name].definitions:
                for node in parsed(one.source):
                    known.add(node, one.names, touch(node, known))
        return found

    def _entered(self, nodes: Iterable[ast.AST], origins: Mapping[str, str]) -> Iterator[Spot]:
        """Yield the places that code mentions: names that it imported from modules, and attributes of modules."""
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in origins:
                yield from self._spot(origins[node.id])
            elif isinstance(node, ast.Attribute) and (origin := origin_of(node, origins)):
                yield from self._spot(origin)

    def _spot(self, origin: str) -> Iterator[Spot]:
        module, _, rest = origin.rpartition(".")
        while module and module not in self.files:
            module, _, rest = module.rpartition(".")
        if module and f"{module}.{rest}" not in self.files:
            yield module, rest

    def _reached(self, spot: Spot) -> list[tuple[str, Definition]]:
        """Return the definitions to which a name of a module leads, also in other local modules."""
        found: dict[Spot, tuple[str, Definition]] = {}
        agenda, seen = [spot], {spot}
        while agenda:
            module, name = agenda.pop()
            for one in self.preludes[module].reached([name]):
                found[module, one.source] = module, one
                onward = {there for _, origin in one.origins for there in self._spot(origin)} - seen
                seen |= onward
                agenda += onward
        return [*found.values()]


@lru_cache(256)
def _read(path: Path, _changed: int) -> Prelude:
    """Return what a module defines, read as one ordinary cell."""
    try:
        source = read_regular(path).decode("utf-8")
    except (OSError, ValueError):
        return Prelude()  # the import in the task will report it
    return read_flow([Cell(1, source)], path.stem, path.name).prelude
