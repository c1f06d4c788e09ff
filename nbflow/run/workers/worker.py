"""Turns a process into a worker, and runs the tasks of one program in it until the driver is gone."""

from __future__ import annotations

import atexit
import contextlib
import logging
import multiprocessing
import os
import pkgutil
import random
import signal
import sys
import threading
import weakref
from collections.abc import Iterable
from multiprocessing import connection, parent_process, util
from multiprocessing.synchronize import Semaphore
from typing import Protocol

from nbflow.run.events.events import FailureKind
from nbflow.run.output.display import BACKEND
from nbflow.run.surroundings.children import end_children_apart, end_with_children, lead_session
from nbflow.run.surroundings.lasting_changes import listen_to_process, what_cannot_be_undone
from nbflow.run.surroundings.surroundings import apart
from nbflow.run.task.job import Job, Result
from nbflow.run.task.task_store import TaskStore
from nbflow.run.task.tracebacks import describe_failure
from nbflow.run.workers.channel import (
    CONNECTION_CLOSED,
    Dropped,
    Ready,
    StartFailed,
    TakeBack,
    WorkerEnd,
    WorkerSetup,
)
from nbflow.store.blobs.checks import find_damage, trust_newer
from nbflow.store.values.user_code import take_interrupts_as_errors


class Performing(Protocol):
    """Runs tasks. An error of the user's code is part of the result, and is never raised."""

    def run(self, job: Job) -> Result: ...

    def rest(self) -> None:
        """Let go of the objects of the last task, because the next one may be far away."""
        ...


_worker: Performing | None = None
_store: TaskStore | None = None
_pid = 0
_lasting: tuple[object, ...] = ()
_expected_functions: tuple[int, ...] = ()


def serve(end: WorkerEnd, permits: Semaphore) -> None:
    """Be a worker: do the jobs that come for which there are permits, until the driver says that it was the last."""
    try:
        _start(end.receive())
    except EOFError:
        return  # the driver is gone
    except BaseException as error:  # noqa: BLE001 - whatever the reason is, the driver must hear of it
        end.send(StartFailed(describe_failure(error)))
        return
    end.send(Ready())
    try:
        while (jobs := end.receive()) is not None:
            _expect(jobs)
            if not all(_do(job, end, permits) for job in jobs) and not _drop(end):
                break
            _rest()
    except EOFError:
        end_with_children()
    except OSError:
        end_with_children(CONNECTION_CLOSED)
    _end()


def _rest() -> None:
    """Let go of the objects of the last task, unless functions of it are still to be called."""
    assert _worker is not None
    if _functions_to_come() == _expected_functions:
        with contextlib.suppress(BaseException):  # from the code of objects that go: it concerns no task any more
            _worker.rest()


def _functions_to_come() -> tuple[int, ...]:
    """Count what calls functions later: threads, the end of the process, and the end of objects."""
    at_exit: int = atexit._ncallbacks()
    at_end = len(weakref.finalize._registry)  # type: ignore[attr-defined]
    return threading.active_count(), at_exit, at_end


def _expect(jobs: Iterable[Job]) -> None:
    assert _store is not None
    _store.expect(one.component for job in jobs for one in job.inputs)


def _do(job: Job, end: WorkerEnd, permits: Semaphore) -> bool:
    """Do a job and answer it; return whether there was a permit for it, and the process can do another."""
    if not permits.acquire(block=False):
        return False
    result = run_job(job)
    try:
        end.send(result)
    except OSError:
        raise  # the body has closed the connection, or the driver is gone
    except Exception as error:  # noqa: BLE001 - a result that cannot be pickled is a failure of its task
        end.send(Result(job.task, failure=describe_failure(error, FailureKind.CRASH), is_spent=result.is_spent))
    return not result.is_spent


def _drop(end: WorkerEnd) -> bool:
    """Drop the jobs that are taken back, and return whether others are to come."""
    while (message := end.receive()) is not None:
        if isinstance(message, TakeBack):
            end.send(Dropped())
            return True
    return False


def _start(setup: WorkerSetup) -> None:
    """Make this process a worker; called once in each process."""
    global _worker, _store, _pid, _lasting, _expected_functions
    lead_session()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # die at once, also inside C code
    signal.signal(signal.SIGINT, signal.default_int_handler)  # for child processes: they must not ignore it
    os.environ.clear()  # the fork server may have started long before this run
    os.environ.update(setup.environment, MPLBACKEND=BACKEND)
    _leave_fork_server()
    sys.dont_write_bytecode = True  # the bytecode of a module that was edited within a second counts as current
    _reseed()
    _die_with_parent()
    listen_to_process()
    take_interrupts_as_errors()
    trust_newer()
    _store = setup.open_store()
    _worker = pkgutil.resolve_name(setup.program.performer)(setup.program, _store)
    _pid = os.getpid()
    _lasting = what_cannot_be_undone()
    _expected_functions = _functions_to_come()


def is_working() -> bool:
    """Return whether this process is a worker."""
    return _worker is not None


def run_job(job: Job) -> Result:
    """Run one task in this process."""
    assert _worker is not None
    assert _store is not None
    if job.records is not None:
        _store.records = job.records
    try:
        with apart():
            result = _worker.run(job)
    except BaseException as error:  # noqa: BLE001 - whatever the body has broken, only its own task fails
        result = Result(job.task, failure=describe_failure(error), is_spent=True)
    damage = find_damage()
    if damage is not None:  # whatever the body has made, it has seen bytes that nobody stored
        result = Result(job.task, outputs=result.outputs, failure=describe_failure(damage, FailureKind.STORE))
    result.is_spent |= bool(job.gpus) or _has_lasting_change()  # CUDA keeps the GPUs that it has seen first
    if os.getpid() != _pid:
        os._exit(0)  # this is a child that the body has forked: it ends with the body
    return result


def _has_lasting_change() -> bool:
    """Return whether something was done to this process that cannot be undone, so that it must do no other task."""
    try:
        return what_cannot_be_undone() != _lasting
    except OSError:
        return True


def _end() -> None:
    """End threads, pools and child processes as Python does at the end of a process, and run the exit functions."""
    threading._shutdown()  # type: ignore[attr-defined]  # in the order of Python's own shutdown
    atexit._run_exitfuncs()
    util._exit_function()  # type: ignore[attr-defined]
    end_children_apart()


def _leave_fork_server() -> None:
    """Drop what this process has inherited from the fork server and must not share with it.

    A step that uses processes gets the start method of the platform, and may start a fork server of its own. The exit
    functions that the server's modules registered run in the server only: here they would clean up under other workers.
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
    """Give this worker a random state of its own: forks share the state of NumPy, which does not reseed itself."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _die_with_parent() -> None:
    """End this process and its children when the driver is gone, because then no process takes the results."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    end_with_children()
