"""Does the same thing thousands of times and prints what has grown. By hand, about half an hour each:

python -m tests.endurance.soak kernel [10000]   # step cells, runs and restores in one kernel, as many of each
python -m tests.endurance.soak shell [2000]     # runs from a shell
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from tests.endurance.killing import ROOT
from tests.flows import notebook_of
from tests.jupyter.kernels import Kernel

SAMPLES = 20
CELLS = (
    "import numpy as np",
    "%%step load\ntable = np.arange({turn}, {turn} + 200_000)",
    "%%step part --foreach k in range(3)\ntotal = int(table.sum()) + k",
    "%%step whole --join part\nall_of_it = sorted(inputs.total)",
)


@dataclass(frozen=True)
class Sample:
    """What exists after some turns. Sizes of the store are since the sample before, per turn."""

    turns: int
    seconds_per_turn: float
    megabytes: float  # resident memory of the kernel; of a command, the most it ever took
    descriptors: int
    threads: int
    processes: int
    temporary_files: int
    catalog_kilobytes: float
    store_files: float


def main(what: str, turns: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, temporary = Path(name, "work"), Path(name, "tmp")
        folder.mkdir()
        temporary.mkdir()
        os.environ |= {"TMPDIR": str(temporary), "HOME": name, "PYTHONPATH": str(ROOT)}
        os.environ.pop("NBFLOW_HOME", None)
        tempfile.tempdir = None  # so that it is looked up again
        print(" ".join(f"{field.name:>18}" for field in fields(Sample)))
        for sample in {"kernel": in_kernel, "shell": in_shell}[what](folder, temporary, turns):
            print(" ".join(f"{figure:18,.4g}" for figure in astuple(sample)), flush=True)


def in_kernel(folder: Path, temporary: Path, turns: int) -> Iterator[Sample]:
    """Edit and run a step, run the flow in workers, and restore an artifact, in one kernel again and again."""
    kernel = Kernel(folder)
    provisioner = kernel.manager.provisioner
    assert isinstance(provisioner, LocalProvisioner)
    assert provisioner.pid is not None
    pid = provisioner.pid
    try:
        for cell in CELLS:
            kernel.ok(cell.format(turn=0))

        def turn(number: int) -> None:
            kernel.ok(CELLS[1].format(turn=number + 1))
            kernel.ok("%flow run")
            kernel.ok("del table\n%flow restore load")
            assert int(kernel.value("int(table[0])")) == number + 1
            kernel.snapshots.clear()

        yield from _sample(folder, temporary, turns, turn, lambda: _look_at(pid))
    finally:
        kernel.stop()


def in_shell(folder: Path, temporary: Path, turns: int) -> Iterator[Sample]:
    """Run an edited notebook from a shell again and again."""
    most = 0.0

    def turn(number: int) -> None:
        nonlocal most
        (folder / "work.ipynb").write_text(notebook_of([cell.format(turn=number) for cell in CELLS]))
        words = [sys.executable, "-m", "nbflow", "run", str(folder / "work.ipynb")]
        quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        _, status, usage = os.wait4(os.posix_spawn(sys.executable, words, os.environ, file_actions=quiet), 0)
        assert os.waitstatus_to_exitcode(status) == 0
        most = usage.ru_maxrss / 1024

    yield from _sample(folder, temporary, turns, turn, lambda: (most, 0, 0, len(_children(os.getpid()))))


def _sample(
    folder: Path,
    temporary: Path,
    turns: int,
    turn: Callable[[int], None],
    look: Callable[[], tuple[float, int, int, int]],
) -> Iterator[Sample]:
    every = max(turns // SAMPLES, 1)
    before = _sizes(folder)
    for number in range(0, turns, every):
        began = time.perf_counter()
        for one in range(number, number + every):
            turn(one)
        took = (time.perf_counter() - began) / every
        now = _sizes(folder)
        catalog, files = ((after - ago) / every for after, ago in zip(now, before, strict=True))
        before = now
        yield Sample(number + every, took, *look(), len([*temporary.rglob("*")]), catalog, files)


def _sizes(folder: Path) -> tuple[float, float]:
    """Return the kilobytes of the catalog and the number of files of the store."""
    files = [file for file in folder.rglob(".nbflow/**/*") if file.is_file()]
    return sum(file.stat().st_size for file in files if ".sqlite" in file.name or file.suffix == ".db") / 1000, len(
        files
    )


def _look_at(pid: int) -> tuple[float, int, int, int]:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    megabytes = int(status["VmRSS"].split()[0]) / 1024
    return megabytes, len(os.listdir(f"/proc/{pid}/fd")), int(status["Threads"]), len(_children(pid))


def _children(pid: int) -> list[str]:
    found: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # the thread has just ended
            found += (task / "children").read_text().split()
    return found


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else {"kernel": 10_000, "shell": 2_000}[sys.argv[1]])
