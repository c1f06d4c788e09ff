"""Formats a script with ruff, and asks ruff what a reviewer's linter would report."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence

from nbflow.export.errors import ExportFailed
from nbflow.export.methods.draft import WIDTH
from nbflow.flow.source.lines import lines_of
from nbflow.script.preparing.lint import find_ruff

_ISOLATED = ("--isolated", "--no-cache", "--stdin-filename", "flow.py")  # the result depends on no local settings
_SERIOUS = frozenset({"F821", "F823", "E999", "invalid-syntax"})


def format_source(source: str) -> str:
    """Return a source as `ruff format` writes it, with sorted imports.

    Raises ExportFailed if it is not valid Python.
    """
    sorting = _ruff(["check", "--select=I", "--fix", "--quiet", "--exit-zero", *_ISOLATED, "-"], source)
    if sorting.returncode:
        raise ExportFailed(f"the script could not be laid out: {sorting.stderr.strip()}")
    answer = _ruff(["format", f"--line-length={WIDTH}", *_ISOLATED, "-"], sorting.stdout)
    if answer.returncode:
        raise ExportFailed(f"the script could not be laid out: {answer.stderr.strip()}")
    return answer.stdout


def require_python(source: str) -> None:
    """Raise ExportFailed, with the line, for what only Python's compiler finds: an annotated name that is global."""
    try:
        compile(source, "script", "exec", dont_inherit=True)
    except SyntaxError as error:
        lines = lines_of(source)
        line = lines[error.lineno - 1].strip() if error.lineno and error.lineno <= len(lines) else ""
        way_out = "move it to an ordinary cell" if "__future__" in line else "write it in another way"
        raise ExportFailed(f"'{line}' is not valid Python inside a method ({error.msg}): {way_out}") from None


def complaints(source: str) -> tuple[str, ...]:
    """Return the codes of the rules that bodies break.

    Bodies stay as they are, so the script must ignore these rules.
    """
    answer = _ruff(["check", "--output-format=json", *_ISOLATED, "-"], source)
    found = {str(one["code"] or "invalid-syntax") for one in json.loads(answer.stdout or "[]")}
    return tuple(sorted(found - _SERIOUS))


def _ruff(arguments: Sequence[str], source: str) -> subprocess.CompletedProcess[str]:
    ruff = find_ruff()
    if ruff is None:
        raise ExportFailed("ruff, which lays out the script, is not installed: pip install ruff")
    return subprocess.run(
        [ruff, *arguments], input=source, capture_output=True, encoding="utf-8", check=False,
        cwd=os.sep,  # no modules or settings of a folder take effect
    )  # fmt: skip
