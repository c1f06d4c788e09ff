"""Writes transitions and decorators of a script as options of step headers."""

from __future__ import annotations

import re

from nbflow.flow.syntax.environment_braces import rename_in_braces
from nbflow.flow.syntax.metaflow_cell import ITEM
from nbflow.importing.cells.cell_bodies import loop_name
from nbflow.importing.cells.drafts import HeaderDraft
from nbflow.importing.design.decisions import Design, guard_name


def write_header(design: Design, name: str) -> HeaderDraft:
    step = design.steps[name]
    above, given = design.foreach_above(name), step.decoration.options
    closed = design.closes(name) if step.method.is_join else None
    return HeaderDraft(
        name,
        foreach=f"--foreach {design.items[name]} in {above[1].foreach}" if above else "",
        join=f"--join {closed}" if closed else "",
        guard=_guard(design, name),
        loop=f"--while {loop_name(design, name)}" if design.loop(name) else "",
        options=tuple(rename_in_braces(one, {ITEM: design.items[name]} if above else {}) for one in given),
    )


def _guard(design: Design, name: str) -> str:
    way, said = design.way(name), guard_name(design, name)
    if way is None:
        return ""
    return f"--if {said}" if said else _test(design.condition(way.switch), way.literals[0])


def _test(condition: str, literal: object) -> str:
    match literal:
        case bool():
            return f"--if {condition}" if literal else f"--if not {condition}"
        case str() if re.fullmatch(r"[A-Za-z_]\w*", literal) and literal not in ("True", "False", "None"):
            return f"--if {condition} == {literal}"
        case _:
            return f"--if {condition} == {literal!r}"
