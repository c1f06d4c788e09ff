"""Finds undefined names with ruff before anything runs, and reports them in Metaflow's words.

It finds nothing if ruff is not installed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

from nbflow.errors import MetaflowException


class LintFailed(MetaflowException):
    """Raised for a script with undefined names, after they have been printed."""

    headline = "Pylint is not happy"

    def __init__(self) -> None:
        super().__init__("Fix Pylint warnings listed above or say --no-pylint. (Ruff has found them.)")


class Lint:
    """Is a search for undefined names, which runs beside this process until its result is asked for.

    It finds nothing if `is_wanted` is false, or ruff is not installed.
    """

    def __init__(self, file: Path, is_wanted: bool = True) -> None:
        self._file = file
        command = ["check", "--isolated", "--no-cache", "--select", "F821", "--output-format", "json", str(file)]
        ruff = find_ruff() if is_wanted else None
        self._search = (
            None if ruff is None else subprocess.Popen([ruff, *command], stdout=PIPE, stderr=DEVNULL, text=True)
        )

    def __enter__(self) -> Lint:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._search is not None and self._search.returncode is None:
            self._search.kill()
            self._search.communicate()

    def undefined_names(self) -> list[str]:
        """Return a line of text for each undefined name; none if ruff is not installed."""
        answer = self._search.communicate()[0] if self._search is not None else ""
        try:
            found = json.loads(answer or "[]")
        except ValueError:
            return []
        return [f"{self._file.name}:{_place(one)}: E0602: {_message(one)} (undefined-variable)" for one in found]

    def report(self) -> None:
        """Print every undefined name with its line. Raises LintFailed if there is one."""
        problems = self.undefined_names()
        for problem in problems:
            print(f"    {problem}")
        if problems:
            raise LintFailed


def _place(found: dict[str, Any]) -> str:
    """Return the line and the column, counted from 0 as Pylint does."""
    return f"{found['location']['row']}:{found['location']['column'] - 1}"


def _message(found: dict[str, Any]) -> str:
    text: str = found["message"]
    return text.replace("`", "'").replace("Undefined name", "Undefined variable")


def find_ruff() -> str | None:
    """Return the path of ruff; None if it is not installed."""
    beside = Path(sys.executable).with_name("ruff")
    return str(beside) if beside.exists() else shutil.which("ruff")
