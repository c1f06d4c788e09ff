"""Starts the fork server: it imports what a flow imports, but never runs the flow. Workers are forks of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from multiprocessing import forkserver, process, resource_tracker, util
from pathlib import Path
from typing import Any

from nbflow.store.leftovers import own_name, remove_leftovers

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@contextlib.contextmanager
def worker_environment(**values: str) -> Iterator[None]:
    """Set environment variables of this process while the context lasts, so that a new process inherits them."""
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
    """Start the fork server of this process with these modules imported; do nothing if it runs already.

    `workers` is the number of worker processes that share the cores. `notebook` is the folder of a notebook: then
    modules are imported in that folder, as a kernel does, because some modules remember where they were imported.
    The hash seed is fixed, so that equal sets are pickled to equal bytes in all workers.
    """
    sockets = prepare_processes()
    with worker_environment(**server_variables(modules, workers, notebook, sockets)):
        forkserver.set_forkserver_preload(["nbflow.run.workers.preload"])
        forkserver.ensure_running()


def prepare_processes() -> str:
    """Start the resource tracker and make the folder for the sockets of this process, once; return the folder."""
    with _preparing:
        start_tracker()
        return _make_folder_of_sockets()


_preparing = threading.Lock()


def server_variables(modules: Iterable[str], workers: int, notebook: Path | None, sockets: str) -> dict[str, str]:
    """Return the environment variables that tell a fork server what to import, where, and how to share the cores.

    At its end it removes the folder `sockets`, unless that is "".
    """
    asked = {"NBFLOW_PRELOAD": ",".join(modules), "NBFLOW_NOTEBOOK": str(notebook or ""), "NBFLOW_SOCKETS": sockets}
    return {"PYTHONHASHSEED": "0", **threads_of(workers), **asked}


def _make_folder_of_sockets() -> str:
    """Make the folder for the sockets of this process where their paths are short: systems allow about 100 characters.

    `multiprocessing` makes it in the temporary folder, whose path may be longer.
    """
    before = tempfile.gettempdir()
    if len(os.fsencode(before)) > _LONGEST_FOLDER and os.access("/tmp", os.W_OK | os.X_OK):
        tempfile.tempdir = "/tmp"
    remove_leftovers(Path(tempfile.gettempdir()), _SOCKETS)
    try:
        return _make_temporary_folder()
    finally:
        tempfile.tempdir = before


def _make_temporary_folder() -> str:
    """Make the folder of `multiprocessing` as it would itself, under a name that tells whose it is; return it."""
    config = process.current_process()._config  # type: ignore[attr-defined]
    if config.get("tempdir") is None:
        config["tempdir"] = tempfile.mkdtemp(prefix=own_name(_SOCKETS))
        util.Finalize(None, shutil.rmtree, args=(config["tempdir"], True), exitpriority=-100)
    return str(config["tempdir"])


_SOCKETS = "nbflow-"
_LONGEST_FOLDER = 40  # bytes


def has_fork_server() -> bool:
    """Return whether this process has started its fork server."""
    return forkserver._forkserver._forkserver_pid is not None  # type: ignore[attr-defined]


def start_tracker(tracker: Any = resource_tracker._resource_tracker) -> None:
    """Start Python's resource tracker in a process group of its own.

    The tracker ignores signals and ends last. In the kernel's group it would delay the end of the kernel, which waits
    for every process of its group. Its warnings about killed workers are silenced.
    """
    if tracker._fd is not None:
        return
    read, tracker._fd = os.pipe()
    os.set_inheritable(read, True)
    task = f"from multiprocessing.resource_tracker import main; main({read})"
    command = [sys.executable, "-S", "-W", "ignore", "-c", task]
    tracker._pid = os.posix_spawn(sys.executable, command, os.environ, setpgroup=0)
    os.close(read)


def threads_of(workers: int) -> dict[str, str]:
    """Return environment variables that share the cores among the workers; values that the user has set are kept.

    Numerical libraries start one thread per core in every process. With one process per core these threads would
    compete for the cores.
    """
    share = max(1, (os.cpu_count() or 1) // workers)
    return {name: os.environ.get(name, str(share)) for name in THREAD_VARIABLES}
