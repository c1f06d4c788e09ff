"""Decides which worker does which job. It starts no process, reads no clock and sends nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Set
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from nbflow.run.events.events import TaskId
from nbflow.run.task.job import Job

DEEP = 16
"""A worker that holds more brief jobs than this is busy for some milliseconds."""


@dataclass(frozen=True, eq=False, slots=True)
class Ticket:
    """Stands for one job that waits for its one answer.

    Attributes:
        job: The job.
        timeout: The number of seconds that the job may take; None if there is no limit.
    """

    job: Job
    timeout: float | None = None

    @property
    def may_wait(self) -> bool:
        """Return whether the job may wait in a worker behind others; time counts from when it is the first."""
        return self.job.batch > 1 and self.timeout is None


WorkerId = TypeVar("WorkerId", bound=Hashable)


class JobQueue(Generic[WorkerId]):
    """Keeps the jobs that wait, and those that each worker holds, in the order in which it does them.

    A worker that is idle gets the next job. Brief jobs are handed out ahead, so that a worker need not wait for the
    driver between two of them. When a worker is lost, only the job that it had begun is blamed; the others go back to
    the front. A process that has applied settings of a higher level cannot do a job of a lower one, and a job with GPUs
    gets a process that has done no other, because libraries look for GPUs once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Ticket] = deque()
        self._held: dict[WorkerId, deque[Ticket]] = {}
        self._levels: dict[WorkerId, int] = {}
        self._barred: set[WorkerId] = set()
        self._unused: set[WorkerId] = set()

    def add(self, ticket: Ticket) -> None:
        """Let a job wait behind all others."""
        self._waiting.append(ticket)

    def welcome(self, worker: WorkerId) -> None:
        """Let a new worker take part."""
        self._held[worker], self._levels[worker] = deque(), 0
        self._unused.add(worker)

    def hand_out(self) -> dict[WorkerId, list[Ticket]]:
        """Return the jobs that are to be sent now, to each worker in this order."""
        given: dict[WorkerId, list[Ticket]] = {}
        while self._waiting and (worker := self._choose(self._waiting[0])) is not None:
            ticket = self._waiting.popleft()
            self._held[worker].append(ticket)
            self._unused.discard(worker)
            self._levels[worker] = max(self._levels[worker], ticket.job.level)
            given.setdefault(worker, []).append(ticket)
        return given

    def _choose(self, ticket: Ticket) -> WorkerId | None:
        fit = (worker for worker in self._held if self._fits(worker, ticket))
        return min(fit, key=lambda worker: len(self._held[worker]), default=None)

    def _fits(self, worker: WorkerId, ticket: Ticket) -> bool:
        held = self._held[worker]
        if worker in self._barred or self._levels[worker] > ticket.job.level:
            return False
        if ticket.job.gpus and worker not in self._unused:
            return False
        return not held or (ticket.may_wait and len(held) < ticket.job.batch and held[-1].may_wait)

    def needs_worker(self) -> bool:
        """Return whether one more worker would begin with a job that now waits, here or in another worker."""
        return len(self._held) < self._most and (
            bool(self._waiting) or any(len(held) > 1 for held in self._held.values())
        )

    def is_deep(self) -> bool:
        """Return whether every worker has so many jobs that none will soon wait for the driver."""
        return bool(self._held) and min(map(len, self._held.values())) > DEEP

    def superfluous(self) -> WorkerId | None:
        """Return an idle worker that no job fits, and that must make room if there can be no further worker."""
        idle = self.idle()
        if not self._waiting or not self._barred.isdisjoint(idle):
            return None
        return next(iter(idle), None)

    def idle(self) -> list[WorkerId]:
        """Return the workers that hold no job."""
        return [worker for worker, held in self._held.items() if not held]

    def held_by(self, worker: WorkerId) -> tuple[Ticket, ...]:
        """Return the jobs that a worker has not answered, in the order in which it does them."""
        return tuple(self._held[worker])

    def answer(self, worker: WorkerId) -> Ticket:
        """Return the job that a worker has answered, which is the first that it holds."""
        return self._held[worker].popleft()

    def take_back(self, worker: WorkerId, count: int) -> None:
        """Let the last jobs of a worker wait again. The worker gets none until it has dropped them."""
        self.bar(worker)
        self._put_back(self._held[worker].pop() for _ in range(count))

    def bar(self, worker: WorkerId) -> None:
        """Give a worker no further jobs."""
        self._barred.add(worker)

    def admit(self, worker: WorkerId) -> None:
        """Give a worker jobs again, because it has dropped what was taken back from it."""
        self._barred.discard(worker)

    def lose(self, worker: WorkerId, unstarted: int) -> list[Ticket]:
        """Remove a worker that is gone, and return what it had begun; the `unstarted` last of its jobs wait again."""
        held = self._held.pop(worker)
        del self._levels[worker]
        self._barred.discard(worker)
        self._unused.discard(worker)
        self._put_back(held.pop() for _ in range(unstarted))
        return list(held)

    def _put_back(self, tickets: Iterable[Ticket]) -> None:
        """Put jobs in front of the others; the last one comes first."""
        self._waiting.extendleft(tickets)

    def has(self, task: TaskId) -> bool:
        """Return whether a job of this task waits, or is held by a worker."""
        return any(one.job.task == task for one in chain(self._waiting, *self._held.values()))

    def withdraw(self, tasks: Set[TaskId]) -> list[Ticket]:
        """Remove the jobs of these tasks that wait, and return them."""
        found = [one for one in self._waiting if one.job.task in tasks]
        self._waiting = deque(one for one in self._waiting if one.job.task not in tasks)
        return found

    def drain(self) -> list[Ticket]:
        """Remove the jobs that wait, and return them."""
        waiting, self._waiting = list(self._waiting), deque()
        return waiting
