"""A real dask cluster: a scheduler, and workers under their nannies, as processes that can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbflow.run.hosts.clusters import connect_cluster
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.workers.workers import Driver, Workers

MARK = "NBFLOW_TEST_HOSTS"


@dataclass
class Hosts:
    """A scheduler and what runs under it; `mark` is in the environment of all its processes."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    address: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(
        self, *words: str, waits_for: str, hidden: Sequence[Path] = (), inside: Sequence[str] = (), **environment: str
    ) -> tuple[subprocess.Popen[str], str]:
        """Start a command of dask, which does not see what the folders `hidden` hold, and return it once it is ready.

        `inside` begins the command. The line that says that it is ready is returned, too.
        """
        log = self.folder / f"{uuid.uuid4().hex[:8]}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [*inside, *_without(hidden), sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
                stderr=file, text=True, cwd=self.folder, env={**os.environ, MARK: self.mark, **environment},
                start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        lines = wait_until(lambda: [line for line in log.read_text().splitlines() if waits_for in line], 60)
        assert lines, log.read_text()
        return process, lines[0]

    def start_scheduler(self, *options: str, host: str = "127.0.0.1", inside: Sequence[str] = ()) -> None:
        words = ("scheduler", "--host", host, "--port", "0", "--no-dashboard", *options)
        _, line = self.run(*words, waits_for="Scheduler at:", inside=inside)
        self.address = line.split()[-1]

    def start_worker(
        self, *options: str, hidden: Sequence[Path] = (), inside: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """Start a nanny with a worker of two threads, and wait until it has joined."""
        folder = self.folder / uuid.uuid4().hex[:8]
        words = (self.address, "--nthreads", "2", "--no-dashboard", "--local-directory", str(folder), *options)
        ready = "Starting established connection"
        return self.run("worker", *words, waits_for=ready, hidden=hidden, inside=inside, **environment)[0]

    def processes(self, word: str = "") -> list[int]:
        """The processes of the hosts whose command line has this word."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                environment, command = (place / "environ").read_bytes(), (place / "cmdline").read_bytes()
                state = (place / "stat").read_bytes().rpartition(b")")[2].split()[0]
            except OSError:
                continue
            is_ours = f"{MARK}={self.mark}".encode() in environment.split(b"\0") and state not in b"ZX"
            if is_ours and word.encode() in command and command:
                found.append(int(place.name))
        return found

    @property
    def agents(self) -> list[int]:
        """The agents and all that they have started: what is no process of dask itself."""
        dask = {*self.processes("distributed.cli")}
        spawned = {pid for pid in self.processes("multiprocessing") if _parent(pid) in dask}
        return [pid for pid in self.processes() if pid not in dask | spawned]

    def workers(self) -> list[int]:
        """The dask worker processes, which their nannies have spawned."""
        nannies = set(self.processes("dask_worker"))
        return [pid for pid in self.processes("spawn_main") if _parent(pid) in nannies]

    def stop(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


HIDES = 'while [ "$1" != -- ]; do mount -t tmpfs tmpfs "$1" || exit 1; shift; done; shift; exec "$@"'


def _without(folders: Sequence[Path]) -> list[str]:
    """How a command begins that has mounts of its own, in which these folders are empty."""
    return ["unshare", "--mount", "sh", "-c", HIDES, "sh", *map(str, folders), "--"] if folders else []


def can_hide() -> bool:
    """Whether processes can have mounts of their own here, as root's can."""
    hides = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return (
        shutil.which("unshare") is not None and not subprocess.run(hides, check=False, capture_output=True).returncode
    )


def words_of(pid: int) -> str:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")


def processes_named(name: str) -> list[int]:
    """The processes that have NBFLOW_TEST_NAMED in their environment, but for the tracker, which may be the tests'."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if f"NBFLOW_TEST_NAMED={name}".encode() in (one / "environ").read_bytes().split(b"\0"):
                found += [int(one.name)] if "resource_tracker" not in words_of(int(one.name)) else []
        except OSError:
            continue
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def started(folder: Path, workers: int = 2) -> Iterator[Hosts]:
    hosts = Hosts(folder)
    try:
        hosts.start_scheduler()
        for _ in range(workers):
            hosts.start_worker()
        yield hosts
    finally:
        hosts.stop()


def on(hosts: Hosts, tell: Callable[[str], object] = print) -> Callable[[Program, RunPlan, Driver], Workers]:
    """What a run is given to use these hosts; `tell` is given what the user is to read."""

    def start(program: Program, plan: RunPlan, driver: Driver) -> Workers:
        return replace(connect_cluster(hosts.address), tell=tell).start(program, plan, driver)

    return start


def wait_until(true: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The value once it is true; the last one if it does not become true in time."""
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
