"""Finds foreach tasks that had failed and without which a run went on."""

from __future__ import annotations

from dataclasses import replace

from nbflow.run.events.events import StartTask, TaskFailed, TaskId
from nbflow.run.events.replay import read_event, read_failure
from nbflow.store.catalog.foreign import signed_as_listed
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow, TaskStatus


def as_left_out(reader: CatalogReader, row: TaskRow) -> TaskFailed:
    """Return how a task failed, as the event of a run that goes on without it."""
    artifacts = signed_as_listed(reader, row) or ()
    failure = read_failure(row.failure or "{}")
    return TaskFailed(TaskId(row.step, row.path, row.turn), failure, artifacts=artifacts, left_out=True)


def find_left_out(reader: CatalogReader, start: StartTask, key: str, attempt: int) -> TaskFailed | None:
    """Return how the newest task with this key failed, if its run went on without it; else None."""
    row = reader.newest_with_key(key)
    if row is None or row.status is not TaskStatus.FAILED or reader.signed_row(row) is None:
        return None
    place = TaskId(row.step, row.path, row.turn)
    events = (read_event(one.kind, one.payload) for one in reader.events(row.run, kind=TaskFailed.__name__))
    ended = [one for one in events if isinstance(one, TaskFailed) and one.task == place]
    if not ended or not ended[-1].left_out:
        return None
    return replace(as_left_out(reader, row), task=start.task, attempt=attempt)
