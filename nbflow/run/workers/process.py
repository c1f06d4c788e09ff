"""Starts worker processes, and ends them together with every process that they have started."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import sys
import threading
import types
from collections.abc import Iterator
from contextvars import ContextVar
from multiprocessing import reduction, spawn, util
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess, set_spawning_popen
from multiprocessing.forkserver import ForkServer, _forkserver, read_signed
from multiprocessing.process import BaseProcess, current_process
from multiprocessing.synchronize import Semaphore
from typing import Any, Literal

from nbflow.run.surroundings.children import end_orphans
from nbflow.run.workers.channel import Channel, WorkerEnd
from nbflow.run.workers.fork_server import worker_environment

LOST = 255
"""Is what multiprocessing says of a process whose fork server is gone: the process itself may still run."""

Origin = Literal["spawn", "forkserver"] | ForkServer
"""Says where worker processes come from: how `multiprocessing` starts them, or the server of another environment."""

_starting = threading.Lock()

_server: ContextVar[ForkServer | None] = ContextVar("_server", default=None)
"""Is the fork server of the process that is about to start; None for the one of `multiprocessing`."""


@contextlib.contextmanager
def without_main() -> Iterator[None]:
    """Keep multiprocessing from importing the driver's main module in a new process, such as a worker."""
    with _starting:  # else one thread would restore the module that another thread has set
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _SpawnWorker(SpawnProcess):
    @staticmethod
    def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        with without_main(), worker_environment(PYTHONHASHSEED="0"):
            return SpawnProcess._Popen(process)


class _Spawn(SpawnContext):
    Process = _SpawnWorker


if sys.platform != "win32":
    from multiprocessing.context import ForkServerContext, ForkServerProcess
    from multiprocessing.popen_forkserver import Popen

    class _Ended(Popen):
        """Asks under a lock how a process ended: the server answers once, and a second thread would be told 255."""

        def __init__(self, process: BaseProcess) -> None:
            self._asking = threading.Lock()
            super().__init__(process)

        def _launch(self, process: BaseProcess) -> None:
            server = _server.get()
            if server is None:
                super()._launch(process)  # type: ignore[misc]
                return
            message = self._message(process)
            self.sentinel, write = server.connect_to_new_process(self._fds)  # type: ignore[attr-defined]
            held = os.dup(write)  # the worker sees the end of this process when it is closed
            self.finalizer = util.Finalize(self, util.close_fds, (held, self.sentinel))  # type: ignore[attr-defined]
            with open(write, "wb", closefd=True) as file:
                file.write(message)
            self.pid = read_signed(self.sentinel)

        def _message(self, process: BaseProcess) -> memoryview:
            """Return what a new process must know, without this one's import path: the server has its own."""
            prepared, message = spawn.get_preparation_data(process.name), io.BytesIO()
            del prepared["sys_path"]
            set_spawning_popen(self)
            try:
                reduction.dump(prepared, message)
                reduction.dump(process, message)
            finally:
                set_spawning_popen(None)
            return message.getbuffer()

        def poll(self, flag: int = os.WNOHANG) -> int | None:
            if flag != os.WNOHANG:
                wait([self.sentinel])
            with self._asking:
                return super().poll(os.WNOHANG)

    class _ForkServerWorker(ForkServerProcess):
        @staticmethod
        def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
            with without_main():
                return _Ended(process)

    class _ForkServer(ForkServerContext):
        Process = _ForkServerWorker


_living: set[int] = set()
"""The workers of this process that are not buried."""


def end_what_is_left(origin: Origin) -> None:
    """End what workers that are gone have left to their fork server, unless others go on, whose it may be."""
    server = _server_of(origin)
    if server is not None and not _living:
        end_orphans(server, _living)


def _server_of(origin: Origin) -> int | None:
    """Return the number of the fork server that starts workers and says how they end; None if none is running."""
    if origin == "spawn" or sys.platform == "win32":
        return None
    server = origin if isinstance(origin, ForkServer) else _forkserver
    pid: int | None = server._forkserver_pid  # type: ignore[attr-defined]
    return pid


class WorkerProcess:
    """Is one worker process, with a channel to it and the permits for its jobs.

    A worker takes a permit before it begins with a job. The driver gives one permit with each job, and takes a job
    back by taking its permit. So each job is begun or taken back, never both, and when a worker is gone the permits
    that are left count the jobs that it had not begun.
    """

    def __init__(self, origin: Origin) -> None:
        """Start the process with the method `spawn` or `forkserver`, or as a fork of a server.

        Raises:
            OSError: The system has no room for another process.
        """
        self._origin: Origin = origin
        self.continue_server()
        context: Any = _Spawn() if origin == "spawn" or sys.platform == "win32" else _ForkServer()
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        self._permits: Semaphore = context.Semaphore(0)
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, self._permits), daemon=True)
        token = _server.set(None if isinstance(origin, str) else origin)
        try:
            self._process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            _server.reset(token)
            theirs.close()
        _living.add(self.pid)

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def sentinel(self) -> int:
        """Return a descriptor that is readable once the process is gone."""
        return self._process.sentinel

    def permit(self, count: int) -> None:
        """Allow the worker to begin with so many more jobs."""
        for _ in range(count):
            self._permits.release()

    def take_permits(self) -> int:
        """Take back every permit that the worker has not used, and return how many there were."""
        count = 0
        while self._permits.acquire(block=False):
            count += 1
        return count

    def kill(self) -> None:
        """Kill the process, also inside C code and while it is stopped."""
        self.continue_server()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def continue_server(self) -> None:
        """Let the fork server go on if a step has stopped it, or nobody would hear of the end of the process."""
        server = _server_of(self._origin)
        if server is not None and sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.kill(server, signal.SIGCONT)

    def bury(self) -> int:
        """Wait for the end of the process, and return its exit code; a negative one is the number of a signal."""
        self._process.join()
        _living.discard(self.pid)
        if self._process.exitcode == LOST:
            self.kill()
        self.channel.close()
        return self._process.exitcode or 0


def _serve(end: socket.socket, permits: Semaphore) -> None:
    from nbflow.run.workers.worker import serve  # noqa: PLC0415 - the driver does not need what a worker needs

    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # a step may start processes
    serve(WorkerEnd(end), permits)
