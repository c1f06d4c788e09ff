"""Passes artifacts between the tasks of a script: what a task sees is seen by every task below it, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nbflow.run.events.events import Level, TaskDone, TaskId
from nbflow.run.events.task_table import TaskPhase, Tasks
from nbflow.store.values.artifact_ref import ArtifactRef


def leading(known: Tasks, task: TaskId) -> Iterator[TaskId]:
    """Yield the finished tasks whose `self.next` led to this task."""
    for above in known.graph.links[task.step].led:
        scope = known.graph.links[above].scope
        for path in known.progress.below(scope, task.path[: len(scope)]):
            found = known.newest(above, path)
            entry = known.entries.get(found)
            if entry is not None and entry.state is TaskPhase.SUCCEEDED and entry.chose in ("", task.step):
                yield found


def flowing_in(known: Tasks, task: TaskId) -> Mapping[str, ArtifactRef]:
    """Return the artifacts that are visible when a task begins, by name; a join sees none, only its inputs."""
    if task.turn:
        return known.entries[replace(task, turn=task.turn - 1)].artifacts or {}
    if known.graph.links[task.step].joined:
        return {}
    above = next(leading(known, task), None)
    return (known.entries[above].artifacts or {}) if above is not None else {}


def flowing_joined(known: Tasks, task: TaskId) -> Iterator[TaskDone]:
    """Yield the inputs of a join, each with every artifact that was visible at its end."""
    for above in leading(known, task):
        yield TaskDone(above, tuple((known.entries[above].artifacts or {}).values()), levels(known, above))


def levels(known: Tasks, task: TaskId) -> tuple[Level, ...]:
    """Return the item of each foreach around a task, outermost first; nothing for a step of a notebook."""
    if not known.graph.steps[task.step].flowing:
        return ()
    found = []
    for depth, index in enumerate(task.path):
        items = known.items[known.graph.links[task.step].scope[depth], task.path[:depth]]
        found.append(Level(index, len(items), items[index]))
    return tuple(found)
