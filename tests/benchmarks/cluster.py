"""Compares runs on a dask cluster of this machine with local runs, in turn: `python -m tests.benchmarks.cluster`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.flows import notebook_of
from tests.run.hosts.hosts import started


def foreach(tasks: int) -> list[str]:
    return [
        f"%%step start\nitems = list(range({tasks}))",
        "%%step each --foreach item in items\nx = item",
        "%%step join --join each\nn = len(inputs)",
    ]


LARGE = [
    "import numpy as np\nimport time",
    "%%step make\narray = np.arange(25_000_000, dtype='f8')",
    "%%step read\nbegun = time.perf_counter()\ntotal = float(array[::512].sum())\nprint(time.perf_counter() - begun)",
]


def seconds(folder: Path, *words: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "nbflow", "run", "work.ipynb", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as place, started(Path(place), workers=0) as hosts:
        folder = Path(place)
        for _ in range(2):
            hosts.start_worker("--nthreads", "1")
        for name, cells in {"1,000": foreach(1000), "10,000": foreach(10_000), "200 MB": LARGE}.items():
            (folder / "work.ipynb").write_text(notebook_of(cells))
            for _ in range(3):
                here, there = seconds(folder, "-j", "2"), seconds(folder, "--on", hosts.address, "-j", "200")
                print(f"{name}: here {here:.1f} s, there {there:.1f} s, {there / here:.2f} ×", flush=True)


if __name__ == "__main__":
    main()
