"""Undefined names, found by ruff before anything runs; nothing is found where ruff is not installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from nbflow.errors import FlowRefused
from nbflow.script.flow import FlowSpec
from nbflow.script.parameters import script_file


def lint(cls: type[FlowSpec]) -> None:
    """Raise FlowRefused, with every name that nothing defines and its line."""
    problems = undefined_names(script_file(cls))
    if problems:
        raise FlowRefused([*problems, "Define these names, or run with --no-lint"])


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
    return [f"{file.name}, line {one['location']['row']}: {one['message'].replace('`', chr(39))}" for one in found]


def find_ruff() -> str | None:
    beside = Path(sys.executable).with_name("ruff")
    return str(beside) if beside.exists() else shutil.which("ruff")
