"""Defines the words for the status of steps and runs, which shell, kernel, panel and report share.

`StepStatus` is the status of a step, in a run or compared with the notebook as it is now; `RunStatus` is that of a run.
The catalog records `TaskStatus` for a single task; `status_of_task` translates it to a `StepStatus`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import assert_never

from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskStatus

__all__ = ["RunStatus", "StepStatus", "describe_status", "status_of_task"]


class StepStatus(StrEnum):
    """The status that a step or a task has in a run, or compared with the notebook as it is now."""

    MISSING = "missing"  # never finished
    WAITING = "waiting"  # takes part in a run that is still going
    RUNNING = "running"
    DONE = "done"
    REUSED = "reused"
    SKIPPED = "skipped"
    STALE = "stale"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Tell whether the step has ended in its run, so that none of its tasks waits or runs."""
        return self in (StepStatus.DONE, StepStatus.REUSED, StepStatus.SKIPPED, StepStatus.FAILED)


def status_of_task(status: TaskStatus) -> StepStatus:
    """Return the status of a step that says the same as the catalog's status of a task."""
    match status:
        case TaskStatus.RUNNING:
            return StepStatus.RUNNING
        case TaskStatus.SUCCEEDED:
            return StepStatus.DONE
        case TaskStatus.REUSED:
            return StepStatus.REUSED
        case TaskStatus.SKIPPED:
            return StepStatus.SKIPPED
        case TaskStatus.FAILED:
            return StepStatus.FAILED
        case TaskStatus.CANCELLED:
            return StepStatus.CANCELLED
        case _:
            assert_never(status)


def describe_status(run: RunRow) -> str:
    """Return the status of a run in words: the run of a kernel does not run all the time, it is open."""
    if run.kind is not RunKind.INTERACTIVE or run.status is not RunStatus.RUNNING:
        return str(run.status)
    began = datetime.fromtimestamp(run.started)
    is_today = began.date() == datetime.now().date()
    return f"open since {began:%H:%M}" if is_today else f"open since {began:%Y-%m-%d %H:%M}"
