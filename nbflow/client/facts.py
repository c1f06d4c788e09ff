"""What is recorded of a task beside its artifacts: where it comes from, what it printed, how it failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.run.events import Failure, FailureKind, Frame
from nbflow.store.history import Reader
from nbflow.store.rows import TaskRow

if TYPE_CHECKING:
    from nbflow.client.step import Step


class Facts:
    """The part of a client task that says what happened, under the names that Metaflow's client has."""

    step: Step
    _row: TaskRow

    @property
    def _reader(self) -> Reader:
        raise NotImplementedError

    @property
    def finished_at(self) -> datetime | None:
        raise NotImplementedError

    @property
    def current_attempt(self) -> int:
        """Which attempt this was, from 0: the last one that began."""
        return self._row.attempt

    @property
    def origin_pathspec(self) -> str | None:
        """Of a task that was taken from an earlier run: that run's task."""
        if self._row.source is None:
            return None
        run, _, number = self._row.source.partition("/")
        return f"{self.step.run.flow.id}/{run}/{self.step.id}/{number}"

    @property
    def metadata_dict(self) -> dict[str, str]:
        """Facts about the task, as text."""
        row = self.step.run._row
        facts = {"attempt": str(self._row.attempt), "status": str(self._row.status), "user": row.user, "host": row.host}
        facts["foreach-indices"] = str(list(self._row.path))
        if self._row.source is not None:
            facts["origin-run-id"], _, facts["origin-task-id"] = self._row.source.partition("/")
        return facts

    @property
    def exception(self) -> Failure | None:
        """Of a failed task: type, message, and the traceback as text and in frames."""
        if self._row.failure is None:
            return None
        facts = json.loads(self._row.failure)
        frames = tuple(Frame(**frame) for frame in facts.get("frames", ()))
        kind = FailureKind(facts["kind"])
        return Failure(kind, facts["type"], facts["message"], frames, facts.get("traceback", ""))

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

    def _stream(self, name: str) -> str:
        return "".join(output["text"] for output in self.outputs if output.get("name") == name)

    def loglines(self, stream: str) -> Iterator[tuple[datetime | None, str]]:
        """(time, line) of what the task wrote to a stream; the time is when it was over."""
        return ((self.finished_at, line) for line in self._stream(stream).splitlines())

    @property
    def tags(self) -> frozenset[str]:
        return self.step.run.tags
