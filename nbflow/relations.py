"""How tasks of scripts are related, and other facts about a task that Metaflow's client has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nbflow.lineage import Lineage
from nbflow.run.events import Failure, FailureKind, Frame
from nbflow.store.rows import TaskRow

if TYPE_CHECKING:
    from nbflow.client import Step, Task

_T = TypeVar("_T")


class Several(tuple[_T, ...], Generic[_T]):
    """A tuple that may also be called: `run["fit"].tasks` and Metaflow's `run["fit"].tasks()` are the same."""

    __slots__ = ()

    def __call__(self, *tags: str) -> Several[_T]:
        return self


class Traced:
    """The part of a client task that looks at others. Tasks of notebooks have no parents: they read names."""

    step: Step
    _row: TaskRow
    _reader: Any
    finished_at: Any

    @cached_property
    def _lineage(self) -> Lineage | None:
        """Of a task of a script: how artifacts flow in its run."""
        run = self.step.run._row
        graph = self.step.run.flow._archive.graph(run)
        return Lineage(self._reader, graph, run.id) if graph.steps[self.step.id].flowing else None

    @property
    def parent_tasks(self) -> Several[Task]:
        """Of a task of a script: those that led to it; of a join in the order of its inputs."""
        return self._related(self._lineage.parents(self._row) if self._lineage else ())

    @property
    def child_tasks(self) -> Several[Task]:
        """Of a task of a script: those that it led to."""
        return self._related(self._lineage.children(self._row) if self._lineage else ())

    def _related(self, rows: Iterable[TaskRow]) -> Several[Task]:
        step, task = type(self.step), type(self)
        return Several(task._of(step._of(self.step.run, row.step), row) for row in rows)  # type: ignore[attr-defined]

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
