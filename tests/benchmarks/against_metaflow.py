"""The same flows with nbflow and with Metaflow, in turn, each in cold processes; prints seconds and their ratio.

pip install 'jupyter-nbflow[bench]'
python -m tests.benchmarks.against_metaflow [ROUNDS]
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.test_scripts import ROOT, line, wide

CASES: dict[str, tuple[Callable[[str], str], list[str]]] = {
    "run, 20 steps": (lambda library: line(20, library=library), ["run"]),
    "run, 20 steps, pandas": (lambda library: line(20, "import pandas", library=library), ["run"]),
    "run, foreach of 500": (lambda library: wide(500, library), ["run", "--max-num-splits", "500"]),
    "check, 20 steps": (lambda library: line(20, library=library), ["check"]),
}


def main(rounds: int) -> None:
    if importlib.util.find_spec("metaflow") is None:
        sys.exit("metaflow is not installed: pip install 'jupyter-nbflow[bench]'")
    print(f"{'':28}{'nbflow':>10}{'Metaflow':>10}{'ratio':>8}")
    for case, (write, args) in CASES.items():
        seconds: dict[str, list[float]] = {"nbflow": [], "metaflow": []}
        for _ in range(rounds):
            for library, found in seconds.items():
                found.append(measure(write(library), args))
        ours, theirs = (statistics.median(found) for found in seconds.values())
        print(f"{case:28}{ours:9.2f}s{theirs:9.2f}s{theirs / ours:7.1f}x", flush=True)
    ours, theirs = (resume(library) for library in ("nbflow", "metaflow"))
    print(f"{'resume, 20 steps from 15':28}{ours:9.2f}s{theirs:9.2f}s{theirs / ours:7.1f}x")


def measure(text: str, args: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "flow.py").write_text(text)
        return command(folder, args)


def resume(library: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "flow.py").write_text(line(20, broken=15, library=library))
        command(folder, ["run"], expected=1)
        (Path(folder) / "ready").touch()
        return command(folder, ["resume"])


def command(folder: str, args: list[str], expected: int = 0) -> float:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, "PYTHONPATH": path, "METAFLOW_USER": "bench", "METAFLOW_HOME": folder}
    words = [sys.executable, "flow.py", "--no-pylint", *args]
    began = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode != expected:
        sys.exit(done.stdout + done.stderr)
    return took


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
