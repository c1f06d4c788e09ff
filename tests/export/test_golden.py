"""Three scripts as they are written, to be looked at: whoever has never seen nbflow can read them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.export.write_flow import export_flow
from nbflow.script.preparing.lint import find_ruff
from tests.export.golden_notebooks import FOLDER, GOLDEN

EACH = pytest.mark.parametrize("name", GOLDEN)


@EACH
def test_the_script_is_the_one_that_was_looked_at(name: str) -> None:
    again = f"if this is right: {sys.executable} -m tests.export.golden_notebooks"
    assert export_flow(GOLDEN[name]).text == (FOLDER / f"{name}.py").read_text("utf-8"), again


@EACH
def test_it_needs_no_exception_from_any_rule(name: str, tmp_path: Path) -> None:
    ruff = find_ruff()
    assert ruff is not None
    file = str(FOLDER / f"{name}.py")
    for command in (["check", "--isolated"], ["format", "--isolated", "--line-length=100", "--check"]):
        words = [ruff, *command, "--no-cache", file]
        answer = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert answer.returncode == 0, answer.stdout
    assert "noqa" not in (FOLDER / f"{name}.py").read_text("utf-8")
