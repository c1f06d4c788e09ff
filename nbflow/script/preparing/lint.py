"""Finds undefined names with ruff before anything runs, and reports them in Metaflow's words.

It finds nothing if ruff is not installed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.script.inputs.parameters import script_file
from nbflow.script.language.flowspec import FlowSpec


class LintFailed(MetaflowException):
    """Raised for a script with undefined names, after they have been printed."""

    headline = "Pylint is not happy"

    def __init__(self) -> None:
        super().__init__("Fix Pylint warnings listed above or say --no-pylint. (Ruff has found them.)")


def lint(cls: type[FlowSpec]) -> None:
    """Print every undefined name with its line. Raises LintFailed if there is one."""
    problems = undefined_names(script_file(cls))
    for problem in problems:
        print(f"    {problem}")
    if problems:
        raise LintFailed


def undefined_names(file: Path) -> list[str]:
    """Return a line of text for each undefined name that ruff finds; none if ruff is not installed."""
    ruff = find_ruff()
    if ruff is None:
        return []
    command = [ruff, "check", "--isolated", "--no-cache", "--select", "F821", "--output-format", "json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(answer.stdout or "[]")
    except ValueError:
        return []
    return [f"{file.name}:{_place(one)}: E0602: {_message(one)} (undefined-variable)" for one in found]


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
