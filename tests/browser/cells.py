"""Notebooks for the tests of the panel. A step that waits goes on when a test opens its gate: the file of that name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.flows import notebook_of

LOAD = "%load_ext nbflow"
# `os.access` is no look at a file that nbflow follows: a gate is not an input of the step that waits for it
GATED = """\
import os
import time

def wait_for(gate):
    while not os.access(gate, os.F_OK):
        time.sleep(0.02)
"""
LINEAR = [
    LOAD,
    "%%step load\nrows = [3, 1, 2]",
    "%%step clean\nrows = sorted(rows)",
    "%%step report\nlargest = rows[-1]\nprint(f'the largest is {largest}')",
]
SLOW = [
    LOAD,
    GATED,
    "%%step load\nrows = [1, 2, 3, 4]",
    "%%step fit --foreach row in rows\nif row > 2:\n    wait_for('go')\nscore = row ** 2",
    "%%step best --join fit\nbest = max(inputs.score)",
]
RUN = "%flow run"


def open_gate(folder: Path, gate: str = "go") -> None:
    (folder / gate).touch()


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    path.write_text(notebook_of(list(cells)))
