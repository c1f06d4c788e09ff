"""Writes events as JSON and reads them back: replaying the stored list gives the run again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from nbflow.run.events import events as facts
from nbflow.run.events.events import (
    NOT_STORED,
    Event,
    Failure,
    FailureKind,
    PassedOn,
    TaskId,
    TracebackFrame,
)
from nbflow.store.catalog.columns import reads_row
from nbflow.store.values.artifact_ref import ArtifactRef, Summary

_NOT_SUMMARISED = Summary(type="", text="")


def write_event(event: Event) -> tuple[str, dict[str, object]]:
    """Return the kind of an event and its facts for JSON. Artifacts keep only what identifies them."""
    facts = ((name, getattr(event, name)) for name in event.__slots__)
    kept = {name: _plain(value) for name, value in facts if value}
    return type(event).__name__, kept


def read_event(kind: str, payload: dict[str, Any]) -> Event:
    """Return the event that `write_event` has written."""
    values = {name: _revive(name, value) for name, value in payload.items()}
    event: Event = getattr(facts, kind)(**{**_empty(kind), **values})
    return event


def read_events(rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[Event]:
    """Yield the events that `write_event` has written, in their order."""
    return (read_event(kind, text) for kind, text in rows)


def _empty(kind: str) -> dict[str, Any]:
    return {"TaskSucceeded": {"artifacts": ()}, "TaskReused": {"artifacts": ()}, "ForeachSplit": {"items": ()}}.get(
        kind, {}
    )


def _artifact(name: str, component: str, index: int, size: int, shares: Iterable[str] = ()) -> ArtifactRef:
    return ArtifactRef(name, component, index, size, _NOT_SUMMARISED, shares=tuple(shares))


@reads_row("changes of shared objects")
def read_passed_on(text: str) -> PassedOn:
    """Return the changes of shared objects that `write_passed_on` has written. Raises RowDamaged."""
    return _passed_on(json.loads(text))


def _passed_on(value: Any) -> PassedOn:
    changed, names, *tied = value
    artifacts = tuple(_artifact(*facts) for each in tied for facts in each)
    return PassedOn(tuple(changed), tuple((name, digest) for name, digest in names), artifacts)


def write_passed_on(passed_on: PassedOn) -> str | None:
    """Return the changes of shared objects as JSON; None if there are none."""
    return json.dumps(_plain(passed_on)) if passed_on else None


def write_failure(failure: Failure) -> str:
    """Return why a task failed, as JSON."""
    return json.dumps(asdict(failure))


@reads_row("a failure")
def read_failure(text: str) -> Failure:
    """Return what `write_failure` has written. Raises RowDamaged."""
    found = json.loads(text)
    kind, name, message, frames, traceback = (
        found["kind"], found["type"], found["message"], found.get("frames", ()), found.get("traceback", ""),
    )  # fmt: skip
    if not isinstance(name, str) or not isinstance(message, str) or not isinstance(traceback, str):
        raise TypeError("a text is missing")
    return Failure(FailureKind(kind), name, message, tuple(TracebackFrame(**frame) for frame in frames), traceback)


def lacks_result(text: str | None) -> bool:
    """Tell whether a stored failure means that the task was not to run, and that the store has no result of it."""
    return text is not None and read_failure(text).type == NOT_STORED.type


def _plain(value: object) -> object:
    match value:
        case TaskId():
            return [value.step, list(value.path), value.turn, value.split]
        case ArtifactRef():
            facts: list[object] = [value.name, value.component, value.index, value.size]
            return [*facts, list(value.shares)] if value.shares else facts
        case PassedOn():
            facts = [list(value.changed), [list(pair) for pair in value.names]]
            return [*facts, [_plain(one) for one in value.tied]] if value.tied else facts
        case Failure():
            frames = [[frame.where, frame.function, frame.source] for frame in value.frames]
            return [value.kind, value.type, value.message, frames, value.traceback]
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def _revive(name: str, value: Any) -> Any:
    match name:
        case "task":
            step, path, turn, split = value
            return TaskId(step, tuple(path), turn, split)
        case "artifacts" | "items":
            return tuple(_artifact(*facts) for facts in value)
        case "passed_on":
            return _passed_on(value)
        case "failure":
            kind, error, message, frames, traceback = value
            return Failure(
                FailureKind(kind), error, message, tuple(TracebackFrame(*frame) for frame in frames), traceback
            )
        case "learned":
            return tuple(value)
        case _:
            return value
