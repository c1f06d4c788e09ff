"""Measures what environments cost, against uv alone and a plain step: `python tests/benchmarks/environments.py`.

Packages come from PyPI, about 60 MB for each cold measurement.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from nbflow.run.environments.building import build_environment
from nbflow.run.environments.resolving import WORKER_NEEDS, resolve
from nbflow.run.environments.uv_program import call_uv
from tests.flows import notebook_of

WANTED = "scikit-learn==1.5.2"
MODEL = "from sklearn.linear_model import LinearRegression\nx = LinearRegression().fit([[1], [2]], [1, 2]).coef_"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone, cold = [], []
        for number in range(3):
            alone.append(timed(folder, 2 * number, uv_alone, folder, number))
            cold.append(timed(folder, 2 * number + 1, lambda: build_environment(resolve([WANTED], folder))))
        ratio = median(cold) / median(alone)
        print(f"{WANTED}, nothing cached: {median(cold):.2f} s; uv alone {median(alone):.2f} s: {ratio:.2f} x")
        warm = [timed(folder, 5, run, folder, MODEL, WANTED) for _ in range(5)]
        print(f"nbflow run of a step that fits a model there: {median(warm):.2f} s")
        timed(folder, 5, run, folder, "x = 1", "six")
        plain, apart = [], []
        for _ in range(15):
            plain.append(timed(folder, 5, run, folder, "x = 1", ""))
            apart.append(timed(folder, 5, run, folder, "x = 1", "six"))
        more = (median(apart) - median(plain)) * 1000
        print(f"nbflow run of a step that does nothing: {median(plain):.3f} s; in an environment {more:+.0f} ms")


def timed(folder: Path, caches: int, work: Callable[..., object], *given: object) -> float:
    """Return how many seconds something takes with one of several caches, each of which is empty at first."""
    os.environ.update(XDG_CACHE_HOME=str(folder / f"own{caches}"), UV_CACHE_DIR=str(folder / f"uv{caches}"))
    begin = perf_counter()
    work(*given)
    return perf_counter() - begin


def uv_alone(folder: Path, number: int) -> None:
    """Do what builds an environment, without nbflow."""
    lock, place = folder / f"{number}.txt", str(folder / f"env{number}")
    needs = "\n".join((WANTED, *WORKER_NEEDS))
    lock.write_text(call_uv(["pip", "compile", "-", "-q", "--generate-hashes"], folder, needs))
    call_uv(["venv", "-q", place], folder)
    call_uv(["pip", "sync", "-q", "--python", f"{place}/bin/python", str(lock)], folder)


def run(folder: Path, body: str, env: str) -> None:
    """Run a notebook with one step."""
    notebook = folder / ("apart.ipynb" if env else "plain.ipynb")
    notebook.write_text(notebook_of([f"%%step a{f' --env {env}' if env else ''}\n{body}"]))
    command = [sys.executable, "-m", "nbflow", "run", str(notebook)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)


if __name__ == "__main__":
    main()
