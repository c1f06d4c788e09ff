"""The errors of writing files beside the store."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors.base import NbflowError


class TargetExists(NbflowError):
    """Raised instead of writing over a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists: give another name, or --force to write over it")


class TargetUnwritable(NbflowError):
    """Raised when a file cannot be written; what was there is as it was."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be written ({reason}): give a path in a folder that you may write to")
