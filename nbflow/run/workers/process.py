"""How worker processes are started, and what their end is called."""

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
"""Exit code of a worker that ended with 0 in the middle of a task; Pebble would take that for a normal end."""

_starting = threading.Lock()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep multiprocessing from importing the driver's main module in a worker: its `__main__` is the notebook."""
    with _starting:  # else one thread would put back what another had put there
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _Worker(BaseProcess):
    """A worker that takes with it what it has started, however it ends."""

    _started: frozenset[int] = frozenset()
    _is_cleared = False

    @property
    def exitcode(self) -> int | None:
        code = super().exitcode
        return LEFT_EARLY if code == 0 else code

    def terminate(self) -> None:
        """Look first: of a process in another session nobody can tell afterwards who has started it."""
        if self.pid is not None:
            self._started = frozenset(started_by(self.pid))
        super().terminate()

    def is_alive(self) -> bool:
        """Pebble asks this until it is not, and of every worker that it has stopped."""
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
        """The server tells how a process ended once; of two threads that ask at a time, one would be told 255."""

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
    """Makes one process. A pool whose worker is gone is given up, and the next one would find its channel closed."""

    def __init__(self, kind: type[BaseProcess]) -> None:
        self._kind: type[BaseProcess] | None = kind

    def __call__(self, *args: Any, **options: Any) -> BaseProcess:
        kind, self._kind = self._kind, None
        if kind is None:
            raise OSError("the worker of this pool is gone")  # which Pebble takes for a broken pool
        return kind(*args, **options)


def context_of(method: str) -> BaseContext:
    """Return the start method `spawn` or `forkserver` for one worker of ours."""
    context: Any = _Spawn() if method == "spawn" or sys.platform == "win32" else _ForkServer()
    context.Process = _Once(context.Process)
    return cast(BaseContext, context)
