"""Every gate, one after another: `python -m tests`. All of them run, also after one has failed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
CHECKS = (
    "ruff check .",
    "ruff format --check .",
    "mypy",
    "lint-imports --no-cache",
    "python -m nbflow.jupyter.protocol --check",
    "python labextension/bundle.py check",
)
TESTS = "pytest -n 2 --dist loadfile --no-loadscope-reorder"  # the tests that share a JupyterLab stay together


def passes(gate: str) -> bool:
    command, *arguments = gate.split()
    print(f"\n— {gate}", flush=True)
    path = os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", os.defpath)])
    gate_run = subprocess.run([SCRIPTS / command, *arguments], cwd=ROOT, env={**os.environ, "PATH": path}, check=False)
    return gate_run.returncode == 0


def main() -> int:
    failed = [gate for gate in CHECKS if not passes(gate)]
    if failed:
        print(f"\n— failed: {', '.join(failed)}", flush=True)
    # the tests go last, so that the last line printed is their summary
    return 0 if passes(TESTS) and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
