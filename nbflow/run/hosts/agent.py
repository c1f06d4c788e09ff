"""Is the process on a host that performs the jobs of one run, in a pool of its own, and tells what happens.

The dask worker starts it and is at the other end of `line`. When that end is closed, because the run is over or the
dask worker is gone, the agent kills its pool and ends.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import shutil
import signal
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from nbflow.errors import FileElsewhere, NbflowError
from nbflow.run.hosts.absolute_files import refuse_other_files
from nbflow.run.hosts.host_messages import (
    Answers,
    Begun,
    GivenGpus,
    HostEvent,
    HostSetup,
    JobBatch,
    Wrote,
    pack,
    sendable,
    unpack,
)
from nbflow.run.hosts.live_mirror import LiveMirror
from nbflow.run.hosts.project_copy import ProjectCopy
from nbflow.run.machine.plan import RunPlan
from nbflow.run.task.hints import INSTALL_THERE
from nbflow.run.task.job import Job, Result
from nbflow.run.task.task_records import CarriedRecords
from nbflow.run.task.task_store import TaskStore
from nbflow.run.workers.local_workers import LocalWorkers
from nbflow.run.workers.workers import WorkerAnswer, WorkersMissing
from nbflow.store.store import open_blobs

LOOKS_AT_WORDS_EVERY = 0.2
"""What tasks print is looked for every so many seconds."""

GATHERS = 0.02
"""Answers to the jobs of one batch that come within so many seconds are sent together."""

CLOSE = b"close"


class Agent:
    """Performs the jobs of one run on one host."""

    def __init__(self, line: Connection, setup: HostSetup, root: Path, slots: int, scratch: Path, worker: str) -> None:
        self._line, self._blobs, self._slots, self._worker = line, open_blobs(root), slots, worker
        program = replace(setup.program, root=root, scratch=scratch)
        self._copy: ProjectCopy | None = None
        if setup.base is not None:
            self._copy = ProjectCopy(scratch / "project", setup.base, self._blobs)
            program = self._copy.begin(program, setup.files)
        self._host, self._name = socket.gethostname(), f"{socket.gethostname()}.{scratch.name}"
        self._mirror = LiveMirror(program.live)
        program.live.mkdir(mode=0o700, parents=True, exist_ok=True)
        open_store = partial(_open_store, root, dict(setup.sources))
        self._pool = LocalWorkers(program, RunPlan(setup.reuse, slots=slots), self, open_store)
        self._numbers: dict[int, tuple[int, int]] = {}  # of a job by its identity: its number, and that of its batch
        self._left: dict[int, int] = {}  # the jobs of a batch that are not answered
        self._answers: queue.SimpleQueue[tuple[Job, WorkerAnswer] | None] = queue.SimpleQueue()  # None wakes
        self._jobs: dict[int, Job] = {}
        self._gpus: dict[int, tuple[str, ...]] = {}  # of batches that are about to come
        self._looked = 0.0
        self._sending = threading.Lock()

    def serve(self) -> None:
        """Do the jobs that come, until the other end of the line is closed."""
        threading.Thread(target=self._tell_answers_or_end, daemon=True).start()
        try:
            for data in iter(self._hear, b""):
                if data == CLOSE:
                    self._pool.close()
                    self._send(CLOSE)
                else:
                    self._take(unpack(data, self._blobs))
        finally:
            self._pool.stop()

    def _hear(self) -> bytes:
        """Return what the dask worker says next; b"" once it has closed the line or is gone."""
        try:
            return self._line.recv_bytes()
        except (EOFError, OSError):
            return b""

    def _send(self, data: bytes) -> None:
        with self._sending, contextlib.suppress(OSError):  # if the dask worker is gone, the main thread ends all
            self._line.send_bytes(data)

    def _take(self, message: object) -> None:
        if isinstance(message, GivenGpus):
            self._gpus[message.batch] = message.gpus
            return
        assert isinstance(message, JobBatch)
        batch = message
        if gpus := self._gpus.pop(batch.number, ()):
            batch = replace(batch, jobs=tuple((n, replace(job, gpus=gpus), end) for n, job, end in batch.jobs))
        if self._copy is not None:
            self._copy.take(batch.files)
        self._left[batch.number] = len(batch.jobs)
        for number, job, _ in batch.jobs:
            self._jobs[number], self._numbers[id(job)] = job, (number, batch.number)
        self._answers.put(None)
        self._tell([Begun(batch.number, self._host, self._name, self._worker, self._slots)])
        try:
            refuse_other_files(batch.expected)
        except FileElsewhere as error:
            for _, job, _ in batch.jobs:
                self.receive(job, error)
        else:
            for _, job, timeout in batch.jobs:
                self._pool.submit(job, timeout)

    # what the pool tells, from its thread

    def started(self, job: Job, host: str = "") -> None:
        pass  # the driver knows since the batch has begun

    def receive(self, job: Job, answer: WorkerAnswer) -> None:
        if isinstance(answer, WorkersMissing) and answer.cause.type == ModuleNotFoundError.__name__:
            message = f"{answer.cause.message}. The host {self._host} does not have it: {INSTALL_THERE}"
            answer = WorkersMissing(replace(answer.cause, message=message))
        self._answers.put((job, answer))

    # what the driver is told

    def _tell_answers_or_end(self) -> None:
        try:
            self._tell_answers()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody would get an answer any more
            with self._sending:
                tell_why(self._line, error)
            shut(self._line)

    def _tell_answers(self) -> None:
        while True:
            heard = self._next(LOOKS_AT_WORDS_EVERY if self._jobs else None)
            told = self._look_at_files(now=any(not isinstance(answer, Result) for _, answer in heard))
            if heard:
                told.append(self._answers_to(heard))
            if told:
                self._tell(told, [batch for job, _ in heard if (batch := self._settle(job)) is not None])

    def _answers_to(self, heard: list[tuple[Job, WorkerAnswer]]) -> Answers:
        answers = (sendable(self._numbers[id(job)][0], answer) for job, answer in heard)
        if self._copy is None:
            return Answers(tuple(answers))
        files = self._copy.changes(answer for _, answer in heard)
        return Answers(tuple((number, self._copy.named_there(one)) for number, one in answers), files)

    def _next(self, seconds: float | None) -> list[tuple[Job, WorkerAnswer]]:
        """Return answers: all that come within a moment while others of their batch are still to come."""
        found: list[tuple[Job, WorkerAnswer]] = []
        until = 0.0
        with contextlib.suppress(queue.Empty):
            while (heard := self._answers.get(timeout=seconds)) is not None:
                found.append(heard)
                until = until if len(found) > 1 else time.monotonic() + GATHERS
                seconds = until - time.monotonic()
                if self._left[self._numbers[id(heard[0])][1]] <= len(found) or seconds <= 0:
                    break
        return found

    def _look_at_files(self, now: bool) -> list[HostEvent]:
        """Return what tasks have printed; `now` because the last words of one that died must come before its answer."""
        if not now and time.monotonic() < self._looked + LOOKS_AT_WORDS_EVERY:
            return []
        self._looked = time.monotonic()
        return [Wrote(self._name, *piece) for piece in self._mirror.changes()]

    def _settle(self, job: Job) -> int | None:
        """Forget a job that is answered, and return the number of its batch if that is over."""
        number, batch = self._numbers.pop(id(job))
        del self._jobs[number]
        self._left[batch] -= 1
        if self._left[batch]:
            return None
        del self._left[batch]
        return batch

    def _tell(self, told: list[HostEvent], over: Sequence[int] = ()) -> None:
        """Send messages for the driver, with the numbers of the batches that are over."""
        self._send(pickle.dumps((tuple(over), pack(told, self._blobs))))


def _open_store(root: Path, sources: dict[str, str]) -> TaskStore:
    return TaskStore(open_blobs(root), CarriedRecords(sources=sources))


def tell_why(line: Connection, error: Exception) -> None:
    """Tell the dask worker why this agent ends: a text, which no other message is."""
    words = str(error) if isinstance(error, NbflowError) else f"{type(error).__name__}: {error}"
    with contextlib.suppress(OSError):  # the dask worker is gone, too
        line.send_bytes(pickle.dumps(words))


def shut(line: Connection) -> None:
    """Let the other end of a line read its end, and also the thread that reads this one."""
    with socket.socket(fileno=os.dup(line.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


def be_agent(descriptor: int, slots: int, scratch: str, worker: str) -> None:
    """Be the agent of the dask worker at an address; `descriptor` is that of its line.

    The first messages on it are the place of the store and the setup.
    """
    line, folder = Connection(descriptor), Path(scratch)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the dask worker may have blocked it, tasks need it
    try:
        root = pickle.loads(line.recv_bytes()).locate()
        setup = unpack(line.recv_bytes(), open_blobs(root))
        assert isinstance(setup, HostSetup)
        Agent(line, setup, root, slots, folder, worker).serve()
    except Exception as error:  # noqa: BLE001 - the disk may be full, the store out of reach, the project unreadable
        tell_why(line, error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
