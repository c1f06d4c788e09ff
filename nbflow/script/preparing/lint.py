"""Undefined names, found by ruff before anything runs, and told in the words in which Metaflow tells them.

Nothing is found where ruff is not installed.
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
    """Raised for a script with undefined names, which have been printed."""

    headline = "Pylint is not happy"

    def __init__(self) -> None:
        super().__init__("Fix Pylint warnings listed above or say --no-pylint. (Ruff has found them.)")


def lint(cls: type[FlowSpec]) -> None:
    """Print every name that nothing defines with its line, and raise LintFailed if there is one."""
    problems = undefined_names(script_file(cls))
    for problem in problems:
        print(f"    {problem}")
    if problems:
        raise LintFailed


def undefined_names(file: Path) -> list[str]:
    """Each with its line, as ruff finds them; none where there is no ruff."""
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
    """The line, and the column from 0, as Pylint counts them."""
    return f"{found['location']['row']}:{found['location']['column'] - 1}"


def _message(found: dict[str, Any]) -> str:
    text: str = found["message"]
    return text.replace("`", "'").replace("Undefined name", "Undefined variable")


def find_ruff() -> str | None:
    beside = Path(sys.executable).with_name("ruff")
    return str(beside) if beside.exists() else shutil.which("ruff")
