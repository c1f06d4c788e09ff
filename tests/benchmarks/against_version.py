"""The same commands with this version and with another one, in turn; prints processor time and the ratio of pairs.

python -m tests.benchmarks.against_version PATH [ROUNDS]

PATH is a checkout of the other version, followed by folders of libraries that only it needs, as in PYTHONPATH. The time
is that of all processes which a command starts, so that a busy machine matters little. It needs Linux.
"""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.shapes import cells_of, notebook_of

ROOT = Path(__file__).parents[2]
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: the ends of all descendants, and their times, are then told to this process
EACH = ["%%step a\nitems = list(range(1000))", "%%step b --foreach i in items\ny = i", "%%step c --join b\nz = 1"]
NOTEBOOKS = {
    "line.ipynb": [*cells_of("chain", 20)],
    "each.ipynb": EACH,
    "large.ipynb": [*cells_of("mixed", 1_000)],
}
CASES = (
    "run line.ipynb", "run line.ipynb --reuse", "status line.ipynb", "show line.ipynb", "check line.ipynb",
    "run each.ipynb", "run each.ipynb --reuse", "check large.ipynb",
)  # fmt: skip


def main(other: str, rounds: int) -> None:
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    print(f"{'':28}{'this':>10}{'other':>10}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        places = {path: prepare(Path(folder, str(n))) for n, path in enumerate((str(ROOT), other))}
        for case in CASES:
            pairs = [[measure(path, case, place) for path, place in places.items()] for _ in range(rounds + 1)]
            ours, theirs = (statistics.median(times) for times in zip(*pairs[1:], strict=True))
            ratio = statistics.median(one / two for one, two in pairs[1:])
            print(f"{case:28}{ours:9.3f}s{theirs:9.3f}s{ratio:8.2f}", flush=True)


def prepare(place: Path) -> Path:
    place.mkdir()
    for name, cells in NOTEBOOKS.items():
        (place / name).write_text(notebook_of(cells))
    return place


def measure(path: str, case: str, place: Path) -> float:
    """Return the seconds of the processor that a command and all that it has started took."""
    before = spent()
    env = os.environ | {"PYTHONPATH": path, "NBFLOW_HOME": str(place / "store")}
    subprocess.run([sys.executable, "-m", "nbflow", *case.split()], cwd=place, env=env, capture_output=True, check=True)
    while True:
        try:
            os.waitpid(-1, 0)  # what it has left, such as its fork server
        except ChildProcessError:
            return spent() - before


def spent() -> float:
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 9)
