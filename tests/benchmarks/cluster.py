"""Compares runs on a dask cluster of this machine with local runs, in turn: `python -m tests.benchmarks.cluster`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbflow.store.homes import locate_store
from nbflow.store.store import Store
from tests.buckets import environment_of, moto
from tests.flows import notebook_of
from tests.run.hosts.hosts import started


def foreach(tasks: int) -> list[str]:
    return [
        f"%%step start\nitems = list(range({tasks}))",
        "%%step each --foreach item in items\nx = item",
        "%%step join --join each\nn = len(inputs)",
    ]


LARGE = [
    "import numpy as np",
    "%%step make\narray = np.arange(25_000_000, dtype='f8')",
    "%%step read\ntotal = float(array[::512].sum())",
    "%%step again\nmean = total + float(array[::512].mean())",
]


def seconds(folder: Path, *words: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "nbflow", "run", "work.ipynb", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def measure_bucket(folder: Path) -> None:
    """Print how long steps take, from their start to their end, on two hosts that share only a bucket; needs root."""
    here = folder / "here"
    here.mkdir()
    with moto(folder) as endpoint, started(folder, workers=0) as hosts:
        os.environ |= {
            **environment_of(endpoint),
            "NBFLOW_HOME": "s3://team/large",
            "XDG_CACHE_HOME": str(folder / "here"),
        }
        for name in ("one", "other"):
            hosts.start_worker("--nthreads", "1", hidden=[here], XDG_CACHE_HOME=str(folder / name))
        for _ in range(3):
            seconds(folder, "--on", hosts.address)
            with Store.open(locate_store(folder)) as store:
                rows = store.history.tasks(store.history.runs("work", 1)[0].id)
            print(
                "200 MB in a bucket:",
                {row.step: round((row.finished or 0) - row.started, 3) for row in rows},
                flush=True,
            )


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
        measure_bucket(folder)


if __name__ == "__main__":
    main()
