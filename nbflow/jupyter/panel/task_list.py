"""Lists the tasks of a run."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.errors import UnknownName
from nbflow.history.archive import Archive, item_of, task_name
from nbflow.jupyter.panel.notebook_place import NotebookPlace
from nbflow.jupyter.panel.past_runs import recall_totals
from nbflow.jupyter.panel.status_lines import run_line
from nbflow.jupyter.protocol.messages import TaskLine, TaskList
from nbflow.progress.status import StepStatus, status_of_task
from nbflow.run.events.events import NOT_STORED
from nbflow.run.events.replay import lacks_result, read_failure
from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow, TaskStatus


def task_list(place: NotebookPlace, run: str | None = None) -> TaskList:
    """Return the tasks of all steps of a run, by default of the newest. Raises UnknownName for a wrong run."""
    if not place.has_store and run is None:
        return TaskList(None, ())
    with place.archive() as archive:
        row, tasks = tasks_of_step(archive, None, run)
        if row is None:
            return TaskList(None, ())
        return TaskList(run_line(archive, recall_totals(archive, row)), tuple(_lines(row, tasks)))


def tasks_of_step(archive: Archive, step: str | None, run: str | None) -> tuple[RunRow | None, tuple[TaskRow, ...]]:
    """Return the requested run, else the newest one with such tasks, and the tasks."""
    if run is not None:
        row = archive.run(run)
        if step is not None and step not in archive.graph(row).links:
            raise UnknownName("step", step, archive.graph(row).links)
        return row, archive.reader.tasks(row.id, step)
    for row in archive.runs():
        if step is None or step in recall_totals(archive, row).steps:
            return row, archive.reader.tasks(row.id, step)
    return None, ()


def _lines(row: RunRow, tasks: tuple[TaskRow, ...]) -> Iterator[TaskLine]:
    """Return the lines of all tasks; the split of a foreach is listed only if it failed."""
    return (task_line(row, task) for task in tasks if not task.split or task.status is TaskStatus.FAILED)


def task_line(row: RunRow, task: TaskRow) -> TaskLine:
    """Return the message about a task of a run."""
    status, reason = _stands(row, task)
    return TaskLine(
        row.number, task.number, task.step, task_name(task), item_of(task), status, task.started, task.finished,
        task.seconds, task.memory, task.cpu_seconds, task.host, reason,
    )  # fmt: skip


def _stands(row: RunRow, task: TaskRow) -> tuple[StepStatus, str]:
    """Return the status of a task and the reason for it in a few words."""
    match task.status:
        case TaskStatus.FAILED:
            if lacks_result(task.failure):
                return StepStatus.MISSING, NOT_STORED.message
            failure = read_failure(task.failure) if task.failure else None
            return StepStatus.FAILED, f"{failure.type}: {failure.message}".split("\n", 1)[0] if failure else ""
        case TaskStatus.RUNNING if row.status is not RunStatus.RUNNING:
            return StepStatus.CANCELLED, "the process of the run died"
        case TaskStatus.REUSED if task.source:
            return StepStatus.REUSED, f"from run {task.source.partition('/')[0]}"
        case TaskStatus.SKIPPED:
            return StepStatus.SKIPPED, "its condition did not hold"
        case _:
            return status_of_task(task.status), ""
