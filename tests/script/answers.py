"""Print as JSON what the client of an engine, `nbflow` or `metaflow`, answers about all runs of a flow."""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

OWN_TAGS = ("user:", "runtime:", "project:", "project_branch:")
"""The system tags that both engines have."""

UNKNOWN = "?"
"""Stands for what an engine cannot tell."""

_SAID_APART = "^@catch|^>|timed out after"
"""Lines that have other words in either engine."""


def answers(engine: Any, flow: str) -> list[Any]:
    """Oldest run first. Numbers of runs and tasks are left out: each engine counts in its own way."""
    engine.namespace(None)
    try:
        found = engine.Flow(flow)
    except importlib.import_module(f"{engine.__name__}.exception").MetaflowNotFound:
        return ["nothing has run"]
    return [*(_run(run) for run in reversed(list(found))), *_spins(engine, flow)]


def _spins(engine: Any, flow: str) -> Iterator[dict[str, Any]]:
    """The tasks that were spun, oldest first. Where none were, Metaflow has no folder to look into."""
    with contextlib.suppress(ValueError):
        engine.inspect_spin(".")
        for run in reversed(list(engine.Flow(flow))):
            for task in (task for step in run for task in step):
                made = dict(_artifacts(task))
                printed = [line for line in task.stdout.splitlines() if not line.startswith("[Warning]")]
                yield {"step": task.parent.id, "made": made, "index": task.index if made else None, "stdout": printed}


def _run(run: Any) -> dict[str, Any]:
    return {
        "successful": run.successful,
        "user_tags": sorted(run.user_tags),
        "system_tags": sorted(tag for tag in run.system_tags if tag.startswith(OWN_TAGS)),
        "resumed": run.origin_pathspec not in (None, f"{run.parent.id}/None"),
        "ended": run.end_task is not None and run.end_task.successful,
        "steps": {step.id: _step(step) for step in run},
    }


def _step(step: Any) -> dict[str, Any]:
    tasks = sorted(step, key=_place)
    turns = len({tuple(_place(task)[:-1]) for task in tasks}) < len(tasks)
    return {
        "above": _known(lambda: {one.id for one in step.parent_steps} - {step.id}),
        "below": _known(lambda: {one.id for one in step.child_steps} - {step.id}),
        "tasks": [_task(task) | ({} if turns else _beside(task)) for task in tasks],
    }


def _beside(task: Any) -> dict[str, list[str]]:
    """The steps of the tasks above and below; of the turns of a loop Metaflow does not tell which led to which."""
    return {
        "above": _known(lambda: {one.parent.id for one in task.parent_tasks}),
        "below": _known(lambda: {one.parent.id for one in task.child_tasks}),
    }


def _known(find: Callable[[], set[str]]) -> list[str]:
    """Metaflow finds nothing where a step has not run, and below the steps of a switch in a foreach."""
    try:
        return sorted(find()) or [UNKNOWN]
    except Exception:  # noqa: BLE001 - whatever says in this engine that it is not there
        return [UNKNOWN]


def _place(task: Any) -> list[int]:
    """Which items it worked on; of a loop also in which turn, as its numbers count up."""
    if "_foreach_stack" in task:
        return [*(frame.index for frame in task["_foreach_stack"].data), int(task.id)]
    return [*getattr(task, "path", ()), int(task.id)]


def _task(task: Any) -> dict[str, Any]:
    error = task.exception
    cloned = "origin-task-id" in task.metadata_dict
    return {
        "artifacts": dict(_artifacts(task)),
        "index": task.index,
        "successful": task.successful,
        "exception": error and [_kind(error), str(error.exception)],
        "stdout": [] if cloned else [line for line in task.stdout.splitlines() if not re.search(_SAID_APART, line)],
        "last_attempt": task.current_attempt,
        "attempts": sorted({one.value for one in task.metadata if one.type == "attempt"}),
        "attempt_stdout": [type(task)(task.pathspec, attempt=n).stdout for n in range(task.current_attempt)],
        "cloned": cloned,
        "path": len(task.path_components),
    }


def _kind(error: Any) -> str:
    """The type with its module, where both engines give it the same."""
    name = str(error.type)
    return name if name.startswith("builtins.") else name.rpartition(".")[2]


def _artifacts(task: Any) -> Iterator[tuple[str, str]]:
    """Those that can be loaded: nbflow lists what could not be stored as well."""
    for one in task:
        with contextlib.suppress(Exception):
            if one.id != "name":
                yield one.id, plain(one.data)


def plain(value: Any) -> str:
    """What two engines show alike of a value."""
    if hasattr(value, "stacktrace"):
        kind = str(value.type).rpartition(".")[2]
        return kind if kind in ("FailureHandledByCatch", "TimeoutException") else f"{kind}: {value.exception}"
    if hasattr(value, "pathspec"):
        return type(value).__name__
    return repr(sorted(value, key=repr) if isinstance(value, set | frozenset) else value)


def _main() -> Iterator[str]:
    yield json.dumps(answers(importlib.import_module(sys.argv[1]), sys.argv[2]))


if __name__ == "__main__":
    print(*_main())
