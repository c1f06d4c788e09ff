"""Whether a script still says what its notebook says, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nbflow.export.bodies import Body, digest_rest, read_bodies
from nbflow.export.errors import NotExported
from nbflow.export.marks import Mark, digest_code, read_marks
from nbflow.export.script import export
from nbflow.flow.graph import Graph


class Change(StrEnum):
    """What has become of a cell since it was exported."""

    CHANGED = "has changed since the export"
    NEW = "is not in the script"
    GONE = "is in the script and no more in the notebook"
    MOVED = "stands in another place among the cells than when it was exported"
    EDITED = "was edited in the script"
    DELETED = "is no more in the script"
    AROUND = "the script was edited beside the bodies of its cells, which no cell can take over"


@dataclass(frozen=True, slots=True)
class Difference:
    """`cell` is its number in the notebook, or the one it had, or 0; `step` is empty for a cell that is no step."""

    cell: int
    step: str
    change: Change

    def __str__(self) -> str:
        if self.change is Change.AROUND:
            return str(self.change)
        step = f" (step {self.step})" if self.step else ""
        return f"cell {self.cell}{step} {self.change}"


def compare(script: str, name: str, graph: Graph) -> tuple[Difference, ...]:
    """What differs, in the order of the cells; nothing if the script is up to date.

    Raises NotExported for a script without marks, and FlowRefused for a notebook that cannot be exported as it stands.
    """
    then = read_marks(script)
    if then is None:
        raise NotExported(name)
    try:
        bodies = {body.cell: body for body in read_bodies(script)}
    except SyntaxError as error:
        raise NotExported(name, f"line {error.lineno} is no Python") from None
    now = export(graph, then.target, then.all_artifacts).marks
    steps = {step.place.cell: step.name for step in graph.steps.values()}
    found = [*_since(then.cells, now.cells, steps), *_edited(then.cells, bodies)]
    around = [Difference(0, "", Change.AROUND)] if then.rest and digest_rest(script) != then.rest else []
    return (*sorted(found, key=lambda one: (one.cell, one.change)), *around)


def _since(then: Sequence[Mark], now: Sequence[Mark], steps: Mapping[int, str]) -> Iterator[Difference]:
    before, after = {mark.key: mark for mark in then}, {mark.key: mark for mark in now}
    for key, mark in after.items():
        step = steps.get(mark.number, "")
        if key not in before:
            yield Difference(mark.number, step, Change.NEW)
        elif mark.cell != before[key].cell:
            yield Difference(mark.number, step, Change.CHANGED)
    for key, mark in before.items():
        if key not in after:
            yield Difference(mark.number, "", Change.GONE)
    old, new = [key for key in before if key in after], [key for key in after if key in before]
    for was, key in zip(old, new, strict=True):
        if was != key:
            yield Difference(after[key].number, steps.get(after[key].number, ""), Change.MOVED)
            return


def _edited(then: Sequence[Mark], bodies: Mapping[int, Body]) -> Iterator[Difference]:
    for mark in then:
        if not mark.body:
            continue
        if mark.number not in bodies:
            yield Difference(mark.number, "", Change.DELETED)
        elif digest_code(bodies[mark.number].text) != mark.body:
            yield Difference(mark.number, bodies[mark.number].method, Change.EDITED)
