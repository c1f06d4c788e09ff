"""Worker processes: Pebble's pool on a fork server that imports what the notebook imports and never runs it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess, SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from typing import Any

from pebble import ProcessExpired, ProcessPool

from nbflow.run.program import Program
from nbflow.run.task import Job, Result
from nbflow.run.worker import run_job, start_worker

LEFT_EARLY = 256
"""Exit code of a worker that ended with 0 in the middle of a task; Pebble would take that for a normal end."""

Answer = Result | ProcessExpired | TimeoutError | BrokenProcessPool | None
"""What became of a job; None when it was cancelled."""


class _Expected(BaseProcess):
    @property
    def exitcode(self) -> int | None:
        code = super().exitcode
        return LEFT_EARLY if code == 0 else code

    @classmethod
    @contextlib.contextmanager
    def _without_main(cls) -> Iterator[None]:
        """Keep multiprocessing from importing the driver's main module in a worker: its `__main__` is the notebook."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _ForkServerWorker(_Expected, ForkServerProcess):
    @staticmethod
    def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        with _Expected._without_main():
            return ForkServerProcess._Popen(process)


class _SpawnWorker(_Expected, SpawnProcess):
    @staticmethod
    def _Popen(process: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        with _Expected._without_main(), _environment(PYTHONHASHSEED="0"):
            return SpawnProcess._Popen(process)


class _ForkServer(ForkServerContext):
    Process = _ForkServerWorker


class _Spawn(SpawnContext):
    Process = _SpawnWorker


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
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


def start_fork_server(modules: Iterable[str]) -> None:
    """Start the fork server of this process, once, with these modules imported.

    The hash seed is fixed there, because equal sets shall pickle equally in all workers.
    """
    with _environment(PYTHONHASHSEED="0", NBFLOW_PRELOAD=",".join(modules)):
        forkserver.set_forkserver_preload(["nbflow.run.preload"])
        forkserver.ensure_running()


class Pool:
    """Runs jobs in workers and hands every answer to `receive`, from a thread of its own.

    A worker that dies takes only its own job with it. When the pool itself breaks, which takes a kill at the moment a
    worker holds the channel, it is renewed, and its jobs are answered with BrokenProcessPool.
    """

    def __init__(self, program: Program, workers: int, receive: Callable[[Job, Answer], None], method: str) -> None:
        self._program, self._workers, self._receive = program, workers, receive
        self._context = _Spawn() if method == "spawn" else _ForkServer()
        self._pool = self._renew()

    def _renew(self) -> ProcessPool:
        return ProcessPool(self._workers, 0, start_worker, (self._program,), self._context)

    def submit(self, job: Job, timeout: float | None) -> None:
        try:
            future = self._pool.schedule(run_job, (job,), timeout=timeout)
        except RuntimeError:
            self._pool = self._renew()
            future = self._pool.schedule(run_job, (job,), timeout=timeout)
        future.add_done_callback(lambda done: self._receive(job, _answer(done)))

    def stop(self) -> None:
        """Kill what runs, in C code too; returns when all workers are gone."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def close(self) -> None:
        """Let the workers go; nothing is running."""
        self._pool.close()  # type: ignore[no-untyped-call]
        self.stop()


def _answer(future: Future[Result]) -> Answer:
    try:
        return future.result()
    except CancelledError:
        return None
    except (ProcessExpired, TimeoutError, BrokenProcessPool) as error:
        return error


def default_method() -> str:
    """`forkserver` where there is one. `NBFLOW_START_METHOD` overrides."""
    chosen = os.environ.get("NBFLOW_START_METHOD")
    return chosen or ("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
