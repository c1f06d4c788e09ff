"""A worker process: it runs tasks of one program until its driver is gone."""

from __future__ import annotations

import os
import pkgutil
import random
import signal
import sys
import threading
from collections.abc import Mapping
from multiprocessing import connection, parent_process
from typing import Protocol

from nbflow.run.capture import Capture
from nbflow.run.display import BACKEND
from nbflow.run.namespace import Namespace, become_main
from nbflow.run.program import Program
from nbflow.run.task import Job, Performer, Result
from nbflow.store.store import Store


class Performing(Protocol):
    """What runs tasks; never raises what the user's code raised."""

    def run(self, job: Job) -> Result: ...


_worker: Performing | None = None


def start_worker(program: Program, environment: Mapping[str, str]) -> None:
    """Make this process a worker; called once in each. `environment` is that of the run's driver."""
    global _worker
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # die at once, also inside C code
    os.environ.clear()  # the fork server may have begun long before this run
    os.environ.update(environment, MPLBACKEND=BACKEND)
    sys.dont_write_bytecode = True  # a local module edited within a second would be taken for its old bytecode
    _reseed()
    _die_with_parent()
    _worker = pkgutil.resolve_name(program.performer)(program)


def perform_cells(program: Program) -> Performer:
    """Be ready for the tasks of a notebook."""
    os.chdir(program.folder)
    sys.path.insert(0, str(program.folder))
    store = Store.open(program.root, create=False)
    home = Namespace(program, store.history.code)
    become_main(home)
    return Performer(program, store, home, Capture(program.live))


def is_working() -> bool:
    """Whether this process is a worker."""
    return _worker is not None


def run_job(job: Job) -> Result:
    """Run one task in this process."""
    assert _worker is not None
    return _worker.run(job)


def _reseed() -> None:
    """Children of one fork server share its random state; the standard library reseeds itself, NumPy does not."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _die_with_parent() -> None:
    """End this process when the driver is gone, however it went: nobody would take the result."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
