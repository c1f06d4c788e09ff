"""Applies the safe fixes that `check` suggests: cells become steps, and their code does not change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.proposals import free_name
from nbflow.notebook.init.dividing import divided
from nbflow.notebook.init.groups import Group, group_of
from nbflow.notebook.init.init_plan import InitPlan, planned
from nbflow.notebook.init.planned_kind import Becomes
from nbflow.notebook.init.settle_plan import PlanDraft

_ROUNDS = 10
"""The number of times that fixes are applied: a fix seldom needs another one, and the rest is reported."""


def plan_repair(cells: Sequence[Cell], document: str = "") -> InitPlan:
    """Plan a flow in which each cell that must be a step is one. No cell is executed."""
    draft = PlanDraft(tuple(map(group_of, cells)), document)
    for _ in range(_ROUNDS):
        better = _repaired(draft)
        if better is None:
            break
        draft = better
    return planned(draft)


def _repaired(draft: PlanDraft) -> PlanDraft | None:
    found: dict[int, Problem] = {}
    for one in draft.problems:
        if one.header and one.place and not one.warning and not draft.groups[at := draft.at(one.place)].is_new:
            found.setdefault(at, one)
    if not found:
        return None
    taken = {*draft.steps}
    groups = [
        list(_steps(group, found[at], taken)) if at in found else [group] for at, group in enumerate(draft.groups)
    ]
    return PlanDraft(tuple(part for parts in groups for part in parts), draft.document)


def _steps(group: Group, problem: Problem, taken: set[str]) -> Iterator[Group]:
    """Yield the group as a step, and apart from it the lines that must stay in an ordinary cell."""
    parts = list(divided(group, set(problem.stays))) if problem.stays else []
    for part in parts or [group.become(Becomes.STEP, "")]:
        if part.becomes is Becomes.STEP:
            name = free_name(read_header(problem.header).name, taken)
            taken.add(name)
            yield replace(part, name=name, why=problem.told)
        else:
            yield part
