"""Collects all facts about one task for the panel's detail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbflow.checkpoints.point import as_signed, visible
from nbflow.errors import ParameterError, ParameterMissing, UnknownName, Untrusted
from nbflow.flow.graph.graph import Graph
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.header import read_header
from nbflow.history.archive import Archive, task_name
from nbflow.history.step_states import resumed_parameters, version_of
from nbflow.history.versions import explain_all
from nbflow.jupyter.panel.notebook_place import LARGEST_FILE, NotebookPlace
from nbflow.jupyter.panel.past_runs import recall_past, recall_totals
from nbflow.jupyter.panel.status_lines import Totals, run_line
from nbflow.jupyter.panel.task_list import task_line
from nbflow.jupyter.protocol.messages import ArtifactLine, FailureLine, FrameLine, TaskState
from nbflow.progress.pictures import count
from nbflow.run.events.events import TracebackFrame
from nbflow.run.events.replay import read_failure
from nbflow.run.output.live_output import last_words
from nbflow.run.output.outputs import with_last_texts
from nbflow.store.catalog.foreign import refuse_untrusted, stored_outputs
from nbflow.store.catalog.harmless import harmless
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.reprs import readable
from nbflow.store.catalog.rows import RunRow, TaskRow, TaskStatus, task_id
from nbflow.store.drivers import is_own
from nbflow.store.values.artifact_ref import ArtifactRef

_DONE = (TaskStatus.SUCCEEDED, TaskStatus.REUSED)


def task_state(place: NotebookPlace, run: str, number: int) -> TaskState:
    """Return all facts about a task. Raises UnknownName if the run or the task does not exist."""
    cells = place.saved_cells()
    with place.archive() as archive:
        row = archive.run(run)
        task = archive.reader.task(task_id(row.id, number))
        if task is None:
            raise UnknownName("task", f"{row.number}/{number}", ())
        graph, totals = archive.graph(as_signed(archive.reader, row, task)), recall_totals(archive, row)
        seen = list(visible(graph, archive.reader, row, task))
        return TaskState(
            task_line(row, task),
            run_line(archive, totals),
            tuple(artifact_line(one, task.number) for one in archive.reader.artifacts(task.id) if one.is_named),
            tuple(_inputs(archive.reader, graph, totals, task, seen)),
            tuple(_outputs(archive, row, task)),
            _failure(task, cells),
            task.key,
            task.attempt,
            _source(archive, task),
            tuple(_why(archive, place, row, task, cells)),
            task.status in _DONE and all(archive.reader.is_intact(one.id) for one in (*seen, task)),
            _signer(archive, task, seen),
        )


def artifact_line(artifact: ArtifactRef, task: int, source: str = "") -> ArtifactLine:
    """Return the message about an artifact of the task with this number; `source` names the task for users."""
    summary = artifact.summary
    lost = tuple(f"{one.path} was a {one.was} ({one.reason})" for one in artifact.lost)
    return ArtifactLine(
        artifact.name, summary.type, readable(summary.text), summary.shape, summary.dtype, artifact.size,
        summary.columns, summary.head, summary.image, lost, source, task,
    )  # fmt: skip


# inputs


def _inputs(
    reader: CatalogReader, graph: Graph, totals: Totals, task: TaskRow, seen: Iterable[TaskRow]
) -> Iterator[ArtifactLine]:
    """Yield the inputs of a task, each with the task that wrote it; for a join, the number of tasks it joined."""
    held: dict[str, ArtifactLine] = {}
    for one in seen:
        if one.id != task.id:
            source = f"{totals.row.number}/{task_name(one)}"
            held |= {
                artifact.name: artifact_line(artifact, one.number, source)
                for artifact in reader.artifacts(one.id)
                if artifact.is_named
            }
    linked = graph.links.get(task.step)
    for binding in linked.bindings if linked else ():
        if binding.name in held:
            yield held[binding.name]
    for step in linked.joined if linked else ():
        done = (one for one in totals.steps.get(step, ()) if not one.split and one.status in _DONE)
        number, source = sum(one.tasks for one in done), f"{totals.row.number}/{step}"
        yield ArtifactLine("inputs", "tasks", count(number, "task"), (number,), None, 0, source=source)


# outputs and errors


def _outputs(archive: Archive, row: RunRow, task: TaskRow) -> list[Mapping[str, Any]]:
    """Return the outputs of a task; while it runs, those so far."""
    if task.status is TaskStatus.RUNNING:
        words = last_words(archive.root / "live" / str(row.id), task_name(task))
        return list(words if is_own(row.driver) else harmless(words))
    return list(with_last_texts(stored_outputs(archive.reader, task)))


def _failure(task: TaskRow, cells: list[Cell]) -> FailureLine | None:
    if not task.failure:
        return None
    failure = read_failure(task.failure)
    frames = tuple(_frame(one, cells) for one in failure.frames)
    return FailureLine(failure.type, failure.message, failure.traceback, frames)


_WHERE = re.compile(r".* · (?:step (?P<step>\w+) · )?cell (?P<cell>\d+), line (?P<line>\d+)")


def _frame(frame: TracebackFrame, cells: list[Cell]) -> FrameLine:
    """Return a frame with the id of its cell: for a step, the step's cell; for a function, the cell with its number."""
    found = _WHERE.fullmatch(frame.where)
    if found is None:
        return FrameLine(frame.where, frame.function, frame.source, "", 0)
    named = (cell.id for cell in cells if found["step"] and read_header(cell.source).name == found["step"])
    placed = (cell.id for cell in cells if not found["step"] and cell.number == int(found["cell"]))
    cell = next(iter([*named, *placed]), "")
    return FrameLine(frame.where, frame.function, frame.source, cell, int(found["line"]))


def _source(archive: Archive, task: TaskRow) -> str:
    """Return the task that a reused task was taken from, such as `3/fit[2]`; "" for other tasks."""
    if not task.source:
        return ""
    run, _, number = task.source.partition("/")
    row = archive.reader.run(archive.flow, int(run))
    origin = archive.reader.task(task_id(row.id, int(number))) if row else None
    return f"{run}/{task_name(origin)}" if origin else task.source


# what has changed since


def _why(archive: Archive, place: NotebookPlace, row: RunRow, task: TaskRow, cells: list[Cell]) -> list[str]:
    """Return why a task is stale, according to the saved notebook; nothing if that cannot be found out."""
    graph = archive.link(read_flow(cells, place.flow, place.document))
    if task.step not in graph.links or task.status not in _DONE:
        return []
    try:
        values = resumed_parameters(archive.graph, graph.flow, {}, place.folder, archive.run(), LARGEST_FILE)
    except (ParameterError, ParameterMissing):
        return []
    now = version_of(graph, values, place.folder, place.root, archive.reader)
    return explain_all(task.step, recall_past(archive, row).version_of(task.step), now)


def _signer(archive: Archive, task: TaskRow, seen: Iterable[TaskRow]) -> str | None:
    if task.status not in _DONE:
        return None
    try:
        refuse_untrusted(archive.reader, sorted({task.id, *(one.id for one in seen)}), archive.root)
    except Untrusted as error:
        return f"{error.user} ({error.signer})" if error.user else error.signer or "nobody"
    return None
