"""Lists the columns that are read of tasks, artifacts and components, and turns rows of them into objects."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

from nbflow.errors import RowDamaged
from nbflow.store.catalog.rows import TaskRow, TaskStatus
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost, Summary

TASK_COLUMNS = (
    "tasks.run, names.text, tasks.path, tasks.turn, tasks.split, tasks.number, tasks.id, tasks.attempt, tasks.key, "
    "tasks.status, tasks.started, tasks.finished, tasks.seconds, tasks.item, tasks.failure, tasks.outputs, "
    "tasks.source, tasks.items, tasks.again, tasks.passed_on, tasks.memory, tasks.cpu_seconds, "
    "tasks.host"
)
ARTIFACT_COLUMNS = (
    "names.text, artifacts.component, artifacts.idx, artifacts.size, artifacts.summary, artifacts.lost, "
    "artifacts.shares, artifacts.task"
)
COMPONENT_COLUMNS = (
    "components.digest, components.stream, components.buffers, components.size, components.members, components.scope, "
    "components.blob, components.refs"
)

SUMMARY_DEFAULTS: tuple[Any, ...] = (None, None, (), "", "", (), ())
"""Holds what a summary has after its type and text where its row ends earlier."""

_Read = TypeVar("_Read", bound=Callable[..., Any])


def reads_row(what: str) -> Callable[[_Read], _Read]:
    """Make a function that reads a row raise RowDamaged where the row is not as nbflow writes it."""

    def decorate(read: _Read) -> _Read:
        @wraps(read)
        def checked(*args: Any) -> Any:
            try:
                return read(*args)
            except (ValueError, TypeError, LookupError, AttributeError, struct.error) as error:
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


@reads_row("a task")
def task_of(row: Sequence[Any]) -> TaskRow:
    """Return the row of a task from its `TASK_COLUMNS`."""
    run, step, path, turn, split, number, task, attempt, key, status = row[:10]
    started, finished, seconds, item, failure, outputs, source, items, again, passed_on, memory = row[10:21]
    cpu_seconds, host = row[21:23]
    return TaskRow(
        run, step, path_of(path), turn, bool(split), number, task, attempt, key or "", TaskStatus(status),
        started, finished, seconds, item or "", failure, outputs, source, items, bool(again), passed_on,
        memory, cpu_seconds, host or "",
    )  # fmt: skip


@reads_row("an artifact")
def artifact_of(row: Sequence[Any]) -> ArtifactRef:
    """Return the artifact that the `ARTIFACT_COLUMNS` of a row describe."""
    name, component, index, size, summary, lost, shares, task = row
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
    return Component(digest, stream, listed, size, tuple(members.split("\n")), scope, blob or "", referred)


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
