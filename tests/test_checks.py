"""Runs the checks that have commands of their own: errors and layout, types, the direction of imports, documents."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))

BRIEF_CHECKS = (
    "ruff check .",
    "ruff format --check .",
    "mypy",
    "lint-imports --no-cache",
    "python -m nbflow.jupyter.protocol --check",
)
LONG_CHECKS = (
    "python labextension/bundle.py check",
    "mkdocs build --strict --quiet --site-dir {site}",
)


def mistakes_found(check: str) -> str:
    """Return what a check printed; nothing if it has found no mistake."""
    command, *arguments = check.split()
    path = os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([SCRIPTS / command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
    return f"{done.stdout}{done.stderr}" or f"exit code {done.returncode}" if done.returncode else ""


@pytest.mark.parametrize("check", BRIEF_CHECKS)
def test_a_brief_check_finds_no_mistake(check: str) -> None:
    assert mistakes_found(check) == ""


@pytest.mark.parametrize("check", LONG_CHECKS)
def test_a_long_check_finds_no_mistake(check: str, tmp_path: Path) -> None:
    assert mistakes_found(check.format(site=tmp_path)) == ""
