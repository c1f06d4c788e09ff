"""A worker process: it runs tasks of one program until its driver is gone."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import pkgutil
import random
import signal
import sys
import threading
import weakref
from collections.abc import Mapping
from multiprocessing import connection, parent_process, process, util
from pathlib import Path
from typing import Protocol

from nbflow.run.output.display import BACKEND
from nbflow.run.output.frontend import prepare_shell
from nbflow.run.output.needs_shell import needs_shell
from nbflow.run.output.stage import NotebookCapture
from nbflow.run.program.program import Program
from nbflow.run.surroundings.children import end_with_children, lead_session
from nbflow.run.surroundings.surroundings import apart
from nbflow.run.task.namespace import Namespace, become_main
from nbflow.run.task.performer import Job, Performer, Result
from nbflow.run.task.tracebacks import describe_failure
from nbflow.store.store import Store


class Performing(Protocol):
    """What runs tasks; never raises what the user's code raised."""

    def run(self, job: Job) -> Result: ...


_worker: Performing | None = None
_pid = 0


def start_worker(program: Program, environment: Mapping[str, str]) -> None:
    """Make this process a worker; called once in each. `environment` is that of the run's driver."""
    global _worker, _pid
    lead_session()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # die at once, also inside C code
    signal.signal(signal.SIGINT, signal.default_int_handler)  # nobody sends it here; children shall not ignore it
    os.environ.clear()  # the fork server may have begun long before this run
    os.environ.update(environment, MPLBACKEND=BACKEND)
    _leave_fork_server()
    sys.dont_write_bytecode = True  # a local module edited within a second would be taken for its old bytecode
    _reseed()
    _die_with_parent()
    _worker = pkgutil.resolve_name(program.performer)(program)
    _pid = os.getpid()


def perform_cells(program: Program) -> Performer:
    """Be ready for the tasks of a notebook."""
    _stand_in(program)
    capture = NotebookCapture(program.live)
    if needs_shell(program):
        prepare_shell()
    store = Store.open(program.root, create=False)
    home = Namespace(program, store.history.code)
    become_main(home)
    return Performer(program, store, home, capture)


def is_working() -> bool:
    """Whether this process is a worker."""
    return _worker is not None


def _stand_in(program: Program) -> None:
    """Have the working folder and the import path that a kernel of the notebook has.

    There the folder stands behind the standard library, as an empty entry; the script that started the driver and
    its folder have nothing to do with the notebook.
    """
    started_in = vars(process)["ORIGINAL_DIR"]  # of the driver; children look there for the empty entry
    path = sys.path[1:] if sys.path[:1] in ([started_in], [str(Path(sys.argv[0]).parent)]) else sys.path[:]
    if "" not in path:
        packages = (n for n, entry in enumerate(path) if Path(entry).name in ("site-packages", "dist-packages"))
        path.insert(next(packages, 0), "")
    sys.path[:] = path
    os.chdir(program.folder)
    vars(process)["ORIGINAL_DIR"] = str(program.folder)


def run_job(job: Job) -> Result:
    """Run one task in this process."""
    assert _worker is not None
    try:
        with apart():
            result = _worker.run(job)
    except BaseException as error:  # noqa: BLE001 - what the body has broken breaks its own task only
        result = Result(job.task, failure=describe_failure(error))
    if os.getpid() != _pid:
        os._exit(0)  # a child that the body has forked: it ends with the body
    return result


def end_worker() -> None:
    """End threads, pools and children as the end of a Python process does, and run what waits for that."""
    threading._shutdown()  # type: ignore[attr-defined]  # in the order in which Python does it
    atexit._run_exitfuncs()
    util._exit_function()  # type: ignore[attr-defined]


def _leave_fork_server() -> None:
    """Take nothing over from the fork server that is not a worker's own.

    A step that uses processes has the start method of the platform, and a fork server of its own if it wants one.
    What the modules of the server wait to do at its end is done there: it would clean up under the other workers.
    """
    multiprocessing.set_start_method(None, force=True)
    server = sys.modules.get("multiprocessing.forkserver")
    if server is not None and server._forkserver._forkserver_alive_fd is not None:
        os.close(server._forkserver._forkserver_alive_fd)
        server._forkserver._forkserver_alive_fd = server._forkserver._forkserver_address = None
    atexit._clear()
    atexit.register(logging.shutdown)
    for left in list(weakref.finalize._registry):  # type: ignore[attr-defined]
        left.atexit = False
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]


def _reseed() -> None:
    """Children of one fork server share its random state; the standard library reseeds itself, NumPy does not."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _die_with_parent() -> None:
    """End this process and its children when the driver is gone, however it went: nobody would take the result."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    end_with_children()
