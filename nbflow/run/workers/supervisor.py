"""Supervises the worker processes of a pool: starts them, sends them jobs, takes answers, and notices their ends.

Each worker has a socket of its own, so that the death of one is no matter to the others. `JobQueue` decides who does
what. One thread calls `step` again and again; everything here belongs to that thread.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from nbflow.errors.base import SystemRefused
from nbflow.run.events.events import Failure, FailureKind, TaskId
from nbflow.run.surroundings.children import end_children, is_stopped, started_by
from nbflow.run.task.job import Job, Result
from nbflow.run.task.tracebacks import describe_failure
from nbflow.run.workers.channel import Dropped, Ready, StartFailed, TakeBack, WorkerSetup
from nbflow.run.workers.job_queue import JobQueue, Ticket
from nbflow.run.workers.process import Origin, WorkerProcess, end_what_is_left
from nbflow.run.workers.workers import (
    JobCancelled,
    JobTimedOut,
    WorkerAnswer,
    WorkerDied,
    WorkersMissing,
    WorkerStopped,
)

STALLED = 0.02
"""A worker that is on a job for so many seconds gives back the jobs behind it."""

ENDED_AFTER = 5.0
"""A worker that is to end is killed after so many seconds: what it left running may never end."""

BREATH = 0.004
"""Answers are left where they are for so many seconds while all workers have enough to do."""

LOOKS_EVERY = 5.0
"""A worker that has a job is looked at every so many seconds: one that is stopped twice in a row is killed."""

FAILED_STARTS = 3
"""After so many starts that failed one after another, no more are tried."""


class _Worker:
    """Holds what is known of one worker."""

    def __init__(self, process: WorkerProcess) -> None:
        self.process = process
        self.is_ready = False
        self.is_heard = True  # until it closes its end of the channel
        self.is_ending = False
        self.looked, self.is_stopped = time.monotonic(), False  # when it was last looked at, and what was seen
        self.since = time.monotonic()  # when it began with its present job, or to end
        self.refusal: Failure | None = None  # why it could not start
        self.reason: Exception | None = None  # why it was killed
        self.children: set[int] = set()  # the processes that it had started when it was killed

    def kill(self, reason: Exception | None = None) -> None:
        """Find the children first: once the worker has ended, nobody can tell what it started in other sessions."""
        self.reason = reason
        self.children = started_by(self.process.pid)
        self.process.kill()


class Supervisor:
    """Has at most `most` workers, and gives every answer to `receive` once, whatever happens to them."""

    def __init__(
        self,
        setup: WorkerSetup,
        origin: Origin,
        most: int,
        receive: Callable[[Job, WorkerAnswer], None],
        woken: socket.socket,
    ) -> None:
        self._setup, self._origin = setup, origin
        self._receive = receive
        self._jobs: JobQueue[_Worker] = JobQueue(most)
        self._cancelled: set[TaskId] = set()  # the tasks of jobs that are to be answered as cancelled
        self._workers: set[_Worker] = set()
        self._failed_starts: list[Failure] = []  # since a worker has started
        self._clearing: list[threading.Thread] = []
        woken.setblocking(False)
        self._woken = woken
        self._selector = selectors.DefaultSelector()
        self._selector.register(woken, selectors.EVENT_READ, lambda _: _drain(woken))

    def add(self, ticket: Ticket) -> None:
        """Take a job, which is handed out in the next step."""
        self._jobs.add(ticket)

    def cancel(self, task: TaskId) -> None:
        """Answer the job of a task as cancelled in one of the next steps, unless it has its answer."""
        if self._jobs.has(task):
            self._cancelled.add(task)

    def step(self) -> None:
        """Hand out jobs, then wait until something happens and react to it."""
        try:
            if self._cancelled:
                self._end_cancelled()
            self._hand_out()
            if self._jobs.is_deep():
                time.sleep(BREATH)  # many answers are then taken at once, and nobody wakes anybody for each of them
            for key, events in self._selector.select(self._patience()):
                key.data(events)
            self._look_at_clock()
        except Exception as error:  # noqa: BLE001 - every job must be answered, or its run waits forever
            self._give_up(error)

    def end_idle(self) -> bool:
        """Let the idle workers end as Python processes end, and return whether no worker is left."""
        for worker in self._jobs.idle():
            if not worker.is_ending:
                self._end(worker)
        return not self._workers

    def stop(self, patience: float) -> None:
        """Kill all workers and what they have started; wait at most `patience` seconds for what refuses to end."""
        pids = [worker.process.pid for worker in self._workers]
        children = started_by(*pids).union(*(worker.children for worker in self._workers)) if pids else set()
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            self._forget(worker)
            worker.process.bury()
        self._workers.clear()
        if pids:
            end_children(*pids, known=children)
        end_what_is_left(self._origin)
        for thread in self._clearing:
            thread.join(patience)

    def close(self) -> None:
        """Close what the supervisor itself has open; it cannot be used any more."""
        self._selector.close()
        self._woken.close()

    def _give_up(self, error: Exception) -> None:
        """Answer all jobs with an error of the supervisor itself; the next job gets new workers."""
        held = [ticket for worker in self._workers for ticket in self._jobs.lose(worker, 0)]
        self.stop(patience=0)
        self._answer([*held, *self._jobs.drain()], error)

    # handing out

    def _hand_out(self) -> None:
        for worker, tickets in self._jobs.hand_out().items():
            self._send(worker, tickets)
        if self._wants_worker():
            self._start_worker()
        elif (idle := self._jobs.superfluous()) is not None:
            self._end(idle)
        if self._failed_starts and not self._workers and not self._wants_worker():
            self._answer(self._jobs.drain(), WorkersMissing(self._failed_starts[-1]))

    def _send(self, worker: _Worker, tickets: list[Ticket]) -> None:
        if self._jobs.held_by(worker) == tuple(tickets):
            worker.since = time.monotonic()
        worker.process.permit(len(tickets))
        self._tell(worker, [ticket.job for ticket in tickets])

    def _tell(self, worker: _Worker, message: object) -> None:
        worker.process.channel.send(message)
        self._watch(worker)

    def _watch(self, worker: _Worker) -> None:
        """Watch the channel of a worker: for what it sends, and for room if there is more to send to it."""
        if worker.is_heard:
            channel = worker.process.channel
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if channel.is_full else 0)
            self._selector.modify(channel, events, partial(self._hear, worker))

    def _end(self, worker: _Worker) -> None:
        """Let an idle worker end as a Python process ends, and kill it if that takes too long."""
        self._jobs.bar(worker)
        worker.is_ending, worker.since = True, time.monotonic()
        worker.process.continue_server()
        self._tell(worker, None)

    def _retire(self, worker: _Worker) -> None:
        """Let a worker end, because no other job may use its process; the jobs behind this one wait again."""
        if count := worker.process.take_permits():
            self._jobs.take_back(worker, count)
        self._end(worker)

    def _end_cancelled(self) -> None:
        """Answer cancelled jobs that wait, and kill workers that are on one and hold no other."""
        self._answer(self._jobs.withdraw(self._cancelled), JobCancelled())
        for worker in self._workers:
            held = self._jobs.held_by(worker)
            if len(held) == 1 and held[0].job.task in self._cancelled and worker.is_ready and worker.reason is None:
                self._jobs.bar(worker)
                worker.kill(JobCancelled())

    # the clock

    def _patience(self) -> float | None:
        """Return after how many seconds the clock must be looked at; None if there is no need."""
        if self._wants_worker():
            return 0
        now = time.monotonic()
        due = [end - now for worker in self._workers if (end := self._due(worker)) is not None]
        busy = (worker for worker in self._workers if self._jobs.held_by(worker))
        due += [worker.looked + LOOKS_EVERY - now for worker in busy]
        return max(0.0, min(due)) if due else None

    def _due(self, worker: _Worker) -> float | None:
        """Return when what a worker does has taken too long: for its timeout, for the jobs behind it, or to end."""
        held = self._jobs.held_by(worker)
        if worker.is_ending:
            return worker.since + ENDED_AFTER
        if not held or not worker.is_ready or worker.reason is not None:
            return None
        if held[0].timeout is not None:
            return worker.since + held[0].timeout
        return worker.since + STALLED if len(held) > 1 else None

    def _look_at_clock(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            due = self._due(worker)
            if due is not None and due <= now:
                self._interfere(worker)
            elif worker.looked + LOOKS_EVERY <= now and self._jobs.held_by(worker):
                self._look_at(worker)

    def _look_at(self, worker: _Worker) -> None:
        """Kill a worker that was stopped, by its own task or from outside, and that nobody continues."""
        was_stopped, worker.is_stopped = worker.is_stopped, is_stopped(worker.process.pid)
        worker.looked = time.monotonic()
        if was_stopped and worker.is_stopped:
            worker.kill(WorkerStopped(worker.process.pid))

    def _interfere(self, worker: _Worker) -> None:
        if worker.is_ending:
            worker.since = time.monotonic()
            worker.kill()
            return
        if self._jobs.held_by(worker)[0].timeout is not None:
            worker.kill(JobTimedOut(worker.process.pid))
            return
        worker.since = time.monotonic()
        if count := worker.process.take_permits():
            self._jobs.take_back(worker, count)
            self._tell(worker, TakeBack())

    # workers come, speak and go

    def _wants_worker(self) -> bool:
        return self._jobs.needs_worker() and len(self._failed_starts) < FAILED_STARTS

    def _start_worker(self) -> None:
        try:
            worker = _Worker(WorkerProcess(self._origin))
        except Exception as error:  # noqa: BLE001 - whatever the reason is, the jobs must be answered
            self._failed_starts.append(_describe_refused_start(error))
            return
        self._workers.add(worker)
        self._jobs.welcome(worker)
        self._selector.register(worker.process.channel, selectors.EVENT_READ, partial(self._hear, worker))
        self._selector.register(worker.process.sentinel, selectors.EVENT_READ, partial(self._bury, worker))
        self._tell(worker, self._setup)
        for one, tickets in self._jobs.hand_out().items():
            self._send(one, tickets)

    def _hear(self, worker: _Worker, events: int) -> None:
        if not worker.is_heard:
            return  # it was buried a moment ago
        if events & selectors.EVENT_WRITE:
            worker.process.channel.flush()
            self._watch(worker)
        try:
            for message in worker.process.channel.read():
                self._take(worker, message)
        except EOFError:
            self._deafen(worker)
        except Exception as error:  # noqa: BLE001 - an answer that cannot be read is no answer
            worker.kill(error)

    def _take(self, worker: _Worker, message: object) -> None:
        match message:
            case Result():
                worker.since = time.monotonic()
                self._answer([self._jobs.answer(worker)], message)
                if message.is_spent:
                    self._retire(worker)
            case Ready():
                worker.is_ready, worker.since = True, time.monotonic()
                self._failed_starts.clear()
            case StartFailed():
                worker.refusal = message.cause
            case Dropped():
                if not worker.is_ending:
                    self._jobs.admit(worker)
            case _:
                raise TypeError(f"a worker sent {type(message).__name__}")

    def _bury(self, worker: _Worker, _events: int) -> None:
        """Answer for a worker that is gone: its last words, the job that it had begun, and its own processes."""
        self._hear(worker, selectors.EVENT_READ)
        self._forget(worker)
        self._workers.remove(worker)
        unstarted, exitcode = worker.process.take_permits(), worker.process.bury()
        if not worker.is_ready:
            self._failed_starts.append(worker.refusal or _describe_early_end(exitcode))
        answer = worker.reason or WorkerDied(worker.process.pid, exitcode)
        self._end_processes_of(worker, partial(self._answer, self._jobs.lose(worker, unstarted), answer))

    def _forget(self, worker: _Worker) -> None:
        self._selector.unregister(worker.process.sentinel)
        self._deafen(worker)

    def _deafen(self, worker: _Worker) -> None:
        """Hear no more of a worker, which has closed its end of the channel."""
        if worker.is_heard:
            worker.is_heard = False
            self._selector.unregister(worker.process.channel)

    def _end_processes_of(self, worker: _Worker, then: Callable[[], None]) -> None:
        """End what a worker has started, so that a further attempt does not meet it; this may take a while."""
        pid, children = worker.process.pid, worker.children
        if not (children | started_by(pid)):
            then()
            return

        def end_them() -> None:
            end_children(pid, known=children)
            then()

        thread = threading.Thread(target=end_them, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there is no room for another thread
            then()
        else:
            self._clearing = [one for one in (*self._clearing, thread) if one.is_alive()]

    def _answer(self, tickets: Iterable[Ticket], answer: WorkerAnswer) -> None:
        for ticket in tickets:
            self._cancelled.discard(ticket.job.task)
            self._receive(ticket.job, answer)


def _describe_refused_start(error: Exception) -> Failure:
    """Return why no process could be started. Where the fork server could not fork, its socket is closed or gone."""
    if isinstance(error, EOFError | ConnectionError | FileNotFoundError | BlockingIOError):
        error = SystemRefused(OSError(errno.EAGAIN, "the system starts no more processes"))
    return replace(describe_failure(error), frames=(), traceback="")


def _describe_early_end(exitcode: int) -> Failure:
    return Failure(FailureKind.CRASH, "WorkerDied", f"its process ended with code {exitcode} while it started")


def _drain(woken: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while woken.recv(4096):
            pass
