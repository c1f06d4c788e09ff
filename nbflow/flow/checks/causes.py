"""Reports problems once for each cause, with the header that each cell needs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import NOWHERE, Need, Problem
from nbflow.flow.source.repairs import MakeStep, RenameName, Repair
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.places import HEADER, OF_A_TEXT
from nbflow.flow.syntax.proposals import free_name, header_line, heading_of, propose_name, slug

Rules = Callable[[Graph], Iterable[Problem]]
_ROUNDS = 10
"""The most rounds of looking for hidden problems: it is rare that a cell that becomes a step needs a third one."""


def every_cause(graph: Graph, rules: Rules) -> tuple[Problem, ...]:
    """Return all problems in document order, each once, including those that other problems hide.

    A cell that must become a step may need other cells that must become steps too. They are found by reading the flow
    with the headers added.
    """
    headers = _Headers(graph)
    found = [headers.fill(one) for one in _merged(rules(graph))]
    steps: dict[int, Problem] = {}
    for _ in range(_ROUNDS):
        new = {one.place.cell: one for one in found if one.header and one.place and not one.warning}
        if new.keys() <= steps.keys():
            break
        steps |= new
        hidden = (headers.fill(one) for one in _hidden(_as_it_will_be(graph, steps), rules, steps))
        found = [*_with_hidden(found, hidden)]
    return tuple(sorted(found, key=lambda each: (each.place or NOWHERE, each.warning)))


def _with_hidden(found: Sequence[Problem], hidden: Iterable[Problem]) -> Iterable[Problem]:
    """Add the hidden problems, and add the steps that need a problem that is reported already."""
    known = {_cause_of(one): one for one in found}
    for one in hidden:
        first = known.setdefault(_cause_of(one), one)
        known[_cause_of(one)] = replace(first, needs=tuple(dict.fromkeys((*first.needs, *one.needs))))
    return known.values()


def _cause_of(problem: Problem) -> object:
    """Return what identifies the cause of a problem. All problems of a cell that one header repairs have one cause."""
    cell = problem.place.cell if problem.place else 0
    return (problem.rule, cell) if problem.header and problem.needs else (problem.rule, cell, problem.message)


def _as_it_will_be(graph: Graph, steps: Mapping[int, Problem]) -> Graph:
    """Return the flow with the headers that the fixes name. In such cells each line is one further down."""
    flow = graph.flow
    cells = (
        replace(cell, source=f"{steps[cell.number].header}\n{cell.source}") if cell.number in steps else cell
        for cell in flow.cells
    )
    return link(read_flow([*cells], flow.name, flow.document))


def _hidden(graph: Graph, rules: Rules, steps: Mapping[int, Problem]) -> Iterator[Problem]:
    """Yield the errors that the flow has once those cells are steps, in terms of the flow as it is now."""
    for one in _merged(rules(graph)):
        in_step = one.place is not None and one.place.cell in steps
        if not one.warning and not (in_step and one.rule in OF_A_TEXT):
            yield _as_it_is(one, graph, steps)


def _as_it_is(problem: Problem, graph: Graph, steps: Mapping[int, Problem]) -> Problem:
    """Return a problem in terms of the cells that exist: a step that does not exist yet is replaced by the steps that
    need it.
    """
    place, needs = problem.place, problem.needs
    if not isinstance(problem.repair, MakeStep):
        problem = replace(problem, repair=None)  # its lines are those of the flow as it will be
    if place and (reason := steps.get(place.cell)) and reason.place:
        place = replace(reason.place, line=max(place.line - 1, 1))
    to_be = {name: steps[step.place.cell] for name, step in graph.steps.items() if step.place.cell in steps}
    if problem.step is not None and problem.step in to_be:
        needs = (*needs, Need(problem.step))
        problem = replace(problem, step=None)
    own = (to_be[need.step].needs if need.step in to_be else (need,) for need in needs)
    return replace(problem, place=place, needs=tuple(dict.fromkeys(itertools.chain.from_iterable(own))))


def _merged(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Join the problems that several steps have with the same cause."""
    found: dict[object, Problem] = {}
    for one in problems:
        cause = (one.rule, one.message) if one.needs else one
        first = found.setdefault(cause, one)
        if one.needs and first is not one:
            needs = tuple(dict.fromkeys((*first.needs, *one.needs)))
            found[cause] = replace(first, needs=needs, repair=_joined(first.repair, one.repair))
    return found.values()


def _joined(first: Repair | None, other: Repair | None) -> Repair | None:
    """Return one repair for the same problem in two places: the first place decides where something is written."""
    if isinstance(first, RenameName) and isinstance(other, RenameName):
        return replace(first, cells=tuple(sorted({*first.cells, *other.cells})))
    return first if first and other else None


class _Headers:
    """Chooses the headers of the cells that are to become steps, in the form of the notebook, with different names."""

    def __init__(self, graph: Graph) -> None:
        self._cells = {cell.number: cell for cell in graph.flow.cells}
        self._steps = graph.steps
        self._taken = set(graph.steps)
        self._found: dict[int, str] = {}

    def fill(self, problem: Problem) -> Problem:
        """Return the problem with a header in its fix, if the fix needs one."""
        if HEADER not in problem.fix:
            return problem
        header = self._of(problem.place.cell) if problem.place else HEADER
        repair = replace(problem.repair, header=header) if isinstance(problem.repair, MakeStep) else problem.repair
        return replace(problem, fix=problem.fix.replace(HEADER, header), repair=repair)

    def _of(self, number: int) -> str:
        if number not in self._found:
            name = self._name(number)
            self._taken.add(name)
            self._found[number] = header_line(name, comment=self._comment)
        return self._found[number]

    @cached_property
    def _comment(self) -> bool:
        """Return whether the last step of the notebook uses the comment form `#| step`."""
        cells = [step.place.cell for step in self._steps.values()]
        return bool(cells) and read_header(self._cells[max(cells)].source).comment

    @cached_property
    def _reads(self) -> frozenset[str]:
        return frozenset().union(*(step.names.reads for step in self._steps.values()))

    def _name(self, number: int) -> str:
        cell = self._cells[number]
        heading = slug(heading_of(cell.above, top=number <= min(self._cells)))
        if heading:
            return free_name(heading, self._taken)
        return propose_name(cell.source, self._taken, self._reads, otherwise=f"cell_{number}")
