"""Checks values that ordinary cells compute and steps need: one problem per cell, with all steps that it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.branch_reads import INPUTS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.names.strings import expanded_names
from nbflow.flow.names.text import parse_step
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.cell import Cell, Need, Place, Problem
from nbflow.flow.source.ipython import PYTHON_MAGICS, SHELL_CALL
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.repairs import MakeStep
from nbflow.flow.syntax.definition import Definition, Scratch
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.places import HEADER, OF_A_TEXT, divide_step, listed, make_step
from nbflow.flow.syntax.possible_repairs import cell_at
from nbflow.flow.syntax.specs import StepSpec


def computed_outside(graph: Graph) -> Iterator[Problem]:
    """Find ordinary cells that compute values for steps: steps see only steps, so these cells must become steps."""
    outside = OrdinaryWork(graph)
    causes: dict[int, _Cause] = {}
    for step in graph.steps.values() if outside.by_name else ():
        for need, name, one in outside.needed_by(step):
            causes.setdefault(one.place.cell, _Cause()).add(need, name, one)
    yield from (cause.told(graph) for _, cause in sorted(causes.items()))


@dataclass
class _Cause:
    """Collects what one ordinary cell computes that steps need."""

    names: dict[str, Scratch] = field(default_factory=dict)
    needs: dict[Need, None] = field(default_factory=dict)

    def add(self, need: Need, name: str, one: Scratch) -> None:
        """Add a name that a step needs, with the statement that computes it."""
        known = self.names.setdefault(name, one)
        self.names[name] = min(known, one, key=lambda each: each.place)
        if need.step not in {known.step for known in self.needs}:
            self.needs[need] = None

    def told(self, graph: Graph) -> Problem:
        """Return the problem of this cell."""
        first = min(self.names.values(), key=lambda one: one.place)
        order = {name: rank for rank, name in enumerate(graph.steps)}
        needs = tuple(sorted(self.needs, key=lambda need: order[need.step]))
        binds = [name for name, one in self.names.items() if name in one.names]
        changes = [name for name in self.names if name not in binds]
        verbs = [f"computes {listed(binds)}"] if binds else []
        verbs += [f"changes {listed(changes)}"] if changes else []
        message = f"this {' and '.join(verbs)} outside of any step"
        problem = Problem("scratch-read", message, "", first.place, needs=needs)
        above = graph.steps[needs[0].step].place.cell
        if first.place.cell > above:
            fix = f"Move cell {first.place.cell} above cell {above}, which needs it first, and write  {HEADER}  on top"
            return replace(problem, fix=fix, repair=MakeStep(first.place.cell, above=above))
        if any(graph.steps[need.step].source.connection in binds for need in needs):
            fix = f"Write  %%shared  on top of cell {first.place.cell}: every worker must connect itself"
            return replace(problem, fix=fix)
        return with_step(graph, problem)


def with_step(graph: Graph, problem: Problem, or_else: str = "") -> Problem:
    """Return a problem with the fix that the cell becomes a step, or a part of it.

    `or_else` is the end of the fix, with an alternative.
    """
    assert problem.place is not None
    cell = next(one for one in graph.flow.cells if one.number == problem.place.cell)
    magic = read_header(cell.source).magic
    if magic and magic not in PYTHON_MAGICS:
        fix = f"Write it in Python, in a step: nbflow cannot read what %%{magic} does"
        return replace(problem, fix=f"{fix}{or_else}")
    if line := _unrepeatable(graph, cell):
        fix = f"{make_step(problem.place)}, and put what needs it into the same cell"
        return replace(problem, fix=f"{fix}: line {line} changes only its own process{or_else}")
    if stays := _stays(graph, cell, problem.place.line):
        repair = MakeStep(cell.number, HEADER, stays)
        return replace(problem, fix=f"{divide_step(problem.place, stays)}{or_else}", repair=repair)
    repair = MakeStep(cell.number, HEADER)
    return replace(problem, fix=f"{make_step(problem.place)}{or_else}", repair=repair)


def _unrepeatable(graph: Graph, cell: Cell) -> int | None:
    """Return the line of a setting in a cell that no worker can repeat: as a step, the cell would keep it to itself."""
    settings = (one.place.line for one in graph.flow.scratch if one.setting and one.place.cell == cell.number)
    return min(settings, default=None)


def _stays(graph: Graph, cell: Cell, line: int) -> tuple[int, ...]:
    """Return the other lines of a cell that must stay ordinary: settings, and lines that only IPython can run."""
    settings = {one.place.line for one in graph.prelude.definitions if one.setting and one.place.cell == cell.number}
    return tuple(sorted(settings.union(number for number, _, _ in parse_step(cell.source).refused) - {line}))


_UNREADABLE = OF_A_TEXT | {"duplicate-step", "language"}
_WORD = re.compile(r"[^\W\d]\w*")


def words_of_unreadable(graph: Graph) -> frozenset[str]:
    """Return the words of what is not part of the flow: each may be a name that it binds.

    These are whole cells, and the left sides of parameters that are refused.
    """
    broken = [one for one in graph.flow.problems if one.place and not one.warning]
    cells = {one.place.cell for one in broken if one.place and one.rule in _UNREADABLE}
    lines = {(one.place.cell, one.place.line) for one in broken if one.place and one.rule == "parameter"}
    sources = [cell.source for cell in graph.flow.cells if cell.number in cells]
    sources += [_left_side(cell_at(graph.flow.cells, number), line) for number, line in lines if line]
    return frozenset(word for source in sources for word in _WORD.findall(source))


def _left_side(cell: Cell, line: int) -> str:
    return re.split("[:=]", lines_of(cell.source)[line - 1])[0]


class OrdinaryWork:
    """Finds what ordinary cells compute and change, as steps and their functions see it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def by_name(self) -> Mapping[str, list[Scratch]]:
        """Map each name to the statements that bind or change it, in document order."""
        found: dict[str, list[Scratch]] = {}
        for one in self._graph.flow.scratch:
            for name in one.names | one.changes:
                found.setdefault(name, []).append(one)
        return found

    def nearest(self, name: str, place: Place) -> Scratch | None:
        """Return the last statement above a place that binds or changes a name, else the first below that binds it."""
        found = self.by_name.get(name, [])
        above = [one for one in found if one.place < place]
        return above[-1] if above else next((one for one in found if name in one.names), None)

    def needed_by(self, step: StepSpec) -> Iterator[tuple[Need, str, Scratch]]:
        """Yield each name that a step needs from ordinary cells, by itself or through functions that it uses."""
        perhaps = words_of_unreadable(self._graph)
        for name in sorted(self._read(step) & self.by_name.keys()):
            one = self.nearest(name, step.place)
            if one and (one.place < step.place or name not in perhaps):
                yield Need(step.name), name, one
        for name, through in self._read_through(step):
            if one := self.nearest(name, step.place):
                yield Need(step.name, through), name, one
        for name in sorted(looked_at(self._graph, step) - GENERATORS):
            if one := since_defined(self._graph, step, name, self.by_name.get(name, ())):
                yield Need(step.name), name, one

    # the names that steps need

    def _read(self, step: StepSpec) -> frozenset[str]:
        """Return the names that nothing above provides, and those that the step would find in the notebook."""
        linked = self._graph.links[step.name]
        found = linked.unknown - {INPUTS} | frozenset(expanded_by_shell(self._graph, step))
        hidden = step.names.maybe_reads - provided(self._graph, step) - linked.unknown
        above = (name for name in hidden & self.by_name.keys() if self.by_name[name][0].place.cell < step.place.cell)
        return found | frozenset(above)

    def _read_through(self, step: StepSpec) -> Iterator[tuple[str, str]]:
        """Yield the names that functions used by the step read, each with the function."""
        known = provided(self._graph, step) | step.names.writes
        for definition in self._graph.closure(step.name):
            used = min(
                definition.names & self._graph.links[step.name].prelude, default=min(definition.names, default="")
            )
            for name in sorted(definition.reads - known & self.by_name.keys()):
                yield name, used


def provided(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the names that a step can read without values computed by ordinary cells."""
    linked = graph.links[step.name]
    bound = frozenset(binding.name for binding in linked.bindings)
    return bound | linked.parameters | graph.prelude.names | BUILTINS


def expanded_by_shell(graph: Graph, step: StepSpec) -> Iterator[str]:
    """Yield names in shell lines that the step does not have: the shell would get the words instead."""
    if SHELL_CALL in step.source.body:
        statements = parse(step.source.body).body
        yield from expanded_names(statements) - provided(graph, step) - names_of(statements).bound


def looked_at(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the prelude names that are read when the step runs, by its own code and by functions it uses."""
    linked, prelude = graph.links[step.name], graph.prelude_of(step.name)
    later = (one for one in graph.closure(step.name) if _runs_later(one))
    bound = {binding.name for binding in linked.bindings if binding.sure}
    return (linked.prelude.union(*(one.reads for one in later)) & prelude.names) - bound


def _runs_later(definition: Definition) -> bool:
    return definition.kind in ("function", "class") or "lambda" in definition.source


def since_defined(graph: Graph, step: StepSpec, name: str, changing: Iterable[Scratch]) -> Scratch | None:
    """Return the last statement that changes a name between its nearest definition and the step, or None."""
    above = [place for place in graph.prelude.places.get(name, ()) if place < step.place]
    nearest = max(above, default=step.place)
    found = (one for one in changing if nearest < one.place < step.place)
    return max(found, key=lambda one: one.place, default=None)
