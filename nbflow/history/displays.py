"""Compares what runs have shown: figures and other rich displays, and the first rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbflow.history.archive import Archive, task_name
from nbflow.run.output.outputs import with_last_texts
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.rows import RunRow, TaskRow
from nbflow.store.values.artifact_ref import ArtifactRef

_FEW = 4
"""The number of tasks of a step up to which their displays are compared."""

_PLAIN = frozenset({"text/plain"})

Shown = tuple[Mapping[str, Any], ...]
"""Holds outputs in the format of a notebook."""


def differing_displays(archive: Archive, runs: Sequence[RunRow]) -> Iterator[tuple[str, tuple[Shown, ...]]]:
    """Yield each task, by its name, whose rich outputs are not the same in all runs, with the outputs of each run."""
    for tasks in _tasks_of(archive, runs):
        if len({task.outputs if task else None for task in tasks}) > 1:
            shown = tuple(_rich(archive, task) for task in tasks)
            if any(shown):
                yield next(task_name(task) for task in tasks if task), shown


def _rich(archive: Archive, task: TaskRow | None) -> Shown:
    found = stored_outputs(archive.reader, task) if task is not None else ()
    return tuple(one for one in with_last_texts(found) if not _PLAIN.issuperset(one.get("data", ())))


def differing_artifacts(
    archive: Archive, runs: Sequence[RunRow]
) -> Iterator[tuple[str, tuple[ArtifactRef | None, ...]]]:
    """Yield each artifact, as `STEP.NAME`, whose bytes are not the same in all runs that have it."""
    for tasks in _tasks_of(archive, runs):
        held = [_named(archive, task) for task in tasks]
        for name in dict.fromkeys(name for artifacts in held for name in artifacts):
            found = tuple(artifacts.get(name) for artifacts in held)
            if len({one.digest for one in found if one}) > 1:
                yield f"{next(task_name(task) for task in tasks if task)}.{name}", found


def _named(archive: Archive, task: TaskRow | None) -> dict[str, ArtifactRef]:
    found = archive.reader.artifacts(task.id) if task is not None else ()
    return {one.name: one for one in found if one.is_named}


def _tasks_of(archive: Archive, runs: Sequence[RunRow]) -> Iterator[tuple[TaskRow | None, ...]]:
    """Yield the tasks of each place in the flow, one of each run, for steps that have only a few tasks."""
    found: list[dict[tuple[str, tuple[int, ...]], TaskRow]] = []
    for run in runs:
        tasks = [task for task in archive.reader.tasks(run.id) if not task.split]
        many = {task.step for task in tasks if task.path and task.path[-1] >= _FEW}
        found.append({(task.step, task.path): task for task in tasks if task.step not in many})
    for place in dict.fromkeys(place for places in reversed(found) for place in places):
        yield tuple(places.get(place) for places in found)
