"""Makes the tables of the panel: the tasks of a step, the results of runs, and runs side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta

from nbflow.garbage import without_gc
from nbflow.history.archive import Archive
from nbflow.history.differences import Difference, compare_runs, in_order_of_time
from nbflow.history.displays import Shown, differing_artifacts, differing_displays
from nbflow.history.results import best_of, cells_of_tasks, find_result, name_columns
from nbflow.jupyter.panel.notebook_place import NotebookPlace
from nbflow.jupyter.panel.past_runs import recall_results, recall_totals
from nbflow.jupyter.panel.run_list import LISTED
from nbflow.jupyter.panel.status_lines import run_line
from nbflow.jupyter.panel.task_list import task_line, tasks_of_step
from nbflow.jupyter.protocol.sent import Misunderstood
from nbflow.jupyter.protocol.table_messages import (
    Change,
    Displays,
    FrameHeads,
    RankedText,
    RankKind,
    RunComparison,
    RunResults,
    TableCell,
    TableColumn,
    TaskGrid,
)  # fmt: skip
from nbflow.store.catalog.reprs import Member, rank_of, readable_value
from nbflow.store.catalog.rows import RunRow, TaskRow, TaskStatus
from nbflow.store.catalog.scalars import Scalar
from nbflow.store.values.artifact_ref import ArtifactRef

_LARGEST = 1 << 53
"""The largest whole number up to which JavaScript has every one."""


def to_cell(value: Scalar | None) -> TableCell:
    """Return a value as the panel can read it: what JavaScript has no number for becomes text."""
    if type(value) is float:
        return value if math.isfinite(value) else str(value)
    if type(value) is int:
        return str(value) if abs(value) > _LARGEST else value
    if value is None or isinstance(value, str | bool):
        return value
    text, rank = readable_value(value), rank_of(value)
    return text if rank is None or not math.isfinite(rank) else RankedText(text, rank, _kind_of(value))


def _kind_of(value: Scalar) -> RankKind:
    if isinstance(value, Member):
        return RankKind.NAME
    if isinstance(value, timedelta | time):
        return RankKind.SECONDS
    return RankKind.INSTANT if isinstance(value, date) else RankKind.NUMBER


# tasks


@without_gc()
def task_grid(place: NotebookPlace, step: str, run: str | None = None) -> TaskGrid:
    """Return the tasks of a step in a run, by default the newest that has any. Raises UnknownName for a wrong name."""
    if not place.has_store and run is None:
        return TaskGrid(None, (), (), ())
    with place.archive() as archive:
        row, tasks = tasks_of_step(archive, step, run)
        return _grid(archive, row, step, tasks) if row is not None else TaskGrid(None, (), (), ())


def _grid(archive: Archive, row: RunRow, step: str, tasks: Iterable[TaskRow]) -> TaskGrid:
    listed = [task for task in tasks if not task.split or task.status is TaskStatus.FAILED]
    listed.sort(key=lambda task: (not task.split, task.path, task.turn))
    found = cells_of_tasks(archive, row, step, listed)
    columns = tuple(TableColumn(one.name, one.is_item, one.best) for one in found.columns)
    cells = tuple(tuple(map(to_cell, values)) for values in found.rows)
    lines = tuple(task_line(row, task) for task in listed)
    return TaskGrid(run_line(archive, recall_totals(archive, row)), columns, lines, cells)


# runs


def run_results(place: NotebookPlace) -> RunResults:
    """Return the scalars of the newest runs of a notebook."""
    if not place.has_store:
        return RunResults((), (), ())
    with place.archive() as archive:
        rows = archive.runs(LISTED)
        results = [recall_results(archive, row) for row in rows]
    names = name_columns(results)
    columns = tuple(TableColumn(name, False, best_of(name)) for name in names)
    cells = tuple(tuple(to_cell(find_result(one, name)) for name in names) for one in results)
    return RunResults(columns, tuple(row.number for row in rows), cells)


def run_diff(place: NotebookPlace, runs: Sequence[str]) -> RunComparison:
    """Return the differences between runs, in whichever order they are given."""
    with place.archive() as archive:
        rows = in_order_of_time(map(archive.run, runs))
        if len(rows) < 2:
            raise Misunderstood("one run has no differences: name two or more")
        found = compare_runs(archive, rows)
        return RunComparison(
            tuple(run_line(archive, recall_totals(archive, row)) for row in rows),
            tuple(map(_change, found.parameters)),
            tuple(map(_change, found.artifacts)),
            tuple(_displays(archive, rows)),
            tuple(_heads(archive, rows)),
            found.code,
            tuple(map(_change, found.environment)),
        )


def _change(one: Difference) -> Change:
    return Change(one.name, one.values, one.note)


def _displays(archive: Archive, rows: Sequence[RunRow]) -> Iterator[Displays]:
    for name, shown in differing_displays(archive, rows):
        yield Displays(name, shown)
    for name, artifacts in differing_artifacts(archive, rows):
        if any(one and one.summary.image for one in artifacts):
            yield Displays(name, tuple(map(_picture, artifacts)))


def _picture(artifact: ArtifactRef | None) -> Shown:
    image = artifact.summary.image if artifact else ""
    return ({"output_type": "display_data", "data": {"image/png": image}, "metadata": {}},) if image else ()


def _heads(archive: Archive, rows: Sequence[RunRow]) -> Iterator[FrameHeads]:
    for name, artifacts in differing_artifacts(archive, rows):
        heads = tuple(one.summary.head if one else "" for one in artifacts)
        if any(heads):
            yield FrameHeads(name, heads)
