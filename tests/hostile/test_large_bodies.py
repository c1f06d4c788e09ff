"""Steps that print, make and hold more than is usual: the driver stays small, and what was made is there.

They take gigabytes and minutes, so they run by hand only: `NBFLOW_EXPLORE=1 pytest tests/hostile/test_large_bodies.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.client import Flow
from tests.flows import notebook_of

pytestmark = pytest.mark.skipif("NBFLOW_EXPLORE" not in os.environ, reason="takes gigabytes; NBFLOW_EXPLORE=1 runs it")

MEASURED = """import sys
from nbflow.cli.main import nbflow
try:
    nbflow(sys.argv[1:])
finally:
    lines = open("/proc/self/status").read().splitlines()
    print(next(line.split()[1] for line in lines if line.startswith("VmHWM:")), file=sys.stderr)"""
"""Runs a verb and tells the most memory that it had. `getrusage` would tell that of pytest, which is inherited."""

BODIES = {
    "a gigabyte on stdout": "for _ in range(1000):\n    print('x' * 10**6)\nx = 1",
    "a gigabyte on stderr": "import sys\nfor _ in range(1000):\n    print('x' * 10**6, file=sys.stderr)\nx = 1",
    "a gigabyte by a process": "import subprocess\nsubprocess.run('head -c 1000000000 /dev/zero', shell=True)\nx = 1",
    "three gigabytes of bytes": "b = bytes(3 << 30)\nx = 1",
    "artifacts": "\n".join(f"a{number} = {number}" for number in range(5000)) + "\nx = 1",
    "repr": "class A:\n    def __repr__(self):\n        return 'x' * 10**8\nx = [A()]\nx[0]",
    "error": "x = 1\nraise ValueError('x' * 10**8)",
}


def run_measured(folder: Path, *cells: str) -> tuple[int, int, str]:
    """Run a notebook; its exit code, the most memory of its driver in kilobytes, and what it printed."""
    (folder / "large.ipynb").write_text(notebook_of(list(cells)))
    command = [sys.executable, "-c", MEASURED, "run", "large.ipynb", "-j", "1"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.returncode, int(ended.stderr.split()[-1]), ended.stdout


@pytest.mark.parametrize("name", BODIES)
def test_the_driver_stays_small_whatever_a_step_makes(name: str, tmp_path: Path) -> None:
    code, memory, printed = run_measured(tmp_path, f"%%step large\n{BODIES[name]}", "%%step other\ny = 2")
    assert code == (1 if name == "error" else 0)
    assert memory < 200_000  # 10 MB of NUL, kept as output, are 60 MB of JSON
    assert len(printed) < 10_100_000
    run = Flow("large", tmp_path).latest_run
    assert run is not None
    assert run["other"].task.data.y == 2
    if name != "error":
        assert repr(run["large"].task.data.x) != ""


def test_a_notebook_of_ten_thousand_steps_runs(tmp_path: Path) -> None:
    cells = [f"%%step s{number}\nn{number} = {number and f'n{number - 1}'} + 1" for number in range(10_000)]
    code, memory, printed = run_measured(tmp_path, *cells)
    assert (code, memory < 600_000) == (0, True)
    assert "10000 ran" in printed.replace(",", "")
    assert json.dumps(Flow("large", tmp_path)["1"]["s9999"].task.data.n9999) == "10000"
