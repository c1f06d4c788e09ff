"""Decides whether a step cell may be executed: the part of the graph that concerns the step must be free of errors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbflow.errors import FlowRefused
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.specs import StepSpec

_UNREADABLE = ("syntax", "header")
"""The rules about broken cells, which may bind any name."""


def refuse_unless_sound(graph: Graph, found: Sequence[Problem], key: str, step: StepSpec | None) -> StepSpec:
    """Return the step of the cell with this key. Raises FlowRefused, with all problems that keep it from running.

    `found` are all problems of the graph.
    """
    cell = next((cell.number for cell in graph.flow.cells if cell.id == key), 0)
    errors = [one for one in found if not one.warning]
    concerned = graph.ancestors(step.name) | {step.name} if step and errors else frozenset()
    problems = [one for one in errors if _concerns(graph, one, cell, concerned)]
    if problems or step is None:
        raise FlowRefused(problems or found)
    return step


def _concerns(graph: Graph, problem: Problem, cell: int, steps: frozenset[str]) -> bool:
    """Tell whether a problem keeps these steps or this cell from running; a broken cell elsewhere may not matter."""
    if problem.place is not None and problem.place.cell == cell:
        return True
    if problem.rule in _UNREADABLE and problem.place is not None and _may_provide(graph, problem.place.cell, steps):
        return True
    if problem.step is not None or problem.needs:
        return any(map(problem.concerns, steps))
    return problem.rule not in _UNREADABLE


def _may_provide(graph: Graph, cell: int, steps: frozenset[str]) -> bool:
    """Tell whether the text of a cell contains a name that the steps read and that nothing else provides."""
    source = next((one.source for one in graph.flow.cells if one.number == cell), "")
    return any(re.search(rf"\b{re.escape(name)}\b", source) for step in steps for name in graph.links[step].unknown)
