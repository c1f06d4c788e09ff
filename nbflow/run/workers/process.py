"""Starts worker processes, and ends them together with every process that they have started."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import types
from collections.abc import Iterator
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from typing import Any, cast

from nbflow.run.surroundings.children import end_children, started_by
from nbflow.run.workers.fork_server import worker_environment

LEFT_EARLY = 256
"""Is reported for a worker that ended with exit code 0 during a task; Pebble would take 0 for a normal end."""

_starting = threading.Lock()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep multiprocessing from importing the driver's main module in a worker, whose `__main__` is the notebook."""
    with _starting:  # else one thread would restore the module that another thread has set
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _Worker(BaseProcess):
    """Ends its child processes when it ends, for whatever reason."""

    _started: frozenset[int] = frozenset()
    _is_cleared = False

    @property
    def exitcode(self) -> int | None:
        code = super().exitcode
        return LEFT_EARLY if code == 0 else code

    def terminate(self) -> None:
        """Find the children first: once the worker has ended, nobody can tell what it started in other sessions."""
        if self.pid is not None:
            self._started = frozenset(started_by(self.pid))
        super().terminate()

    def is_alive(self) -> bool:
        """Return whether the process runs, and end its children when it does not: Pebble asks this of every worker."""
        if super().is_alive():
            return True
        if self.pid is not None and not self._is_cleared:
            self._is_cleared = True
            end_children(self.pid, self._started)
        return False


class _SpawnWorker(_Worker, SpawnProcess):
    @staticmethod
    def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        with _without_main(), worker_environment(PYTHONHASHSEED="0"):
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

        def poll(self, flag: int = os.WNOHANG) -> int | None:
            if flag != os.WNOHANG:
                wait([self.sentinel])
            with self._asking:
                return super().poll(os.WNOHANG)

    class _ForkServerWorker(_Worker, ForkServerProcess):
        @staticmethod
        def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
            with _without_main():
                return _Ended(process)

    class _ForkServer(ForkServerContext):
        Process = _ForkServerWorker


class _Once:
    """Makes one process and refuses a second: a pool whose worker is gone is given up, for its channel is closed."""

    def __init__(self, kind: type[BaseProcess]) -> None:
        self._kind: type[BaseProcess] | None = kind

    def __call__(self, *args: Any, **options: Any) -> BaseProcess:
        kind, self._kind = self._kind, None
        if kind is None:
            raise OSError("the worker of this pool is gone")  # Pebble reports this as a broken pool
        return kind(*args, **options)


def context_of(method: str) -> BaseContext:
    """Return a multiprocessing context that starts one worker with the method `spawn` or `forkserver`."""
    context: Any = _Spawn() if method == "spawn" or sys.platform == "win32" else _ForkServer()
    context.Process = _Once(context.Process)
    return cast(BaseContext, context)
