"""Plans how the cells in the front end become a flow, as the user wants it. Nothing is executed and nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbflow.flow.source.cell import Cell
from nbflow.jupyter.panel.flow_shape import lines_of_problems, shape_of
from nbflow.jupyter.protocol.plan_messages import CellEdit, FlowPlan, ParameterOffer, PlannedRow
from nbflow.jupyter.protocol.sent import Misunderstood, read_object, read_sent
from nbflow.notebook.convert import FORMS, header_form
from nbflow.notebook.init.cell_edits import NewCell, new_cells
from nbflow.notebook.init.first_look import Choices
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.init_plan import InitPlan, plan_init
from nbflow.notebook.init.planned_kind import Becomes, PlannedKind

_BECOMES: Mapping[str, Becomes] = {
    PlannedKind.STEP: Becomes.STEP,
    PlannedKind.PARAMETERS: Becomes.PARAMETERS,
    PlannedKind.SHARED: Becomes.SHARED,
    PlannedKind.SETTINGS: Becomes.ORDINARY,
    PlannedKind.SCRATCH: Becomes.ORDINARY,
}


def flow_plan(document: str, body: str) -> FlowPlan:
    """Return the plan for `{"cells": […], "wanted": {…}}`. Raises Misunderstood.

    What is wanted names cells by their ids. `kinds` says what cells become, `names` how rows are called by their keys,
    `parameters` which offers are taken, `only` which cells may change, and `form` the form of the headers; without it,
    they have the form that the notebook uses.
    """
    cells = read_sent(body).cells
    given = read_object(body).get("wanted", {})
    if not isinstance(given, dict):
        raise Misunderstood('what is wanted is not an object: send {"wanted": {…}}')
    form = given.get("form") or header_form(cells)
    if form not in FORMS:
        raise Misunderstood(f"there is no form '{form}' of headers: choose one of {', '.join(FORMS)}")
    plan = plan_init(cells, document, choices=_choices(cells, given))
    return FlowPlan(
        tuple(_rows(plan, cells)),
        tuple(sorted(_offers(plan, cells), key=lambda offer: offer.name)),
        plan.loops,
        shape_of(plan.graph),
        tuple(_edits(plan, cells, form)),
        len(plan.steps),
        sum(not one.warning for one in plan.left),
    )


# what was asked


def _choices(cells: Sequence[Cell], given: Mapping[str, Any]) -> Choices:
    numbers = {cell.id: cell.number for cell in cells if cell.id}
    kinds, names, only = given.get("kinds", {}), given.get("names", {}), given.get("only")
    parameters = given.get("parameters", [])
    if not (isinstance(kinds, dict) and isinstance(names, dict) and isinstance(parameters, list)):
        raise Misunderstood("what is wanted cannot be read: kinds and names are objects, parameters a list")
    if not isinstance(only, list | None):
        raise Misunderstood("what is wanted cannot be read: only is a list of cells, or null")
    return Choices(
        {numbers[cell]: _becomes(kind) for cell, kind in kinds.items() if cell in numbers},
        dict(_names(numbers, names)),
        frozenset(map(str, parameters)),
        None if only is None else frozenset(numbers[cell] for cell in map(str, only) if cell in numbers),
    )


def _becomes(kind: object) -> Becomes:
    found = _BECOMES.get(str(kind))
    if found is None:
        raise Misunderstood(f"a cell cannot become '{kind}': choose one of {', '.join(_BECOMES)}")
    return found


def _names(numbers: Mapping[str, int], names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, name in names.items():
        cell, _, start = key.rpartition(":")
        if not (isinstance(name, str) and name.isidentifier()):
            raise Misunderstood(f"'{name}' is not the name of a step: use letters, digits and _")
        if cell in numbers:
            yield f"cell_{numbers[cell]}_{start}", name


# what is answered


def _rows(plan: InitPlan, cells: Sequence[Cell]) -> Iterator[PlannedRow]:
    ids = _ids(cells)
    for group, row in zip(plan.groups, plan.rows, strict=True):
        held = tuple(ids[number] for number in row.cells)
        yield PlannedRow(
            _key(group, ids),
            held,
            row.cells,
            row.words,
            row.kind,
            row.name,
            row.why,
            group.is_new and row.kind is PlannedKind.STEP,
            group.divisible,
            tuple(lines_of_problems(plan.graph, row.problems)),
        )


def _key(group: Group, ids: Mapping[int, str]) -> str:
    return f"{ids[group.number]}:{group.parts[0].start}"


def _offers(plan: InitPlan, cells: Sequence[Cell]) -> Iterator[ParameterOffer]:
    ids = _ids(cells)
    for found, taken in ((plan.offers, False), (plan.taken, True)):
        for offer in found:
            yield ParameterOffer(ids[offer.number], offer.name, offer.text, taken)


def _edits(plan: InitPlan, cells: Sequence[Cell], form: str) -> Iterator[CellEdit]:
    ids = _ids(cells)
    for cell in new_cells(plan, max(ids, default=0), form):
        if cell.is_code and not cell.is_kept:
            yield _edit(cell, ids)


def _edit(cell: NewCell, ids: Mapping[int, str]) -> CellEdit:
    if not all(ids[line.cell] for line in cell.lines):
        raise Misunderstood("several cells have the same id: save the notebook and open it again")
    swallowed = tuple(ids[number] for number in cell.swallowed)
    last = ids[cell.lines[-1].cell] if cell.lines else ""
    return CellEdit(last if cell.base else "", "" if cell.base else last, swallowed, cell.source)


def _ids(cells: Iterable[Cell]) -> dict[int, str]:
    return {cell.number: cell.id for cell in cells}
