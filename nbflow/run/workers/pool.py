"""Worker processes: Pebble's pool on a fork server that imports what the notebook imports and never runs it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import cast
from weakref import WeakKeyDictionary

from pebble import ProcessPool

from nbflow.flow.effects.library_calls import environment_names
from nbflow.run.program.program import Program
from nbflow.run.task.performer import Job, Result
from nbflow.run.workers.fork_server import threads_of
from nbflow.run.workers.process import context_of
from nbflow.run.workers.worker import end_worker, run_job, start_worker

_AT_START = dict(os.environ)

GONE_AFTER = 5.0
"""Seconds to wait for a worker to be gone."""

WorkerAnswer = Result | Exception
"""What became of a job."""


class NeverStarted(BrokenProcessPool):
    """Answers a job that was waiting behind another one, which has ended the worker of both."""


class Pool:
    """Runs jobs in at most `workers` processes, and hands every answer to `receive`, from a thread.

    Each worker is a Pebble pool of its own: in a larger one all workers share a channel, and one that is killed while
    it holds the channel's lock stops the others. A pool is used again only while it answers; a job that was waiting
    in one that does not is answered with NeverStarted.
    """

    def __init__(
        self, program: Program, workers: int, receive: Callable[[Job, WorkerAnswer], None], method: str
    ) -> None:
        self._started = (program, {**_environment(program), **threads_of(workers)})
        self._workers = workers
        self._receive = receive
        self._method = method
        self._jobs: dict[ProcessPool, list[Job]] = {}
        self._levels: WeakKeyDictionary[ProcessPool, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have the job done by the worker that has least to do."""
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
            except RuntimeError:  # its worker died while it had nothing to do
                del self._jobs[pool]

    def _choose(self, level: int) -> ProcessPool:
        """A process in which settings from below the job's step were done is of no use: one more is begun instead."""
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
                return  # answered already, when its pool was given up
            if isinstance(answer, Result):
                self._jobs[pool].remove(job)
                waiting = []
            else:
                waiting = [other for other in self._jobs.pop(pool) if other is not job]
                _end([pool])
        self._receive(job, answer)
        for other in waiting:  # Pebble leaves them without an answer
            self._receive(other, NeverStarted("the job before it ended their worker"))

    def close(self) -> None:
        """Let the workers end as Python ends, those that do nothing; what they left running has a moment for it."""
        with self._lock:
            idle = [pool for pool, jobs in self._jobs.items() if not jobs]
        wait([end for pool in idle if (end := _schedule_end(pool))], GONE_AFTER)

    def stop(self) -> None:
        """Kill what runs, in C code too; returns when the workers are gone. Nothing is received any more."""
        with self._lock:
            threads = _end(list(self._jobs))
            self._jobs.clear()
        for thread in threads:
            thread.join(GONE_AFTER)


def _environment(program: Program) -> dict[str, str]:
    """The environment of this process without what the notebook sets: each worker does that at its place.

    A kernel has done it already, and the workers for the steps above must not see it.
    """
    names = environment_names(program.graph.prelude.definitions)
    now = {name: value for name, value in os.environ.items() if name not in names}
    return now | {name: _AT_START[name] for name in names if name in _AT_START}


def _schedule_end(pool: ProcessPool) -> Future[None] | None:
    try:
        return cast("Future[None]", pool.schedule(end_worker))
    except RuntimeError:  # its worker died while it had nothing to do
        return None


def _end(pools: Iterable[ProcessPool], in_order: bool = False) -> list[threading.Thread]:
    """Stop pools in threads of their own: one whose worker died in the middle of an answer waits for ever."""
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
    except Exception as error:  # noqa: BLE001 - whatever it is, the job is answered: else its run would wait for ever
        return error


def default_method() -> str:
    """`forkserver` where there is one. `NBFLOW_START_METHOD` overrides."""
    chosen = os.environ.get("NBFLOW_START_METHOD")
    return chosen or ("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
