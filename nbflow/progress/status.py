"""How steps and runs stand: the words that shell, kernel, panel and report share.

`StepStatus` says how a step stands, in a run or towards the notebook as it is now; `RunStatus` how a run does. What the
catalog records of a single task is `TaskStatus`, and `of_task` says it in the words of a step.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from nbflow.store.catalog.rows import RunStatus, TaskStatus

__all__ = ["RunStatus", "StepStatus", "status_of_task"]


class StepStatus(StrEnum):
    """How a step or task stands: in a run, or towards the notebook as it is now."""

    MISSING = "missing"  # never finished
    WAITING = "waiting"  # takes part in a run that goes on
    RUNNING = "running"
    DONE = "done"
    REUSED = "reused"
    SKIPPED = "skipped"
    STALE = "stale"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether the step has come to its end in a run: nothing of it waits or runs there any more."""
        return self in (StepStatus.DONE, StepStatus.REUSED, StepStatus.SKIPPED, StepStatus.FAILED)


def status_of_task(status: TaskStatus) -> StepStatus:
    """Return what the catalog records of a task in the words of a step."""
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
