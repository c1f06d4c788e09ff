"""Makes the lines that tell the progress of runs and of their steps."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import recorded
from nbflow.history.archive import Archive, expected, is_cut_off
from nbflow.jupyter.protocol.messages import RunLine, StepLine
from nbflow.progress.status import RunStatus, StepStatus
from nbflow.progress.tally import Count
from nbflow.store.catalog.rows import RunKind, RunRow, StepRow, TaskStatus

_LONGEST = 120
"""The number of characters of a parameter's value that a line shows."""


@dataclass(frozen=True)
class Totals:
    """Sums up the tasks of one run by step."""

    row: RunRow
    steps: Mapping[str, Sequence[StepRow]] = field(default_factory=dict)

    @property
    def is_busy(self) -> bool:
        """Tell whether any task runs now; a kernel session stays open even while none does."""
        every = (one for rows in self.steps.values() for one in rows)
        return self.row.status is RunStatus.RUNNING and any(one.status is TaskStatus.RUNNING for one in every)

    def count(self, step: str, total: int | None) -> Count:
        """Count the tasks of a step. `total` is the number of its tasks, None while it is unknown."""
        count = Count(total or 0, total is not None)
        for one in self.steps.get(step, ()):
            count.add(one)
        if self.row.status is not RunStatus.RUNNING:
            count.running = 0
        return count

    def began(self, step: str) -> float | None:
        """Return when the first of the running tasks began, None if none runs."""
        running = [one for one in self.steps.get(step, ()) if one.status is TaskStatus.RUNNING]
        return min((one.started for one in running if one.started is not None), default=None)


def totals_of(archive: Archive, row: RunRow) -> Totals:
    """Return the totals of a run as the catalog has them now."""
    found: dict[str, list[StepRow]] = {}
    for one in archive.reader.steps(row.id):
        found.setdefault(one.step, []).append(one)
    return Totals(row, found)


def step_line(step: str, totals: Totals, graph: Graph, reasons: tuple[str, ...] = ()) -> StepLine:
    """Return the line that tells the progress of a step in a run."""
    count = totals.count(step, expected(graph, step, totals.steps))
    began = totals.began(step) if count.running else None
    return step_line_of(step, count, _status(step, count, totals), began, totals.row.number, reasons)


def step_line_of(
    step: str, count: Count, status: StepStatus, began: float | None = None, run: int | None = None,
    reasons: tuple[str, ...] = (),
) -> StepLine:  # fmt: skip
    """Return the line of a step with these counts and this status."""
    return StepLine(
        step, status, count.total, count.running, count.ran, count.reused, count.skipped, count.failed,
        round(count.seconds + count.saved, 3), began, run, reasons,
    )  # fmt: skip


def _status(step: str, count: Count, totals: Totals) -> StepStatus:
    """Return the status of a step in a run: nothing waits in a finished run, nor after a stop in a kernel session."""
    if count.status is not StepStatus.WAITING:
        return count.status
    if is_cut_off(totals.row, totals.steps.get(step, ())):
        return StepStatus.CANCELLED
    return StepStatus.WAITING if totals.row.status is RunStatus.RUNNING else StepStatus.MISSING


def step_lines(steps: Iterable[str], totals: Totals, graph: Graph) -> Iterator[StepLine]:
    """Yield the lines of some steps of a run."""
    return (step_line(step, totals, graph) for step in steps)


def run_line(archive: Archive, totals: Totals) -> RunLine:
    """Return the line of a run. While it goes on, its total includes planned tasks; a kernel session plans none."""
    row = totals.row
    is_planned = row.status is RunStatus.RUNNING and row.kind is not RunKind.INTERACTIVE
    graph = archive.graph(row) if is_planned else None
    names = archive.steps(row) if is_planned else totals.steps
    return line_of_run(row, [totals.count(name, _known_total(name, totals, graph)) for name in names])


def line_of_run(row: RunRow, counts: Collection[Count]) -> RunLine:
    """Return the line of a run whose steps have these counts."""
    return RunLine(
        row.number, str(row.kind), row.status, row.started, row.finished, shorten(row.parameters),
        row.tags, row.origin, row.user,
        total=sum(max(count.total, count.over + count.running) for count in counts),
        done=sum(count.ran + count.skipped for count in counts),
        reused=sum(count.reused for count in counts),
        failed=sum(count.failed for count in counts),
        note=row.note, pinned=row.pinned,
    )  # fmt: skip


def shorten(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameter values as the catalog records them; a long value, such as a file's content, is cut."""
    return {name: _beginning(value) for name, value in recorded(parameters).items()}


def _beginning(value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _known_total(step: str, totals: Totals, graph: Graph | None) -> int | None:
    if graph is not None:
        return expected(graph, step, totals.steps)
    return sum(one.items for one in totals.steps[step] if one.split)
