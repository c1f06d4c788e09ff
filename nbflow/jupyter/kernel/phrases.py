"""What a session says: commands in the words of a notebook, and what became of a task that ran in the kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbflow.progress.narrator import describe_patched
from nbflow.run.events.events import TaskFailed, TaskSucceeded
from nbflow.run.task.performer import Result


def offer_magics(text: str, notebook: str) -> str:
    """`nbflow run films.ipynb --to x` as `%flow run --to x`."""
    return re.sub(rf"nbflow (\w+) {re.escape(notebook)}", r"%flow \1", text)


def describe_end(event: Any, result: Result) -> Iterator[str]:
    if result.skipped:
        yield f"{event.task} · skipped: {event.reason}"
    if result.patched:
        yield describe_patched(event.task, result.patched)
    for lost in result.lost:
        yield (
            f"{event.task} · {lost.path} is a {lost.was} and could not be stored ({lost.reason}): "
            "it is here for ordinary cells, but neither a step nor a restore brings it back"
        )


def describe_attempt(event: TaskFailed, retry: int) -> str:
    reason = f"{event.failure.type}: {event.failure.message}".splitlines()[0]
    return f"{event.task} · attempt {event.attempt + 1} of {retry + 1} failed · {reason}"


def describe_learned(event: TaskSucceeded) -> str:
    names = ", ".join(event.learned)
    return (
        f"{event.task} · changes {names} in place: from now on an artifact of {event.task.step}, "
        "and what had used the old value is stale"
    )
