"""Finds foreach tasks that had failed and without which a join goes on."""

from __future__ import annotations

from dataclasses import replace

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import StartTask, TaskFailed, TaskId
from nbflow.run.events.replay import lacks_result, read_event, read_failure
from nbflow.store.catalog.foreign import signed_as_listed
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow, TaskStatus


def as_left_out(reader: CatalogReader, row: TaskRow) -> TaskFailed:
    """Return how a task failed, as the event of a run that goes on without it."""
    artifacts = signed_as_listed(reader, row) or ()
    failure = read_failure(row.failure or "{}")
    return TaskFailed(TaskId(row.step, row.path, row.turn), failure, artifacts=artifacts, left_out=True)


def find_left_out(reader: CatalogReader, graph: Graph, start: StartTask, key: str) -> TaskFailed | None:
    """Return how the task with this key that began last has failed, if a join may do without it; else None.

    Its run went on without it, or the header allows failures; whether it allows this one too, the machine decides.
    """
    row = reader.newest_with_key(key)
    if (
        row is None
        or row.status is not TaskStatus.FAILED
        or lacks_result(row.failure)
        or reader.signed_row(row) is None
    ):
        return None
    is_left_out, step = _is_left_out(reader, row), graph.steps[start.task.step]
    if not is_left_out and graph.allowance(step.name) is None:
        return None
    event = as_left_out(reader, row)
    return replace(event, task=start.task, attempt=step.options.retry, left_out=is_left_out)


def _is_left_out(reader: CatalogReader, row: TaskRow) -> bool:
    place = TaskId(row.step, row.path, row.turn)
    events = (read_event(one.kind, one.payload) for one in reader.events(row.run, kind=TaskFailed.__name__))
    ended = [one for one in events if isinstance(one, TaskFailed) and one.task == place]
    return bool(ended) and ended[-1].left_out
