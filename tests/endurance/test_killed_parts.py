"""A run of which a part is killed: a worker, the fork server, or the kernel that drives it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.endurance.killing import CELLS, finished, leftovers, values, wait_until_alone
from tests.jupyter.kernels import Kernel

INSTANTS = int(os.environ.get("NBFLOW_EXPLORE") or 0) or 2
SEED = random.randrange(1 << 30) if "NBFLOW_EXPLORE" in os.environ else 1


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make folders with a notebook that has not run; the processes of each are known by their temporary folder."""
    return (_folder(tmp_path / str(number), monkeypatch) for number in range(INSTANTS))


def _folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (folder / "tmp").mkdir(parents=True)
    Shell(folder).write("flow", *CELLS)
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    return folder


def children_of(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def fork_servers_of(driver: int) -> list[int]:
    return [one for one in children_of(driver) if b"forkserver" in Path(f"/proc/{one}/cmdline").read_bytes()]


def workers_of(driver: int) -> list[int]:
    return [worker for server in fork_servers_of(driver) for worker in children_of(server)]


def assert_all_is_well(folder: Path, said: str) -> None:
    wait_until_alone(folder)
    shell, flow = Shell(folder), str(folder / "flow.ipynb")
    if (folder / ".nbflow" / "catalog.db").exists():
        assert shell("verify", flow).out == "every stored object is intact\n"
    again = shell("run", flow, "--reuse")
    assert again.code == 0, again.out
    ran = "".join(f"{line}\n" for line in again.lines if " · from run " not in line)
    assert finished(said).isdisjoint(finished(ran)), "a finished task ran again"
    everything, total = values(folder)
    assert (len(everything), total) == (6, 19_999_900_000)
    assert [one for one in leftovers(folder) if not one.startswith("tmp/")] == []


@pytest.mark.parametrize("find", [workers_of, fork_servers_of])
def test_a_part_of_a_run_in_a_shell(find: object, folders: Iterator[Path]) -> None:
    chance = random.Random(f"{find} {SEED}")
    for folder in folders:
        command = [sys.executable, "-m", "nbflow", "run", "flow.ipynb"]
        lines, wanted = [], chance.randrange(1, 8)
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            for line in run.stdout:
                lines.append(line)
                if len(lines) == wanted:
                    for part in find(run.pid)[:1]:  # type: ignore[operator]
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(part, signal.SIGKILL)
        assert run.returncode in (0, 1)
        assert_all_is_well(folder, "".join(lines[: wanted - 1]))


def test_a_kernel_in_the_middle_of_a_run(folders: Iterator[Path]) -> None:
    chance = random.Random(SEED)
    for folder in folders:
        kernel = Kernel(folder, folder / "flow.ipynb")
        kernel.send("%flow run")
        for _ in range(chance.randrange(1, 12)):
            kernel.client.get_iopub_msg(timeout=60)
        kernel.kill()
        assert_all_is_well(folder, "")
