"""Performs the jobs of a run on this machine: in a pool for each environment that the steps have, and in one for those
that have none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nbflow.errors import SystemRefused
from nbflow.run.environments.environment_lock import EnvironmentLock, find_built
from nbflow.run.events.events import Reuse, TaskId
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job
from nbflow.run.workers.channel import OpenStore
from nbflow.run.workers.environment_server import EnvironmentServer
from nbflow.run.workers.local_pool import LocalPool
from nbflow.run.workers.workers import JobCancelled, Receiver

_servers: dict[str, EnvironmentServer] = {}
"""Holds the servers of this process by the digests of their locks. They live as long as this process."""

_starting = threading.Lock()


class LocalWorkers:
    """Gives each job to the pool of its step's environment.

    A pool is made when it gets its first job, or at once if its steps run whatever is stored: then its server imports
    what they need while the driver begins the run.
    """

    def __init__(
        self, program: Program, plan: RunPlan, receiver: Receiver, open_store: OpenStore | None = None
    ) -> None:
        self._program, self._plan, self._receiver, self._open_store = program, plan, receiver, open_store
        self._apart: dict[str, EnvironmentPool] = {}
        self._ordinary: LocalPool | None = None
        for lock in {program.locks.get(step) for step, reuse in plan.reuse.items() if reuse is Reuse.NEVER}:
            if lock is None or find_built(lock):
                self._pool_of(lock)

    def _make_pool(self, plan: RunPlan, server: EnvironmentServer | None = None) -> LocalPool:
        program = self._program.apart() if server else self._program
        return LocalPool(program, plan, self._receiver, self._open_store, server)

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have a job done, and answer it once. `timeout` is in seconds; None means that there is no limit."""
        try:
            step = job.task.step
            pool = self._pool_of(job.lock, step) if job.lock else self._pool_of(self._program.locks.get(step))
        except OSError as error:
            self._receiver.started(job)
            self._receiver.receive(job, SystemRefused(error))
        else:
            pool.submit(job, timeout)

    def cancel(self, task: TaskId) -> None:
        """Answer the job of a task with JobCancelled soon, unless it has its answer."""
        for pool in self._pools():
            pool.cancel(task)

    def _pool_of(self, lock: EnvironmentLock | None, step: str | None = None) -> LocalPool | EnvironmentPool:
        if lock is None:
            self._ordinary = self._ordinary or self._make_pool(self._part_of(None))
            return self._ordinary
        if lock.digest not in self._apart:
            self._apart[lock.digest] = EnvironmentPool(lock, self._part_of(lock, step), self._make_pool, self._receiver)
        return self._apart[lock.digest]

    def _part_of(self, lock: EnvironmentLock | None, step: str | None = None) -> RunPlan:
        """Return the plan of the steps with this environment, None for none, and of one that has it among others."""
        locks, reuse = self._program.locks, self._plan.reuse
        same = {name: how for name, how in reuse.items() if name == step or locks.get(name) == lock}
        return replace(self._plan, reuse=same)

    def close(self) -> None:
        """End the workers as a Python process ends; wait a moment for what they left running."""
        for pool in self._pools():
            pool.close()

    def stop(self) -> None:
        """Kill all workers, and return when they are gone. No answer is received after this."""
        for pool in self._pools():
            pool.stop()

    def _pools(self) -> list[LocalPool | EnvironmentPool]:
        return [*([self._ordinary] if self._ordinary else []), *self._apart.values()]


class EnvironmentPool:
    """Performs jobs in an environment, once it is built. Jobs that come meanwhile wait."""

    def __init__(
        self,
        lock: EnvironmentLock,
        plan: RunPlan,
        make: Callable[[RunPlan, EnvironmentServer], LocalPool],
        receiver: Receiver,
    ) -> None:
        self._lock, self._plan, self._make, self._receiver = lock, plan, make, receiver
        self._turn = threading.Lock()
        self._waiting: list[tuple[Job, float | None]] = []
        self._pool: LocalPool | None = None
        self._refusal: Exception | None = None
        self._cancelled = threading.Event()
        self._builder = threading.Thread(target=self._build, name="nbflow environment", daemon=True)
        self._builder.start()

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have a job done, and answer it once, as a pool does."""
        self._receiver.started(job)  # in the thread of the run, which commits what the job reads
        with self._turn:
            self._waiting.append((job, timeout))
            self._hand_on()

    def cancel(self, task: TaskId) -> None:
        """Answer the job of a task with JobCancelled soon, unless it has its answer."""
        with self._turn:
            cancelled = [job for job, _ in self._waiting if job.task == task]
            self._waiting = [one for one in self._waiting if one[0].task != task]
        for job in cancelled:
            self._receiver.receive(job, JobCancelled())
        if self._pool is not None:
            self._pool.cancel(task)

    def _build(self) -> None:
        pool: LocalPool | None = None
        refusal: Exception | None = None
        try:
            pool = self._make(self._plan, _server_of(self._lock, self._cancelled))
        except OSError as error:
            refusal = SystemRefused(error)
        except Exception as error:  # noqa: BLE001 - every job must be answered, or its run waits forever
            refusal = error
        with self._turn:
            self._pool, self._refusal = pool, refusal
            self._hand_on()

    def _hand_on(self) -> None:
        if self._cancelled.is_set() or (self._pool is None and self._refusal is None):
            return
        waiting, self._waiting = self._waiting, []
        for job, timeout in waiting:
            if self._pool is not None:
                self._pool.submit(job, timeout)
            elif self._refusal is not None:
                self._receiver.receive(job, self._refusal)

    def close(self) -> None:
        """End the workers as a Python process ends."""
        if self._pool is not None:
            self._pool.close()

    def stop(self) -> None:
        """Kill all workers, or stop building, and return when that is done. No answer is received after this."""
        self._cancelled.set()
        self._builder.join()
        if self._pool is not None:
            self._pool.stop()


def _server_of(lock: EnvironmentLock, cancelled: threading.Event) -> EnvironmentServer:
    python = find_built(lock) or _build(lock, cancelled)
    with _starting:
        return _servers.setdefault(lock.digest, EnvironmentServer(python))


def _build(lock: EnvironmentLock, cancelled: threading.Event) -> Path:
    from nbflow.run.environments.building import build_environment  # noqa: PLC0415 - most are built already

    return build_environment(lock, cancelled)


def stop_servers() -> None:
    """End the servers of this process, whose environments can then be removed."""
    with _starting:
        while _servers:
            _servers.popitem()[1].stop()
