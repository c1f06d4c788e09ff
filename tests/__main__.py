"""Runs the tests, which include all checks: `python -m tests`. The words that follow go to pytest.

`python -m tests --fast` takes less than two minutes: it leaves out the browser, Metaflow and whatever starts many
processes. Use it while you work, and the whole before you send a change.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTEST = (sys.executable, "-m", "pytest", "-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""The tests that share a JupyterLab stay together. Four processes keep two cores busy, for many tests wait."""
FAST = (
    "tests/test_checks.py::test_a_brief_check_finds_no_mistake",
    *(
        "tests/flow",
        "tests/store",
        "tests/client",
        "tests/init",
        "tests/docs/test_pages.py",
        "tests/run/test_machine.py",
    ),
    *("tests/test_address.py", "tests/test_arguments.py", "tests/labextension/test_project.py"),
)


def main() -> int:
    words = [word for one in sys.argv[1:] for word in (FAST if one == "--fast" else (one,))]
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the tests start thousands of processes that import nbflow
    return subprocess.run([*PYTEST, *words], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
