"""Tells, cell by cell, whether a script still says what its notebook says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nbflow.export.body_text import BodyText, digest_rest, read_bodies
from nbflow.export.errors import NotExported
from nbflow.export.marks import Mark, digest_code, read_marks
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.graph import Graph


class CellChange(StrEnum):
    """Says what has happened to a cell since it was exported."""

    CHANGED = "has changed since the export"
    NEW = "is not in the script"
    GONE = "is in the script but no longer in the notebook"
    MOVED = "has another place among the cells than when it was exported"
    EDITED = "was edited in the script"
    DELETED = "is no longer in the script"
    AROUND = "the script was edited outside the bodies of its cells, which no cell can take over"


@dataclass(frozen=True, slots=True)
class ScriptDifference:
    """Describes one difference.

    `cell` is the cell's number now, or else in the export, or 0; `step` is its name if it is a step.
    """

    cell: int
    step: str
    change: CellChange

    def __str__(self) -> str:
        if self.change is CellChange.AROUND:
            return str(self.change)
        step = f" (step {self.step})" if self.step else ""
        return f"cell {self.cell}{step} {self.change}"


def compare_script(script: str, name: str, graph: Graph) -> tuple[ScriptDifference, ...]:
    """Return what differs, in the order of the cells; nothing if the script is up to date.

    Raises NotExported for a script without marks, and FlowRefused for a notebook that cannot be exported now.
    """
    then = read_marks(script)
    if then is None:
        raise NotExported(name)
    try:
        bodies = {body.cell: body for body in read_bodies(script)}
    except SyntaxError as error:
        raise NotExported(name, f"line {error.lineno} is not valid Python") from None
    now = export_flow(graph, then.target, then.all_artifacts).marks
    steps = {step.place.cell: step.name for step in graph.steps.values()}
    found = [*_since(then.cells, now.cells, steps), *_edited(then.cells, bodies)]
    around = [ScriptDifference(0, "", CellChange.AROUND)] if then.rest and digest_rest(script) != then.rest else []
    return (*sorted(found, key=lambda one: (one.cell, one.change)), *around)


def _since(then: Sequence[Mark], now: Sequence[Mark], steps: Mapping[int, str]) -> Iterator[ScriptDifference]:
    before, after = {mark.key: mark for mark in then}, {mark.key: mark for mark in now}
    for key, mark in after.items():
        step = steps.get(mark.number, "")
        if key not in before:
            yield ScriptDifference(mark.number, step, CellChange.NEW)
        elif mark.cell != before[key].cell:
            yield ScriptDifference(mark.number, step, CellChange.CHANGED)
    for key, mark in before.items():
        if key not in after:
            yield ScriptDifference(mark.number, "", CellChange.GONE)
    old, new = [key for key in before if key in after], [key for key in after if key in before]
    for was, key in zip(old, new, strict=True):
        if was != key:
            yield ScriptDifference(after[key].number, steps.get(after[key].number, ""), CellChange.MOVED)
            return


def _edited(then: Sequence[Mark], bodies: Mapping[int, BodyText]) -> Iterator[ScriptDifference]:
    for mark in then:
        if not mark.body:
            continue
        if mark.number not in bodies:
            yield ScriptDifference(mark.number, "", CellChange.DELETED)
        elif digest_code(bodies[mark.number].text) != mark.body:
            yield ScriptDifference(mark.number, bodies[mark.number].method, CellChange.EDITED)
