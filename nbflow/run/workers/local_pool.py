"""Runs jobs in worker processes: one Pebble pool per worker, forked from a server that has imported the modules."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import cast
from weakref import WeakKeyDictionary

from pebble import ProcessPool

from nbflow.flow.effects.library_calls import environment_names
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job, Result
from nbflow.run.task.task_store import TaskStore
from nbflow.run.workers.fork_server import threads_of
from nbflow.run.workers.process import context_of
from nbflow.run.workers.worker import end_worker, run_job, start_worker
from nbflow.run.workers.workers import NeverStarted, Receiver, WorkerAnswer
from nbflow.store.store import Store

_AT_START = dict(os.environ)

GONE_AFTER = 5.0
"""This many seconds a pool waits for a worker to end."""


class LocalPool:
    """Runs jobs in at most `workers` processes, and passes every answer to `receive` from a thread.

    Each worker has a Pebble pool of its own. In a larger pool all workers share a channel, and a worker that is killed
    while it holds the lock of the channel stops all others. A pool whose worker failed is given up, and the jobs that
    were waiting in it are answered with NeverStarted.
    """

    def __init__(self, program: Program, workers: int, receiver: Receiver) -> None:
        open_store = partial(_open_store, program.root)
        self._started = (program, open_store, {**_environment(program), **threads_of(workers)})
        self._workers = workers
        self._receiver = receiver
        self._method = _start_method()
        self._jobs: dict[ProcessPool, list[Job]] = {}
        self._levels: WeakKeyDictionary[ProcessPool, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def submit(self, job: Job, timeout: float | None) -> None:
        """Send a job to the worker with the fewest jobs. `timeout` is in seconds; None means that there is no limit."""
        self._receiver.started(job)
        with self._lock:
            pool, future = self._schedule(job, timeout)
            self._jobs[pool].append(job)
            self._levels[pool] = max(job.level, self._levels[pool])
        future.add_done_callback(lambda done: self._take(pool, job, _answer(done)))

    def _schedule(self, job: Job, timeout: float | None) -> tuple[ProcessPool, Future[Result]]:
        while True:
            pool = self._choose(job.level)
            try:
                return pool, pool.schedule(run_job, (job,), timeout=timeout)
            except RuntimeError:  # its worker died while it was idle
                del self._jobs[pool]

    def _choose(self, level: int) -> ProcessPool:
        """Return the pool for a job of this level; start one if none fits, or if all are busy and there may be more.

        A process that has already applied settings of a higher level cannot run the job.
        """
        fit = [pool for pool in self._jobs if self._levels[pool] <= level]
        least = min(fit, key=lambda pool: len(self._jobs[pool]), default=None)
        if least is None or (self._jobs[least] and len(self._jobs) < self._workers):
            least = self._begin()
        return least

    def _begin(self) -> ProcessPool:
        idle = [pool for pool in self._jobs if not self._jobs[pool]]
        if idle and len(self._jobs) >= self._workers:
            del self._jobs[idle[0]]
            _end(idle[:1], in_order=True)
        pool = ProcessPool(1, 0, start_worker, self._started, context_of(self._method))
        self._jobs[pool], self._levels[pool] = [], 0
        return pool

    def _take(self, pool: ProcessPool, job: Job, answer: WorkerAnswer) -> None:
        with self._lock:
            if job not in self._jobs.get(pool, ()):
                return  # answered when its pool was given up
            if isinstance(answer, Result):
                self._jobs[pool].remove(job)
                waiting = []
            else:
                waiting = [other for other in self._jobs.pop(pool) if other is not job]
                _end([pool])
        self._receiver.receive(job, answer)
        for other in waiting:  # Pebble does not answer them
            self._receiver.receive(other, NeverStarted("an earlier job ended the worker"))

    def close(self) -> None:
        """End the idle workers as a Python process ends; wait at most GONE_AFTER seconds for what they left running."""
        with self._lock:
            idle = [pool for pool, jobs in self._jobs.items() if not jobs]
        wait([end for pool in idle if (end := _schedule_end(pool))], GONE_AFTER)

    def stop(self) -> None:
        """Kill all workers, also inside C code, and return when they are gone. No answer is received after this."""
        with self._lock:
            threads = _end(list(self._jobs))
            self._jobs.clear()
        for thread in threads:
            thread.join(GONE_AFTER)


def _open_store(root: Path) -> TaskStore:
    store = Store.open(root, create=False)
    return TaskStore(store.blobs, store.history)


def _environment(program: Program) -> dict[str, str]:
    """Return the environment of this process without the variables that the notebook sets.

    Each worker sets them itself where the notebook sets them. A kernel has already done so, and the steps above that
    place must not see them.
    """
    names = environment_names(program.graph.prelude.definitions)
    now = {name: value for name, value in os.environ.items() if name not in names}
    return now | {name: _AT_START[name] for name in names if name in _AT_START}


def _schedule_end(pool: ProcessPool) -> Future[None] | None:
    try:
        return cast("Future[None]", pool.schedule(end_worker))
    except RuntimeError:  # its worker died while it was idle
        return None


def _end(pools: Iterable[ProcessPool], in_order: bool = False) -> list[threading.Thread]:
    """Stop pools, each in a thread of its own: a pool whose worker died in the middle of an answer waits forever."""
    threads = [threading.Thread(target=_stop, args=(pool, in_order), daemon=True) for pool in pools]
    for thread in threads:
        thread.start()
    return threads


def _stop(pool: ProcessPool, in_order: bool) -> None:
    if in_order and (end := _schedule_end(pool)):
        wait([end], GONE_AFTER)
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _answer(future: Future[Result]) -> WorkerAnswer:
    try:
        return future.result()
    except CancelledError:
        return BrokenProcessPool("its pool was stopped")
    except Exception as error:  # noqa: BLE001 - every job must be answered, or its run waits forever
        return error


def _start_method() -> str:
    """Return how worker processes start: as NBFLOW_START_METHOD says, else `forkserver`; `spawn` on Windows."""
    chosen = os.environ.get("NBFLOW_START_METHOD")
    return chosen or ("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
