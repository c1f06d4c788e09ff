"""Print as JSON what the client of an engine, `nbflow` or `metaflow`, answers about all runs of a flow."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from typing import Any

OWN_TAGS = ("user:", "runtime:", "project:", "project_branch:")
"""The system tags that both engines have."""


def answers(engine: Any, flow: str) -> list[Any]:
    """Oldest run first. Numbers of runs and tasks are left out: each engine counts in its own way."""
    engine.namespace(None)
    try:
        found = engine.Flow(flow)
    except Exception as error:  # noqa: BLE001 - whatever says in this engine that nothing has run
        return [type(error).__mro__[1].__name__ if type(error).__name__ == "UnknownName" else type(error).__name__]
    return [_run(run) for run in reversed(list(found))]


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
        "above": sorted({one.id for one in step.parent_steps} - {step.id}),
        "below": sorted({one.id for one in step.child_steps} - {step.id}),
        "tasks": [_task(task) | ({} if turns else _beside(task)) for task in tasks],
    }


def _beside(task: Any) -> dict[str, list[str]]:
    """The steps of the tasks above and below; of the turns of a loop Metaflow does not tell which led to which."""
    return {
        "above": sorted({one.parent.id for one in task.parent_tasks}),
        "below": sorted({one.parent.id for one in task.child_tasks}),
    }


def _place(task: Any) -> list[int]:
    """Which items it worked on; of a loop also in which turn, as its numbers count up."""
    if "_foreach_stack" in task:
        return [*(frame.index for frame in task["_foreach_stack"].data), int(task.id)]
    return [*getattr(task, "path", ()), int(task.id)]


def _task(task: Any) -> dict[str, Any]:
    error = task.exception
    return {
        "artifacts": {one.id: plain(one.data) for one in task if one.id != "name"},
        "index": task.index,
        "successful": task.successful,
        "exception": error and [str(error.type).rpartition(".")[2], str(error.exception)],
        "stdout": [line for line in task.stdout.splitlines() if not line.startswith(("@catch", ">"))],
        "last_attempt": task.current_attempt,
        "attempts": sorted({one.value for one in task.metadata if one.type == "attempt"}),
        "attempt_stdout": [type(task)(task.pathspec, attempt=n).stdout for n in range(task.current_attempt)],
        "cloned": "origin-task-id" in task.metadata_dict,
        "path": len(task.path_components),
    }


def plain(value: Any) -> str:
    """What two engines show alike of a value."""
    if hasattr(value, "stacktrace"):
        kind = str(value.type).rpartition(".")[2]
        return kind if kind == "FailureHandledByCatch" else f"{kind}: {value.exception}"
    if hasattr(value, "pathspec"):
        return type(value).__name__
    return repr(sorted(value, key=repr) if isinstance(value, set | frozenset) else value)


def _main() -> Iterator[str]:
    yield json.dumps(answers(importlib.import_module(sys.argv[1]), sys.argv[2]))


if __name__ == "__main__":
    print(*_main())
