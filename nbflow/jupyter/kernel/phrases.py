"""Writes the lines that a session prints: commands as magics, and how a task in the kernel ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbflow.progress.narrator import describe_patched
from nbflow.run.events.events import TaskFailed, TaskSucceeded
from nbflow.run.task.job import Result


def offer_magics(text: str, notebook: str) -> str:
    """Replace commands of the shell by magics: `nbflow run films.ipynb --to x` by `%flow run --to x`."""
    return re.sub(rf"nbflow (\w+) {re.escape(notebook)}", r"%flow \1", text)


def describe_end(event: Any, result: Result) -> Iterator[str]:
    """Yield lines about a finished task: that it was skipped or patched, and what could not be stored."""
    if result.skipped:
        yield f"{event.task} · skipped: {event.reason}"
    if result.patched:
        yield describe_patched(event.task, result.patched)
    for lost in result.lost:
        yield (
            f"{event.task} · {lost.path} is a {lost.was} and could not be stored ({lost.reason}): "
            "ordinary cells can use it in this kernel, but no step and no restore can load it"
        )


def describe_attempt(event: TaskFailed, retry: int) -> str:
    """Return the line about a failed attempt that is followed by another."""
    reason = f"{event.failure.type}: {event.failure.message}".splitlines()[0]
    return f"{event.task} · attempt {event.attempt + 1} of {retry + 1} failed · {reason}"


def describe_learned(event: TaskSucceeded) -> str:
    """Return the line about names that a step was found to change in place."""
    names = ", ".join(event.learned)
    return (
        f"{event.task} · changes {names} in place, which is an artifact of {event.task.step} from now on; "
        "steps that used the old value are stale"
    )
