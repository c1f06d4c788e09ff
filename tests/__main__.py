"""Runs every gate one after another: `python -m tests`. A gate that fails does not stop the next one.

`python -m tests --fast` takes less than two minutes: it leaves out the browser, Metaflow and whatever starts many
processes. Use it while you work, and the whole before you send a change.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
FAST_CHECKS = (
    "ruff check .",
    "ruff format --check .",
    "mypy",
    "lint-imports --no-cache",
    "python -m nbflow.jupyter.protocol --check",
)
SLOW_CHECKS = (
    "python labextension/bundle.py check",
    "mkdocs build --strict --quiet --site-dir {site}",
)
TESTS = "pytest -n 3 --dist loadfile --no-loadscope-reorder"
"""The tests that share a JupyterLab stay together. Three processes keep two cores busy, for many tests wait."""
FAST_TESTS = (
    f"{TESTS} tests/flow tests/store tests/client tests/init tests/docs/test_pages.py tests/run/test_machine.py "
    "tests/test_address.py tests/test_arguments.py tests/labextension/test_project.py"
)


def passes(gate: str) -> bool:
    command, *arguments = gate.split()
    print(f"\n— {gate}", flush=True)
    path = os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "NO_MKDOCS_2_WARNING": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the tests start thousands of processes that import nbflow
    gate_run = subprocess.run([SCRIPTS / command, *arguments], cwd=ROOT, env=environment, check=False)
    return gate_run.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="only what takes less than two minutes together")
    is_fast = parser.parse_args().fast
    with tempfile.TemporaryDirectory() as site:
        checks = [*FAST_CHECKS, *(() if is_fast else (check.format(site=site) for check in SLOW_CHECKS))]
        failed = [check for check in checks if not passes(check)]
    if failed:
        print(f"\n— failed: {', '.join(failed)}", flush=True)
    # the tests go last, so that the last line printed is their summary
    return 0 if passes(FAST_TESTS if is_fast else TESTS) and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
