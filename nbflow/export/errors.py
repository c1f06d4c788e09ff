"""Defines the errors of exporting; each holds its facts as fields."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors import NbflowError


class ExportFailed(NbflowError):
    """Raised when a script cannot be written, formatted or put in order."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TargetIsNotebook(NbflowError):
    """Raised, even with --force, when a script would overwrite a notebook."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is a notebook, and export writes a script: give another name, such as flow.py")


class ScriptUnreadable(NbflowError):
    """Raised for a script that cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be read ({reason}): give the path of a script that nbflow export has written")


class NotExported(NbflowError):
    """Raised for a script that does not say which cells it comes from."""

    def __init__(self, script: str, reason: str = "the table of cells at its end is not there") -> None:
        self.script, self.reason = script, reason
        super().__init__(f"{script} is not as nbflow export has written it ({reason}): export the notebook again")
