"""The fork server: a process that imports what a flow imports and never runs it; workers are forks of it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Any

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@contextlib.contextmanager
def worker_environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def start_fork_server(modules: Iterable[str], workers: int, notebook: Path | None = None) -> None:
    """Start the fork server of this process, once, with these modules imported.

    They are imported as in a kernel if there is a `notebook`, whose folder it is. Some modules remember where they
    were imported.
    The hash seed is fixed there, because equal sets shall pickle equally in all workers.
    """
    _start_tracker(resource_tracker._resource_tracker)
    asked = {"NBFLOW_PRELOAD": ",".join(modules), "NBFLOW_NOTEBOOK": str(notebook or "")}
    with worker_environment(PYTHONHASHSEED="0", **threads_of(workers), **asked):
        forkserver.set_forkserver_preload(["nbflow.run.workers.preload"])
        forkserver.ensure_running()


def _start_tracker(tracker: Any) -> None:
    """Start what Python starts beside its fork server, here in a process group of its own.

    It ends after everybody else and ignores to be told, and a kernel that is to end waits for all in its group. It
    cleans up after workers that were killed, and says nothing of it.
    """
    if tracker._fd is not None:
        return
    read, tracker._fd = os.pipe()
    os.set_inheritable(read, True)
    command = [sys.executable, "-W", "ignore", "-c", f"from multiprocessing.resource_tracker import main; main({read})"]
    tracker._pid = os.posix_spawn(sys.executable, command, os.environ, setpgroup=0)
    os.close(read)


def threads_of(workers: int) -> dict[str, str]:
    """Environment that shares the cores among the workers, where the user has not said otherwise.

    Numerical libraries start a thread per core in every process; with a process per core they wait for each other.
    """
    share = max(1, (os.cpu_count() or 1) // workers)
    return {name: os.environ.get(name, str(share)) for name in THREAD_VARIABLES}
