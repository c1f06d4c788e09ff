"""Decides whether a task is skipped, because something that it must read was never made."""

from __future__ import annotations

from nbflow.flow.graph.link import Binding
from nbflow.run.dataflow.by_edge import leading
from nbflow.run.events.counters import Path
from nbflow.run.events.events import TaskId
from nbflow.run.events.task_table import TaskPhase, Tasks


def has_nothing_to_work_on(known: Tasks, task: TaskId) -> bool:
    """Return whether a failure or a skip above, at the same item, removed something that the task must read."""
    step, linked = known.graph.steps[task.step], known.graph.links[task.step]
    if step.flowing:
        return bool(linked.led) and next(leading(known, task), None) is None
    if any(_is_lost(known, above, task.path[:depth]) for above, depth in known.progress.waits[step.name]):
        return True
    if linked.joined and all(_was_skipped(known, above, task.path) for above in linked.joined):
        return True
    required = (one for one in linked.bindings if one.required and not known.steps.isdisjoint(one.writers))
    return any(_all_skipped(known, binding, task.path) for binding in required)


def _is_lost(known: Tasks, step: str, path: Path) -> bool:
    """Return whether the step has failed at this place, and the failure is tolerated."""
    if len(path) != len(known.graph.links[step].scope):
        return False
    entry = known.entries.get(known.newest(step, path))
    return entry is not None and entry.tolerated


def _was_skipped(known: Tasks, step: str, prefix: Path) -> bool:
    """Return whether a whole foreach did not run; one that had no items did run."""
    scope = known.graph.links[step].scope
    entry = known.entries.get(TaskId(scope[len(prefix)], prefix, split=True)) if len(scope) > len(prefix) else None
    return entry is not None and entry.state is TaskPhase.SKIPPED


def _all_skipped(known: Tasks, binding: Binding, path: Path) -> bool:
    states = []
    for writer in binding.writers:
        scope = known.graph.links[writer].scope
        entry = known.entries.get(TaskId(writer, path[: len(scope)]))
        states.append(entry.state if entry is not None else TaskPhase.SKIPPED)
    return all(state is TaskPhase.SKIPPED for state in states)
