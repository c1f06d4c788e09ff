"""Sends the jobs of a run to the hosts of a dask cluster, and takes their answers."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nbflow.errors import HostRefused, NbflowError, SystemRefused
from nbflow.run.events.events import TaskId
from nbflow.run.hosts.absolute_files import AbsoluteFiles, refuse_other_files
from nbflow.run.hosts.batches import EndedBatch, EndedHere, PendingBatch, SentJob
from nbflow.run.hosts.both_sides import steps_here
from nbflow.run.hosts.host_messages import (
    Answers,
    Begun,
    HostEvent,
    HostSetup,
    HostStore,
    JobBatch,
    Witness,
    Wrote,
    pack,
    unpack,
)
from nbflow.run.hosts.host_resources import LOOKS_AT_RESOURCES_EVERY, Requests, ResourcePlugin, resources_of_workers
from nbflow.run.hosts.host_versions import versions_here
from nbflow.run.hosts.input_places import InputPlaces, inputs_of
from nbflow.run.hosts.live_mirror import remove_mirrored, write_mirrored
from nbflow.run.hosts.pace import SURE_AFTER, Pace, Paces
from nbflow.run.hosts.project_files import ProjectFiles
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.needed_files import unknown_files
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job, Result
from nbflow.run.workers.job_queue import Ticket
from nbflow.run.workers.workers import Driver, HostLost, WorkerAnswer
from nbflow.store.store import Store

if TYPE_CHECKING:
    from distributed import Client, Future

LARGEST_MESSAGE_BATCH = 25
"""So many brief jobs share one message."""

AHEAD = 3
"""So many messages with brief jobs are with dask for each thread of its workers, so that none waits for the driver."""

LOST_AFTER = 3
"""A job whose host is lost for the third time is answered: it probably ends its hosts itself."""

LOOKS_FOR_HOSTS_EVERY = 10.0
"""If nothing is heard for so many seconds while tasks wait, the driver looks whether a host is left."""

GONE_WITHIN = 10.0
"""The hosts of a run that is over are waited for at most so many seconds."""


class DaskWorkers:
    """Performs jobs on the workers of a dask cluster, each of which has an agent with a pool of its own.

    A thread of its own sends and hears. A job whose host is lost is done again on another one, and says so.
    """

    def __init__(
        self, client: Client, close: Callable[[], None], say: Callable[[str], None], program: Program, plan: RunPlan,
        receiver: Driver,
    ) -> None:  # fmt: skip
        self._client, self._close_client, self._program, self._receiver = client, close, program, receiver
        self._say, self._heard, self._is_deserted = say, time.monotonic(), not client.nthreads()
        self._run = f"nbflow-{uuid.uuid4().hex[:12]}"
        self._numbers = itertools.count()
        self._jobs: dict[int, SentJob] = {}
        self._waiting: dict[str, deque[int]] = defaultdict(deque)  # by step
        self._pending: dict[int, PendingBatch] = {}
        self._places = InputPlaces()
        self._paces = Paces()
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._is_stopping = False
        self._absolute = AbsoluteFiles(program)
        self._files: ProjectFiles | None = None  # if the hosts have copies of the project
        self._store = Store(program.root)
        self._blobs = self._store.blobs
        self._threads = max(1, sum(client.nthreads().values()))
        self._requests = Requests(program.graph, plan.reuse.keys() - steps_here(program.graph, plan))
        self._begin(plan)
        self._thread = threading.Thread(target=self._work, name="nbflow hosts", daemon=True)
        self._thread.start()

    def _begin(self, plan: RunPlan) -> None:
        """Tell all workers, and those that join later, what the jobs of this run have in common."""
        from nbflow.run.hosts.plugins import RunKeeper, RunPlugin, refusal_of  # noqa: PLC0415 - imports dask

        here = steps_here(self._program.graph, plan)
        there = [step for step in plan.reuse if step not in here]
        setup = HostSetup(self._program, dict(plan.reuse), self._store.history.every_code())
        self._store.close()
        if not self._is_project_shared():
            self._files = ProjectFiles(self._program, there, self._blobs)
            for problem in (one for step in there for one in unknown_files(self._program, step, silent=True)):
                self._say(str(problem))
            setup = replace(setup, base=self._files.base, files=self._files.first)
        if self._requests:
            self._client.register_plugin(ResourcePlugin())
        self._client.register_plugin(RunKeeper(self._run, self._client.id))
        plugin = RunPlugin(self._run, self._place_of_store(), pack(setup, self._blobs), versions_here())
        self._client.register_plugin(plugin)
        self._client.subscribe_topic(self._run, self._inbox.put)
        refusals = [one for one in self._client.run(refusal_of, self._run).values() if one]
        if refusals:
            self.stop()
            raise HostRefused(refusals[0])

    def _is_project_shared(self) -> bool:
        """Return whether all hosts see the folder of the project. Without a host, or a file to look at, it is not."""
        program = self._program
        document = program.folder / program.graph.flow.document
        if not document.is_file():
            return False
        seen = self._client.run(lambda witness: witness.is_here, Witness.of(document))
        return bool(seen) and all(seen.values())

    def _place_of_store(self) -> HostStore:
        team = self._store.team
        return HostStore(self._program.root, self._leave_witness(), team.url if team else "")

    def _leave_witness(self) -> Witness:
        """Leave a file in the store by which workers find out whether they see it."""
        live = self._program.live
        live.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = live / "witness"
        path.write_text(self._run)
        return Witness.of(path)

    # what the executor asks

    def submit(self, job: Job, timeout: float | None) -> None:
        """Have a job done by a host, and killed there after so many seconds; returns at once."""
        job = replace(job, records=self._receiver.records_for(job))
        self._inbox.put(Ticket(job, timeout))

    def cancel(self, task: TaskId) -> None:
        """Let a job go on to its end: hosts are not told which of their jobs are of no use any more."""

    def refuse_other_files(self, step: str) -> None:
        """Raise FileElsewhere if a host has a file that a step is to read on the driver's machine."""
        refuse_other_files(self._absolute.for_steps([step]))

    def note_task_here(self, step: str, answer: WorkerAnswer) -> None:
        """Note that a task has ended on the driver's machine, and may have changed files."""
        self._absolute.note(step, answer)
        self._inbox.put(EndedHere(answer))

    def close(self) -> None:
        """Let the idle processes on the hosts end as Python processes end."""
        from nbflow.run.hosts.plugins import close_idle  # noqa: PLC0415 - imports dask

        with contextlib.suppress(Exception):  # what cannot end by itself is killed by `stop`
            self._client.run(close_idle, self._run)

    def stop(self) -> None:
        """Kill what runs on all hosts, and return when it is gone; nothing is received any more."""
        from nbflow.run.hosts.plugins import end_run  # noqa: PLC0415 - imports dask

        self._is_stopping = True
        self._inbox.put(None)
        with contextlib.suppress(Exception):  # the scheduler may be gone, and its workers with it
            self._client.unsubscribe_topic(self._run)
            futures = [one.future for one in self._pending.values() if one.future is not None]
            self._client.cancel(futures, force=True)
            self._client.sync(partial(self._client._run_on_scheduler, end_run, self._run), callback_timeout=GONE_WITHIN)
        self._close_client()

    # the thread

    def _work(self) -> None:
        while not self._is_stopping:
            with contextlib.suppress(queue.Empty):
                self._handle(self._inbox.get(timeout=self._patience()))
                self._heard = time.monotonic()
                while not self._inbox.empty():
                    self._handle(self._inbox.get())
            if not self._is_stopping:
                self._send_waiting()
                self._refuse_impossible()
                self._say_if_deserted()

    def _patience(self) -> float | None:
        """Return after how many seconds something is to be done although nothing is heard; None if nothing is."""
        if any(self._waiting.values()):
            return SURE_AFTER
        if self._requests and any(self._held_up()):
            return LOOKS_AT_RESOURCES_EVERY
        return LOOKS_FOR_HOSTS_EVERY if self._pending else None

    def _say_if_deserted(self) -> None:
        """Say once that no host is left; dask lets the tasks wait in silence."""
        if self._is_deserted or not self._pending or time.monotonic() < self._heard + LOOKS_FOR_HOSTS_EVERY:
            return
        self._heard = time.monotonic()
        with contextlib.suppress(Exception):  # the scheduler may be gone, which is noticed elsewhere
            self._is_deserted = not self._client.nthreads()
        if self._is_deserted:
            self._say("no host is left; the tasks wait until one joins. Start a worker, or end the run with Ctrl-C")

    def _held_up(self) -> Iterator[PendingBatch]:
        """Yield the batches that ask for something and have not begun."""
        for pending in self._pending.values():
            left = self._unanswered(pending) if pending.begun is None else ()
            if left and self._requests.of(left[0].ticket.job.task.step):
                yield pending

    def _refuse_impossible(self) -> None:
        """Answer the jobs for which no worker has what they ask for; dask would let them wait for ever."""
        if not self._requests or not (held_up := [*self._held_up()]) or not self._requests.is_due():
            return
        there: dict[str, dict[str, float]] = {}
        with contextlib.suppress(Exception):  # the scheduler may be gone, which is noticed elsewhere
            there = self._client.run_on_scheduler(resources_of_workers)
        for pending in held_up:
            left = self._unanswered(pending)
            missing = self._requests.missing(left[0].ticket.job.task.step, there)
            if missing is not None and pending.future is not None:
                pending.future.cancel()
                for sent in left:
                    self._receiver.started(sent.ticket.job)
                    self._answer(sent.number, missing)

    def _handle(self, heard: Any) -> None:
        match heard:
            case None:
                pass
            case Ticket():
                number = next(self._numbers)
                self._jobs[number] = SentJob(number, heard)
                self._waiting[heard.job.task.step].append(number)
            case EndedBatch():
                self._end(heard)
            case EndedHere(answer):
                if self._files is not None:
                    rows = answer.changed_files if isinstance(answer, Result) else ()
                    self._files.note_task_here(row.path for row in rows)
            case (_, told):  # an event of dask, with the time at which its scheduler got it
                self._hear(unpack(told, self._blobs))

    def _hear(self, messages: Any) -> None:
        for told in messages:
            self._hear_one(told)

    def _hear_one(self, told: HostEvent) -> None:
        match told:
            case Begun():
                self._note_beginning(told)
            case Answers():
                self._take_answers(told)
            case Wrote():
                write_mirrored(self._program.live, told.agent, told.name, told.start, told.data)

    def _take_answers(self, told: Answers) -> None:
        problems = self._files.write(told.files) if self._files is not None else []
        for number, answer in told.answers:
            if isinstance(answer, Result):
                answer.warnings += tuple(problems)
            self._answer(number, answer)

    def _note_beginning(self, begun: Begun) -> None:
        pending = self._pending.get(begun.batch)
        if pending is None:
            return
        if pending.begun is not None:  # dask has moved the batch, because its first host is being closed
            self._note_loss(pending, pending.begun.host)
        pending.begun, self._is_deserted = begun, False
        self._places.put(begun.batch, begun.worker, len(pending.jobs), begun.slots)
        self._threads = max(self._threads, self._places.slots)
        for sent in self._unanswered(pending):
            sent.worker, sent.batch = begun.worker, begun.batch
            if sent.lost:
                remove_mirrored(self._program.live, str(sent.ticket.job.task))
            self._receiver.started(sent.ticket.job, begun.host)

    def _unanswered(self, pending: PendingBatch) -> list[SentJob]:
        return [self._jobs[number] for number in pending.jobs if number in self._jobs]

    def _note_loss(self, pending: PendingBatch, host: str) -> None:
        for sent in self._unanswered(pending):
            sent.lost.append(host)

    def _answer(self, number: int, answer: WorkerAnswer) -> None:
        sent = self._jobs.pop(number, None)
        if sent is None:
            return  # another host has answered it
        self._places.answer(sent.batch)
        if sent.lost and isinstance(answer, Result):
            answer.warnings += (f"ran again, because its host was lost ({', '.join(sent.lost)})",)
        if isinstance(answer, Result):
            self._absolute.note(sent.ticket.job.task.step, answer)
            self._paces.note(sent.ticket.job.task.step, answer.seconds)
            self._places.note(sent.worker, (*inputs_of(sent.ticket.job), *answer.artifacts))
        self._receiver.receive(sent.ticket.job, answer)

    def _end(self, ended: EndedBatch) -> None:
        """React to the end of a batch: jobs that it leaves without an answer are sent again, or answered."""
        from distributed import KilledWorker  # noqa: PLC0415 - imported already

        pending = self._pending.pop(ended.batch)
        self._places.remove(ended.batch)
        if pending.future is not None:
            pending.future.release()
        error, left = ended.error, self._unanswered(pending)
        if left and not isinstance(error, KilledWorker | HostLost):
            for sent in left:
                self._answer(sent.number, _in_words(error))
            return
        if pending.begun is not None:
            self._note_loss(pending, pending.begun.host)
        elif isinstance(error, HostLost):  # its agent had the batch, and ended before it began
            self._note_loss(pending, error.hosts[0])
        for sent in left:
            if len(sent.lost) >= LOST_AFTER:
                self._answer(sent.number, HostLost(tuple(sent.lost)))
            else:
                self._waiting[sent.ticket.job.task.step].appendleft(sent.number)

    # sending

    def _send_waiting(self) -> None:
        """Send jobs: brief ones together, those of a step that may be brief a few at first, the others at once."""
        for step, waiting in self._waiting.items():
            pace = self._pace_of(step)
            size = LARGEST_MESSAGE_BATCH if pace is Pace.BRIEF else 1
            while waiting and (pace is Pace.LONG or len(self._pending) < AHEAD * self._threads):
                size = max(1, min(size, len(waiting) // self._threads))
                self._send_or_refuse([waiting.popleft() for _ in range(size)])

    def _send_or_refuse(self, numbers: Sequence[int]) -> None:
        """Send jobs, and answer them if the disk or the store does not give what must be sent with them."""
        try:
            self._send(numbers)
        except (OSError, NbflowError) as error:
            for number in numbers:
                self._receiver.started(self._jobs[number].ticket.job)
                self._answer(number, error if isinstance(error, NbflowError) else SystemRefused(error))

    def _pace_of(self, step: str) -> Pace:
        """Return the pace of a step. A task with a timeout, or one that asks for something, is sent alone."""
        has_timeout = self._program.graph.steps[step].options.timeout is not None
        return Pace.LONG if has_timeout or self._requests.is_special(step) else self._paces.of(step)

    def _send(self, numbers: Sequence[int]) -> None:
        from nbflow.run.hosts.plugins import perform_batch  # noqa: PLC0415 - imports dask

        batch, pending = next(self._numbers), PendingBatch(tuple(numbers))
        jobs = [(number, self._prepared(number, len(pending.jobs))) for number in pending.jobs]
        steps = [job.task.step for _, job in jobs]
        files = self._files.for_steps(steps) if self._files is not None else ()
        timed = tuple((number, job, self._jobs[number].ticket.timeout) for number, job in jobs)
        message = JobBatch(batch, timed, files, self._absolute.for_steps(steps))
        data = pack(message, self._blobs)
        self._pending[batch] = pending
        asked = self._requests.of(jobs[0][1].task.step)
        nearest = self._places.nearest(job for _, job in jobs)
        self._places.put(batch, nearest, len(jobs))
        pending.future = self._client.submit(
            perform_batch, self._run, batch, data, int(asked.get("GPU", 0)), pure=False, key=f"{self._run}-{batch}",
            retries=0, resources=asked or None, workers=nearest or None, allow_other_workers=bool(nearest),
        )  # fmt: skip
        pending.future.add_done_callback(partial(self._is_over, batch))

    def _prepared(self, number: int, together: int) -> Job:
        """Return a job that may wait in its process behind others if it is sent together with others."""
        job = self._jobs[number].ticket.job
        return job if together == 1 else replace(job, batch=max(job.batch, together))

    def _is_over(self, batch: int, future: Future[Any]) -> None:
        error = None
        if future.status != "finished":
            try:
                error = future.exception(timeout=5)
            except BaseException as raised:  # noqa: BLE001 - a cancelled future raises, and so does a lost scheduler
                error = raised
        self._inbox.put(EndedBatch(batch, error))


def _in_words(error: BaseException | None) -> Exception:
    """Return why a batch has ended without answers."""
    if isinstance(error, HostRefused):
        return error
    return HostRefused(f"the cluster gave no answer: {error}. Look whether its scheduler and its workers still run")
