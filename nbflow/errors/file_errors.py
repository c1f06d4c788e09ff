"""Defines the errors of writing files outside the store."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors.base import NbflowError


class TargetExists(NbflowError):
    """Raised instead of overwriting an existing file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists already: give another name, or add --force to overwrite it")


class TargetUnwritable(NbflowError):
    """Raised when a file cannot be written. A file that was there before stays unchanged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be written ({reason}): give a path in a folder where you may write")
