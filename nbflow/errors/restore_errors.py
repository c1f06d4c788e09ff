"""Defines the errors of restoring a checkpoint, and of saving one by hand."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.errors.base import NbflowError


class RestoreError(NbflowError):
    """Every error of a restore derives from this class. When one is raised, the namespace is unchanged."""


class NotACheckpoint(RestoreError):
    """Raised when the task to restore did not succeed, or when the address names several tasks."""

    def __init__(self, address: str, status: str, tasks: Iterable[str] = ()) -> None:
        self.address, self.status, self.tasks = address, status, tuple(tasks)
        if self.tasks:
            listed = ", ".join(self.tasks[:4]) + (", …" if len(self.tasks) > 4 else "")
            super().__init__(f"{address} has {status}, and each has a checkpoint. Choose a task: {listed}")
            return
        step = address.rpartition("/")[2].partition("[")[0]
        fix = f"look at it with `%flow debug {step}`, or restore the step before it"
        super().__init__(f"{address} is {status}, so there is no checkpoint of it: {fix}")


class PreludeFailed(RestoreError):
    """Raised when a definition of the shared code that a checkpoint needs cannot be executed again."""

    def __init__(self, names: Iterable[str], where: str, reason: str) -> None:
        self.names, self.where, self.reason = sorted(names), where, reason
        super().__init__(
            f"{', '.join(self.names)} ({where}), which the checkpoint needs, cannot be defined "
            f"({reason}): install or add what is missing, then restore again"
        )


class NothingToUndo(RestoreError):
    """Raised by undo when every restore of this session is undone already."""

    def __init__(self) -> None:
        super().__init__("nothing to undo: this session has no restore left to undo")


class CheckpointNameTaken(NbflowError):
    """Raised when a checkpoint saved by hand is to have the name of a step."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' is a step, and running it makes its checkpoints: choose another name")
