"""Says what an object of the client asks of the object that it belongs to, such as a task of its step.

Objects are made from the flow down, so each class knows the class below it. Upwards it knows only these protocols.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from nbflow.history.archive import Archive
from nbflow.store.catalog.rows import RunRow, TaskRow
from nbflow.store.store import Store


class Above(Protocol):
    """Answers what any object asks of the one above it."""

    @property
    def id(self) -> str: ...

    @property
    def pathspec(self) -> str: ...

    @property
    def user_tags(self) -> frozenset[str]: ...

    @property
    def system_tags(self) -> frozenset[str]: ...


class FlowAbove(Above, Protocol):
    """Is the flow of a run."""

    _store: Store
    _archive: Archive

    def __iter__(self) -> Iterator[Any]: ...


class RunAbove(Above, Protocol):
    """Is the run of a step."""

    @property
    def flow(self) -> FlowAbove: ...

    @property
    def code(self) -> dict[str, str]: ...

    @property
    def origin_run_id(self) -> str | None: ...

    @property
    def _row(self) -> RunRow: ...

    @property
    def _home(self) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class StepAbove(Above, Protocol):
    """Is the step of a task."""

    @property
    def run(self) -> RunAbove: ...

    def _task_of(self, row: TaskRow) -> Any: ...


class TaskAbove(Above, Protocol):
    """Is the task of an artifact."""

    _row: TaskRow

    @property
    def step(self) -> StepAbove: ...

    @property
    def finished_at(self) -> datetime | None: ...

    @property
    def _address(self) -> str: ...

    @property
    def _visible(self) -> dict[str, Any]: ...

    def _at(self, attempt: int) -> Any: ...
