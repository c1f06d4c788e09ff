"""What is recorded of a task beside its artifacts: where it comes from, what it printed, how it failed."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbflow.client.named import local_time
from nbflow.run.events import Failure, FailureKind, Frame
from nbflow.store.history import Reader
from nbflow.store.rows import TaskRow, TaskStatus, task_id

if TYPE_CHECKING:
    from nbflow.client.step import Step


@dataclass(frozen=True)
class Metadata:
    """One fact about a task."""

    name: str
    value: str
    created_at: datetime | None
    type: str
    task: Any = field(repr=False)


class Facts:
    """The part of a client task that says what happened, under the names that Metaflow's client has."""

    step: Step
    _row: TaskRow

    @property
    def _reader(self) -> Reader:
        return self.step.run.flow._archive.reader

    @property
    def finished_at(self) -> datetime | None:
        raise NotImplementedError

    @cached_property
    def _attempts(self) -> tuple[TaskRow, ...]:
        return self._reader.attempts(self._row)

    @property
    def current_attempt(self) -> int:
        """Which attempt this was, from 0: the last one that began."""
        return self._row.attempt

    @property
    def origin_pathspec(self) -> str | None:
        """Of a task that was taken from an earlier run: that run's task."""
        if self._origin is None:
            return None
        run, number = self._origin
        return f"{self.step.run.flow.id}/{run}/{self.step.id}/{number}"

    @cached_property
    def _origin(self) -> tuple[str, str] | None:
        """The run and the task that a task was taken from."""
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
        """Facts about the task, with the attempt that they are of; of a task that was taken over, its origin's too."""
        rows = self._reader.attempts(self._origin_row) if self._origin_row else self._attempts
        return [
            Metadata(name, value, local_time(row.started), "attempt" if name == "attempt" else name, self)
            for row in rows
            for name, value in {**self._facts_of(row), **self._facts_of_origin()}.items()
        ]

    @property
    def metadata_dict(self) -> dict[str, str]:
        """Facts about the task as text, those of its last attempt."""
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
        """Every task of a resumed run has its origin; one that did not run again has a task there."""
        if self._origin is not None:
            return {"origin-run-id": self._origin[0], "origin-task-id": self._origin[1]}
        return {"origin-run-id": self.step.run.origin_run_id} if self.step.run.origin_run_id else {}

    @property
    def environment_info(self) -> dict[str, Any]:
        """Python, the platform, and the version of every package, as they were when the run began."""
        return self._reader.environment(self.step.run._row.environment) or {}

    @property
    def runtime_name(self) -> str:
        return "dev"

    @property
    def code(self) -> dict[str, str]:
        """The sources of the run."""
        return self.step.run.code

    @property
    def exception(self) -> Failure | None:
        """Of a failed task: type with its module, message, and the traceback as text and in frames."""
        if self._row.failure is None:
            return None
        facts = json.loads(self._row.failure)
        frames = tuple(Frame(**frame) for frame in facts.get("frames", ()))
        kind = FailureKind(facts["kind"])
        name = facts["type"]  # as Python prints it
        name = f"builtins.{name}" if hasattr(builtins, name) else name
        return Failure(kind, name, facts["message"], frames, facts.get("traceback", ""))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """All it printed and displayed, in order, in the format of a notebook."""
        text = self._reader.text(self._row.outputs) if self._row.outputs else None
        return list(json.loads(text)) if text else []

    @property
    def stdout(self) -> str:
        return self._stream("stdout")

    @property
    def stderr(self) -> str:
        return self._stream("stderr")

    @property
    def stdout_size(self) -> int:
        """Bytes that it has written there."""
        return len(self.stdout.encode())

    @property
    def stderr_size(self) -> int:
        return len(self.stderr.encode())

    def _stream(self, name: str) -> str:
        return "".join(output["text"] for output in self.outputs if output.get("name") == name)

    def loglines(self, stream: str) -> Iterator[tuple[datetime | None, str]]:
        """(time, line) of what the task wrote to a stream; the time is when it was over."""
        return ((self.finished_at, line) for line in self._stream(stream).splitlines())
