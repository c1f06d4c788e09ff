"""Tracebacks that others write of a cell: its text is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RICH = """
import os, rich.traceback
from rich.console import Console
from nbflow.flow.source.cell import Cell
from nbflow.run.task.tracebacks import show_source
os.chdir("/")
show_source("n.ipynb · cell 1", Cell(1, "1 / 0  # here"))
try:
    exec(compile("1 / 0", "n.ipynb · cell 1", "exec"))
except ZeroDivisionError:
    Console(width=80, force_jupyter=False, color_system=None).print_exception()
"""


def test_rich_shows_the_lines_of_a_cell_wherever_it_was_imported(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r}){RICH}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "1 / 0  # here" in ended.stdout
