"""Finds what a task reads: the artifacts that its names are bound to, and the finished tasks that `inputs` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nbflow.flow.graph.link import Binding
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.dataflow.by_edge import flowing_in, flowing_joined
from nbflow.run.events.counters import Path
from nbflow.run.events.events import TaskDone, TaskId
from nbflow.run.events.task_table import TaskPhase, Tasks
from nbflow.store.values.artifact_ref import ArtifactRef


def inputs_of(known: Tasks, task: TaskId) -> tuple[ArtifactRef, ...]:
    """Return the artifacts that a task reads, sorted by name; for a step of a script, in the order of their arrival."""
    step = known.graph.steps[task.step]
    if step.flowing:
        return tuple(flowing_in(known, task).values())
    found = dict(_carried(known, task))
    linked = known.graph.links[task.step]
    ended = linked.ends if task.turn else frozenset[str]()  # ended in the turn before
    left_out = linked.carried | ended
    for binding in linked.bindings:
        if binding.name not in found.keys() | left_out and _reads(known, step, binding.name, split=task.split):
            artifact = _resolve(known, binding, task.path)
            if artifact is not None:
                found[binding.name] = artifact
    if step.foreach is not None and not task.split:
        item = known.items[task.step, task.path[:-1]][task.path[-1]]
        found[step.foreach.var] = replace(item, name=step.foreach.var)
    return tuple(found[name] for name in sorted(found))


def joined_of(known: Tasks, task: TaskId) -> Iterator[TaskDone]:
    """Yield the finished tasks that `inputs` shows: the inputs of a join, or the branches that a step names."""
    linked = known.graph.links[task.step]
    if known.graph.steps[task.step].flowing:
        yield from flowing_joined(known, task) if linked.joined else ()
        return
    for step in linked.joined or linked.branches:
        scope = known.graph.links[step].scope
        for path in known.progress.below(scope, task.path[: len(scope)]):
            yield TaskDone(TaskId(step, path), tuple((bound(known, step, path) or {}).values()))


def _carried(known: Tasks, task: TaskId) -> Iterator[tuple[str, ArtifactRef]]:
    """Yield the artifacts that a turn of a loop reads from the turn before, with their names."""
    if task.turn:
        before = known.entries[replace(task, turn=task.turn - 1)].artifacts or {}
        step = known.graph.steps[task.step]
        linked = known.graph.links[task.step]
        for name in (*(binding.name for binding in linked.bindings), *linked.draws):
            if name in before and _reads(known, step, name, split=False):
                yield name, before[name]


def _resolve(known: Tasks, binding: Binding, path: Path) -> ArtifactRef | None:
    for writer in binding.writers:
        made = bound(known, writer, path)
        artifact = None if made is None else made.get(binding.name)
        if artifact is not None:
            return artifact
        if made is not None and binding.name in known.graph.links[writer].ends:
            return None
    return None


def bound(known: Tasks, step: str, path: Path) -> Mapping[str, ArtifactRef] | None:
    """Return the artifacts that a step has made at the place of a task with this path; None if it has not run there."""
    own = path[: len(known.graph.links[step].scope)]
    entry = known.entries.get(known.newest(step, own))
    if entry is None or entry.state is not TaskPhase.SUCCEEDED:
        return None
    return entry.artifacts or {}


def _reads(known: Tasks, step: StepSpec, name: str, *, split: bool) -> bool:
    """Return whether the split or the body reads the name, itself or through the prelude that it uses."""
    if step.foreach is None:
        return True
    named = step.names_in(split=split)
    if name in named or (not split and name not in step.foreach.reads):
        return True
    prelude = known.graph.prelude_of(step.name).closure(known.graph.links[step.name].prelude & named)
    return any(name in definition.wants for definition in prelude)
