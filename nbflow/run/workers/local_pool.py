"""Runs jobs in worker processes of this machine, which are forked from a server that has imported the modules."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import queue
import socket
import sys
import threading
from functools import partial
from typing import Literal

from nbflow.flow.effects.library_calls import environment_names
from nbflow.run.events.events import TaskId
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job
from nbflow.run.task.task_store import open_task_store
from nbflow.run.task.tracebacks import describe_failure
from nbflow.run.workers.channel import OpenStore, WorkerSetup
from nbflow.run.workers.environment_server import EnvironmentServer
from nbflow.run.workers.fork_server import has_fork_server, start_fork_server, threads_of
from nbflow.run.workers.job_queue import Ticket
from nbflow.run.workers.preloaded_modules import modules_to_preload
from nbflow.run.workers.supervisor import ENDED_AFTER, Supervisor
from nbflow.run.workers.workers import Receiver, WorkersMissing

if sys.platform == "linux":
    import resource

_AT_START = dict(os.environ)


_FILES_OF_WORKER = 3
_FILES_OF_DRIVER = 4
"""How many files a driver opens besides those of its workers."""


def _most_workers() -> int:
    """Return for how many workers the limit of open files has room. Raises OSError if there is none for one."""
    if sys.platform != "linux":
        return sys.maxsize
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    room = (limit - len(os.listdir("/proc/self/fd")) - _FILES_OF_DRIVER) // _FILES_OF_WORKER
    if room < 1:  # every worker that cannot start would be a failure of its task
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return room


class LocalPool:
    """Runs jobs in one process per slot of a plan. A thread of its own supervises them and calls `receiver`.

    With a server, the processes are forks of that one, in its environment.
    """

    def __init__(
        self,
        program: Program,
        plan: RunPlan,
        receiver: Receiver,
        open_store: OpenStore | None = None,
        server: EnvironmentServer | None = None,
    ) -> None:
        method, environment = _start_method(), {**_environment(program), **threads_of(plan.slots)}
        if server is not None:
            server.start(modules_to_preload(program, plan.reuse), plan.slots, program.folder)
            environment = server.variables(environment)
        elif method == "forkserver" and not has_fork_server():
            start_fork_server(modules_to_preload(program, plan.reuse), plan.slots, program.folder)
        setup = WorkerSetup(program, open_store or partial(open_task_store, program.root), environment)
        self._receiver = receiver
        self._wakes, woken = socket.socketpair()
        slots = min(plan.slots, _most_workers())
        self._supervisor = Supervisor(setup, server or method, slots, receiver.receive, woken)
        self._inbox: queue.SimpleQueue[Ticket | TaskId] = queue.SimpleQueue()  # jobs, and tasks that are cancelled
        self._is_woken = self._is_closing = self._is_stopping = False
        self._are_gone = threading.Event()
        self._thread = threading.Thread(target=self._work, name="nbflow workers", daemon=True)

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have a job done, and answer it once. `timeout` is in seconds; None means that there is no limit."""
        self._receiver.started(job)
        if self._thread.ident is None:
            try:
                self._thread.start()
            except RuntimeError as error:  # there is no room for another thread
                self._receiver.receive(job, WorkersMissing(describe_failure(error)))
                return
        self._inbox.put(Ticket(job, timeout))
        self._wake()

    def cancel(self, task: TaskId) -> None:
        """Answer the job of a task with JobCancelled soon, unless it has its answer."""
        self._inbox.put(task)
        self._wake()

    def close(self) -> None:
        """End the workers as a Python process ends; wait at most ENDED_AFTER seconds for what they left running."""
        if self._thread.is_alive():
            self._is_closing = True
            self._wake()
            self._are_gone.wait(ENDED_AFTER)

    def stop(self) -> None:
        """Kill all workers, also inside C code, and return when they are gone. No answer is received after this."""
        self._is_stopping = True
        if self._thread.ident is not None:
            self._wake()
            self._thread.join(2 * ENDED_AFTER)
        if not self._thread.is_alive():
            self._wakes.close()
            self._supervisor.close()

    def _wake(self) -> None:
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(OSError):  # the thread has ended
                self._wakes.send(b".", getattr(socket, "MSG_DONTWAIT", 0))

    def _work(self) -> None:
        try:
            while self._attend():
                self._supervisor.step()
        finally:
            self._supervisor.stop(ENDED_AFTER)

    def _attend(self) -> bool:
        """Do what was asked for since the last step, and return whether there is to be another."""
        self._is_woken = False  # before looking, so that what is asked for from now on wakes the thread again
        while not self._inbox.empty():
            asked = self._inbox.get()
            if isinstance(asked, Ticket):
                self._supervisor.add(asked)
            else:
                self._supervisor.cancel(asked)
        if self._is_closing and self._supervisor.end_idle():
            self._are_gone.set()
        return not self._is_stopping


def _environment(program: Program) -> dict[str, str]:
    """Return the environment of this process without the variables that the notebook sets.

    Each worker sets them itself where the notebook sets them. A kernel has already done so, and the steps above that
    place must not see them.
    """
    names = environment_names(program.graph.prelude.definitions)
    now = {name: value for name, value in os.environ.items() if name not in names}
    return now | {name: _AT_START[name] for name in names if name in _AT_START}


def _start_method() -> Literal["spawn", "forkserver"]:
    """Return how worker processes start: as NBFLOW_START_METHOD says, else `forkserver`; `spawn` on Windows."""
    chosen = os.environ.get("NBFLOW_START_METHOD")
    is_spawn = chosen == "spawn" or "forkserver" not in multiprocessing.get_all_start_methods()
    return "spawn" if is_spawn else "forkserver"
