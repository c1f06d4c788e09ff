"""Lists the columns that are read of tasks, artifacts and components, and turns rows of them into objects."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

from nbflow.errors import RowDamaged
from nbflow.store.catalog.rows import EventRow, StepRow, TaskRow, TaskStatus
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost, Summary

TASK_COLUMNS = (
    "tasks.run, names.text, tasks.path AS place, tasks.turn, tasks.split, tasks.number, tasks.id, tasks.attempt, "
    "tasks.key, tasks.status, tasks.started, tasks.finished, tasks.seconds, tasks.item, tasks.failure, tasks.outputs, "
    "tasks.source, tasks.items, tasks.again, tasks.passed_on, tasks.memory, tasks.cpu_seconds, "
    "tasks.host"
)
ARTIFACT_COLUMNS = (
    "names.text AS name, artifacts.component, artifacts.idx, artifacts.size, artifacts.summary, artifacts.lost, "
    "artifacts.shares, artifacts.task"
)
COMPONENT_COLUMNS = (
    "components.digest, components.stream, components.buffers, components.size, components.members, components.scope, "
    "components.blob, components.refs"
)

SUMMARY_DEFAULTS: tuple[Any, ...] = (None, None, (), "", "", (), ())
"""Holds what a summary has after its type and text where its row ends earlier."""

_NO_TIME = 250_000_000_000  # seconds: the year 9892; the calendar of Python ends soon after
_ORIGIN = re.compile(r"\d{1,12}/\d{1,12}", re.ASCII)
_NOT_AS_WRITTEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
_Read = TypeVar("_Read", bound=Callable[..., Any])


def reads_row(what: str) -> Callable[[_Read], _Read]:
    """Make a function that reads a row raise RowDamaged where the row is not as nbflow writes it."""

    def decorate(read: _Read) -> _Read:
        @wraps(read)
        def checked(*args: Any) -> Any:
            try:
                return read(*args)
            except (*_NOT_AS_WRITTEN, struct.error) as error:
                raise RowDamaged(what, f"{type(error).__name__}: {error}") from error

        return checked  # type: ignore[return-value]

    return decorate


TaskPath = tuple[str, tuple[int, ...]]
"""The step of a task, and its item in each foreach around it."""


def bytes_of(value: object) -> bytes:
    """Return a value that must be bytes; what somebody has put there instead is no signature of anything."""
    return value if isinstance(value, bytes) else b""


@reads_row("a task")
def path_of(packed: bytes) -> tuple[int, ...]:
    """Return the path that `schema.pack_path` has packed."""
    return struct.unpack(f">{len(packed) // 4}I", packed)


def time_of(value: float) -> float:
    """Return the time in a row. Raises ValueError if no calendar has it, and TypeError if it is None."""
    if not 0 <= value < _NO_TIME:
        raise ValueError(f"{value} is no time")
    return value


def seconds_of(value: float | None) -> float | None:
    """Return how long something took, None if nobody knows. Raises ValueError if no text can tell so long a time."""
    if value is not None and not abs(value) < _NO_TIME:
        raise ValueError(f"{value} seconds")
    return value


def end_of(value: float | None) -> float | None:
    """Return the same for a time that is None as long as something goes on."""
    return None if value is None else time_of(value)


def mapping_of(text: str) -> dict[str, Any]:
    """Return the mapping that a row holds as JSON. Raises TypeError if it is something else."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError(f"{type(found).__name__} instead of a mapping")
    return found


def _origin_of(text: str | None) -> str | None:
    """Return the task, as RUN/TASK, from which a task was reused. Raises ValueError if it is none."""
    if text is not None and not _ORIGIN.fullmatch(text):
        raise ValueError("its origin is no task")
    return text


@reads_row("an event")
def event_row_of(row: Sequence[Any]) -> EventRow:
    """Return an event from its columns id, run, time, kind and payload."""
    event, run, time, kind, payload = row
    return EventRow(event, run, time_of(time), kind, json.loads(payload))


@reads_row("a step")
def step_row_of(row: Sequence[Any]) -> StepRow:
    """Return the sums over the tasks of a step, in the order of the fields."""
    step, split, status, tasks, seconds, finished, items, started, again = row
    return StepRow(
        step, bool(split), TaskStatus(status), tasks, seconds_of(seconds) or 0.0, end_of(finished), int(items),
        end_of(started), int(again),
    )  # fmt: skip


@reads_row("a task")
def task_of(row: Sequence[Any]) -> TaskRow:
    """Return the row of a task from its `TASK_COLUMNS`."""
    run, step, path, turn, split, number, task, attempt, key, status = row[:10]
    started, finished, seconds, item, failure, outputs, source, items, again, passed_on, memory = row[10:21]
    cpu_seconds, host = row[21:23]
    return TaskRow(
        run, step, path_of(path), turn, bool(split), number, task, attempt, key or "", TaskStatus(status),
        time_of(started), end_of(finished), seconds_of(seconds), item or "", failure, outputs, _origin_of(source),
        items, bool(again), passed_on, memory, seconds_of(cpu_seconds), host or "",
    )  # fmt: skip


@reads_row("an artifact")
def artifact_of(row: Sequence[Any]) -> ArtifactRef:
    """Return the artifact that the `ARTIFACT_COLUMNS` of a row describe."""
    name, component, index, size, summary, lost, shares, task = row
    if component is None or index is None or size is None:
        raise TypeError("it names no value")
    losses = tuple(Lost(*one) for one in json.loads(lost)) if lost else ()
    reached = tuple((shares or "").split())
    return ArtifactRef(name, component, index, size, read_summary(summary), losses, reached, task)


@reads_row("an artifact")
def read_summary(text: str) -> Summary:
    """Return the summary of a value from the text in its row."""
    facts: list[Any] = json.loads(text)
    if len(facts) == 2:
        return Summary(*facts)
    kind, short, shape, dtype, columns, head, image, fields, versions = [*facts, *SUMMARY_DEFAULTS[len(facts) - 2 :]]
    listed, known, made = (tuple((name, one) for name, one in pairs) for pairs in (columns, fields, versions))
    return Summary(kind, short, None if shape is None else tuple(shape), dtype, listed, head, image, known, made)


def write_summary(summary: Summary) -> str:
    """Return the text for a row. The last fields are left out while they are defaults, so that rows stay small."""
    further = _further_facts(summary)
    if further == SUMMARY_DEFAULTS:  # as for most
        return as_json((summary.type, summary.text))
    facts = [summary.type, summary.text, *further]
    while facts[-1] == SUMMARY_DEFAULTS[len(facts) - 3]:
        facts.pop()
    return as_json(facts)


_further_facts = attrgetter("shape", "dtype", "columns", "head", "image", "fields", "versions")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def as_json(value: Any) -> str:
    """Return a value as JSON; a parameter that JSON cannot hold is written as its text."""
    return _encode(value)


@reads_row("a component")
def component_of(row: Sequence[Any]) -> Component:
    """Return the component that the `COMPONENT_COLUMNS` of a row describe."""
    digest, stream, buffers, size, members, scope, blob, refs = row
    listed, referred = tuple((buffers or "").split()), tuple((refs or "").split())
    return Component(digest, bytes_of(stream), listed, size, tuple(members.split("\n")), scope, blob or "", referred)


def by_place(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[TaskPath, dict[str, ArtifactRef]]]:
    """Yield the artifacts of each task by name; rows of one task follow one another."""
    place: TaskPath | None = None
    found: dict[str, ArtifactRef] = {}
    for step, path, *row in rows:
        here = (step, path_of(path))
        if here != place:
            if place is not None:
                yield place, found
            place, found = here, {}
        if row[0] is not None:
            found[row[0]] = artifact_of(row)
    if place is not None:
        yield place, found
