"""Defines what the driver of a run knows of the jobs that hosts have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.run.hosts.host_messages import Begun
from nbflow.run.workers.job_queue import Ticket
from nbflow.run.workers.workers import WorkerAnswer

if TYPE_CHECKING:
    from distributed import Future


@dataclass(eq=False)
class SentJob:
    """Is a job that is not answered yet, with the names of the hosts that were lost while it ran."""

    number: int
    ticket: Ticket
    lost: list[str] = field(default_factory=list)
    worker: str = ""  # the address of the dask worker that has begun with it
    batch: int = -1  # the batch in which it was sent last


@dataclass(eq=False)
class PendingBatch:
    """Is a batch that dask has: the numbers of its jobs, and who has begun with it."""

    jobs: tuple[int, ...]
    future: Future[Any] | None = None
    begun: Begun | None = None


@dataclass(frozen=True)
class EndedBatch:
    """Says that dask has no more to do for a batch; `error` is None if a worker has done it."""

    batch: int
    error: BaseException | None


@dataclass(frozen=True)
class EndedHere:
    """Says that a task has ended on the driver's machine."""

    answer: WorkerAnswer
