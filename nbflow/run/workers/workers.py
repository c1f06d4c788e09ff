"""Defines who performs the tasks of a run: what an executor asks of workers, and what workers tell it.

`LocalPool` performs jobs in processes of this machine. Workers elsewhere implement the same two protocols: they take
jobs by `Workers.submit`, and answer through the `Receiver` that they were made with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nbflow.run.events.events import Failure, TaskId
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job, Result
from nbflow.run.task.task_records import CarriedRecords

WorkerAnswer = Result | Exception
"""What became of a job: its result, or why there is none."""


class WorkerDied(Exception):
    """Answers a job whose process ended before the job was done.

    Attributes:
        pid: The number of the process.
        exitcode: Its exit code; a negative one is the number of the signal that killed it.
    """

    def __init__(self, pid: int, exitcode: int) -> None:
        super().__init__(pid, exitcode)
        self.pid, self.exitcode = pid, exitcode


class JobTimedOut(Exception):
    """Answers a job that took longer than its timeout, so that its process was killed.

    Attributes:
        pid: The number of the process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.pid = pid


class WorkerStopped(Exception):
    """Answers a job whose process was stopped by a signal, and was killed because nobody continued it.

    Attributes:
        pid: The number of the process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.pid = pid


class WorkersMissing(Exception):
    """Answers a job for which no worker could be started.

    Attributes:
        cause: Why the last one did not start.
    """

    def __init__(self, cause: Failure) -> None:
        super().__init__(str(cause))
        self.cause = cause


class JobCancelled(Exception):
    """Answers a job that was cancelled, because what it reads has turned out to be of no use."""


class HostLost(Exception):
    """Answers a job whose host was lost while it ran, as often as it was tried.

    Attributes:
        hosts: The names of these hosts.
    """

    def __init__(self, hosts: tuple[str, ...]) -> None:
        super().__init__(hosts)
        self.hosts = hosts


class Receiver(Protocol):
    """Hears from workers, from any thread."""

    def started(self, job: Job, host: str = "") -> None:
        """Note that a worker begins with the job, on this host of a cluster or, without one, on this machine.

        A job that reads the catalog must not run before this returns.
        """

    def receive(self, job: Job, answer: WorkerAnswer) -> None:
        """Take the answer to a job. Every job is answered once, unless the workers are stopped first."""


class Driver(Receiver, Protocol):
    """Hears from workers, and tells those that cannot reach the catalog what a job will ask of it."""

    def records_for(self, job: Job) -> CarriedRecords:
        """Return what the job will ask of the catalog. To be called in the thread that has submitted the job."""


class Workers(Protocol):
    """Performs jobs, each in a process that may die without harm to others."""

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have a job done, and kill it after so many seconds; returns at once."""

    def cancel(self, task: TaskId) -> None:
        """Answer the job of a task with JobCancelled soon, unless it has its answer or is on a host."""

    def close(self) -> None:
        """Let the workers that have nothing to do end as Python ends, and wait a moment for that."""

    def stop(self) -> None:
        """Kill what runs. Returns when it is gone; nothing is received any more."""


StartWorkers = Callable[[Program, RunPlan, Driver], Workers]
"""Makes the workers of one run: for its program, for the steps and the slots of its plan, and for this receiver."""
