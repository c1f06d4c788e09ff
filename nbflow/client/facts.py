"""Reads what the catalog records of a task beside its artifacts: its origin, its output and its failure."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from nbflow.client.above import StepAbove
from nbflow.client.named import local_time
from nbflow.run.events.events import Failure
from nbflow.run.events.replay import read_failure
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow, TaskStatus, task_id


class Metadata(NamedTuple):
    """Holds one fact about a task."""

    name: str
    value: str
    created_at: datetime | None
    type: str
    task: Any


class TaskFacts:
    """Gives a client task the properties that tell what happened to it, under the names of Metaflow's client."""

    step: StepAbove
    _row: TaskRow

    @property
    def _reader(self) -> CatalogReader:
        return self.step.run.flow._archive.reader

    @property
    def finished_at(self) -> datetime | None:
        raise NotImplementedError

    @cached_property
    def _attempts(self) -> tuple[TaskRow, ...]:
        return self._reader.attempts(self._row)

    @property
    def current_attempt(self) -> int:
        """Return the number of the last attempt that began; the first attempt is 0."""
        return self._row.attempt

    @property
    def origin_pathspec(self) -> str | None:
        """Return the pathspec of the task that this one was reused from; None if it ran itself."""
        if self._origin is None:
            return None
        run, number = self._origin
        return f"{self.step.run.flow.id}/{run}/{self.step.id}/{number}"

    @cached_property
    def _origin(self) -> tuple[str, str] | None:
        """Return the run and the number of the task that this one was reused from."""
        if self._row.source is None:
            return None
        run, _, number = self._row.source.partition("/")
        row = self._origin_row
        return run, number if row is None else str(self._reader.attempts(row)[0].number)

    @cached_property
    def _origin_row(self) -> TaskRow | None:
        run, _, number = (self._row.source or "0/0").partition("/")
        found = self._reader.run(self.step.run.flow.id, int(run))
        return self._reader.task(task_id(found.id, int(number))) if found else None

    @property
    def metadata(self) -> list[Metadata]:
        """Return facts about every attempt of the task; for a reused task, of the task that ran."""
        rows = self._reader.attempts(self._origin_row) if self._origin_row else self._attempts
        return [
            Metadata(name, value, local_time(row.started), "attempt" if name == "attempt" else name, self)
            for row in rows
            for name, value in {**self._facts_of(row), **self._facts_of_origin()}.items()
        ]

    @property
    def metadata_dict(self) -> dict[str, str]:
        """Return the facts about the last attempt, as text."""
        return {one.name: one.value for one in self.metadata}

    def _facts_of(self, row: TaskRow) -> dict[str, str]:
        run = self._reader.run_of_id(row.run) or self.step.run._row
        over = row.status is not TaskStatus.RUNNING
        return {
            "attempt": str(row.attempt),
            **({"attempt_ok": str(row.status is TaskStatus.SUCCEEDED)} if over else {}),
            "status": str(row.status),
            "user": run.user,
            "host": run.host,
            "foreach-indices": str(list(row.path)),
            "python_version": self.environment_info.get("python", ""),
        }

    def _facts_of_origin(self) -> dict[str, str]:
        """Return where the task comes from: the task that it was reused from, or else the run that was resumed."""
        if self._origin is not None:
            return {"origin-run-id": self._origin[0], "origin-task-id": self._origin[1]}
        return {"origin-run-id": self.step.run.origin_run_id} if self.step.run.origin_run_id else {}

    @property
    def environment_info(self) -> dict[str, Any]:
        """Return the versions of Python and of every package, and the platform, recorded when the run began."""
        return self._reader.environment(self.step.run._row.environment) or {}

    @property
    def runtime_name(self) -> str:
        """Return "dev", as Metaflow does for runs outside production."""
        return "dev"

    @property
    def code(self) -> dict[str, str]:
        """Return the sources of the run."""
        return self.step.run.code

    @property
    def exception(self) -> Failure | None:
        """Return the error of a failed task: its type with module, message and traceback. Else None."""
        if self._row.failure is None:
            return None
        failure = read_failure(self._row.failure)
        is_builtin = hasattr(builtins, failure.type)  # the type is as Python prints it
        return replace(failure, type=f"builtins.{failure.type}") if is_builtin else failure

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Return everything it printed and displayed, in order, as notebook outputs (nbformat dictionaries)."""
        return stored_outputs(self._reader, self._row)

    @property
    def stdout(self) -> str:
        """Return what it wrote to standard output."""
        return self._stream("stdout")

    @property
    def stderr(self) -> str:
        """Return what it wrote to standard error."""
        return self._stream("stderr")

    @property
    def stdout_size(self) -> int:
        """Return how many bytes it wrote to standard output."""
        return len(self.stdout.encode())

    @property
    def stderr_size(self) -> int:
        """Return how many bytes it wrote to standard error."""
        return len(self.stderr.encode())

    def _stream(self, name: str) -> str:
        return "".join(output["text"] for output in self.outputs if output.get("name") == name)

    def loglines(self, stream: str, as_unicode: bool = True) -> Iterator[tuple[datetime | None, str | bytes]]:
        """Yield (time, line) for each line the task wrote to `stream`. The time is when the task finished.

        A line is text, or bytes in UTF-8 if it shall not be `as_unicode`.
        """
        lines = self._stream(stream).splitlines()
        return ((self.finished_at, line if as_unicode else line.encode()) for line in lines)
