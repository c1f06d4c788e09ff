"""Performs the instructions of a run, and feeds back what happened as events. It decides nothing itself."""

from __future__ import annotations

import contextlib
import queue
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeGuard

from nbflow.run.ends import MISLED, describe_missing_answer
from nbflow.run.events.events import (
    CancelTasks,
    Event,
    ForeachSplit,
    Instruction,
    Outcome,
    Reuse,
    RunCancelled,
    StartTask,
    TaskFailed,
    TaskId,
    TaskMissing,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.hazards import Hazards
from nbflow.run.job_facts import RecordsOfJobs, choose_job_facts
from nbflow.run.journal import Journal
from nbflow.run.left_out import find_left_out
from nbflow.run.local_resources import what_is_missing
from nbflow.run.machine.machine import RunMachine
from nbflow.run.output.live_output import last_words
from nbflow.run.program.keys import Keys
from nbflow.run.program.program import Program
from nbflow.run.program.task_locks import TaskLocks
from nbflow.run.task.job import Job, Result
from nbflow.run.task.random_state import streams_of
from nbflow.run.task.task_records import CarriedRecords
from nbflow.run.task.tracebacks import describe_failure
from nbflow.run.task.traces import comparison
from nbflow.run.workers.local_workers import LocalWorkers
from nbflow.run.workers.workers import (
    StartWorkers,
    WorkerAnswer,
)
from nbflow.store.values.artifact_ref import ArtifactRef

Listener = Callable[[Event, Result | None], None]
"""Is called after an event was committed, with the worker's result if there is one."""

COMMIT_EVERY = 0.05
"""Commits are at least this many seconds apart, so that many short tasks share one."""


@dataclass(frozen=True, slots=True)
class _Locked:
    """Says that it is known now which environment a task gets, or that it gets none."""

    start: StartTask


@dataclass(frozen=True, slots=True)
class _Started:
    """Says that a worker begins with a job, on a host of a cluster or on this machine."""

    job: Job
    host: str


_Heard = tuple[Job, WorkerAnswer] | RunCancelled | StartTask | _Locked | _Started
"""Waits for the thread of a run: an answer, a wish to cancel, a task whose pause is over or whose lock is known, a job
that has begun.
"""


class Executor:
    """Performs one run on this machine. Listeners and workers learn of nothing before it is committed."""

    def __init__(
        self,
        run: RunMachine,
        program: Program,
        journal: Journal,
        listener: Listener,
        workers: StartWorkers = LocalWorkers,
    ) -> None:
        self.run, self.program, self.journal = run, program, journal
        self._locks = TaskLocks(program)
        self._keys, self._facts_of_step = Keys(program, self._locks), cache(self._find_facts)
        self._job_facts, self._records = choose_job_facts(run, journal), RecordsOfJobs(journal.history)
        self._hazards = Hazards()
        running = [step for step, reuse in run.plan.reuse.items() if reuse is not Reuse.ONLY]
        journal.compare = comparison(run.graph, program.folder, journal.history, running)
        self._listen = listener
        self._answers: queue.SimpleQueue[_Heard] = queue.SimpleQueue()
        self._jobs: dict[TaskId, StartTask] = {}
        self._announcements: list[tuple[Event, Result | None]] = []
        self._committed, self._thread = 0.0, 0  # the thread that has the run; what comes from others is queued
        self._begun: set[tuple[TaskId, int]] = set()
        self._workers = workers(program, run.plan, self)

    def cancel(self, reason: str) -> None:
        """Ask the run to end soon, with the reason in a word; may be called from any thread."""
        self._answers.put(RunCancelled(reason))

    # what workers tell, from any thread

    def receive(self, job: Job, answer: WorkerAnswer) -> None:
        self._answers.put((job, answer))

    def started(self, job: Job, host: str = "") -> None:
        if threading.get_ident() == self._thread:
            self._begin(job, host)
        else:
            self._answers.put(_Started(job, host))

    def records_for(self, job: Job) -> CarriedRecords:
        """Return what a job will ask of the catalog, after what it reads is committed."""
        if self._reads_news(self._jobs[job.task]):
            self._commit()
        return self._records.of_job(replace(self.program, graph=self.run.graph), job)

    def execute(self) -> Outcome:
        """Run to the end and return the outcome. Ctrl-C and SIGTERM cancel the run; finished tasks are kept."""
        self._thread = threading.get_ident()
        try:
            with self._signals_cancel():
                self._loop()
                self._commit()
                self._keep_last_words()
                if self.run.outcome is not Outcome.CANCELLED:
                    self._workers.close()
        finally:
            self._locks.stop()
            self._workers.stop()
            shutil.rmtree(self.program.live, ignore_errors=True)
        assert self.run.outcome is not None
        self.journal.keep_locks(self._locks.given)
        self.journal.finish(self.run.outcome)
        return self.run.outcome

    def _loop(self) -> None:
        instructions = self.run.start()
        while self.run.outcome is None:
            happened = [*self._perform(instructions)] or [*self._wait()]
            instructions = self._handle(happened)

    def _keep_last_words(self) -> None:
        """Keep what the tasks that are cancelled now had printed so far."""
        for task in self.journal.open_tasks:
            self.journal.keep_outputs(task, last_words(self.program.live, str(task)))

    @contextlib.contextmanager
    def _signals_cancel(self) -> Iterator[None]:
        """Turn a signal into an event like any other, so that it never interrupts a change half-way."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: object) -> None:
        self.cancel("interrupted" if number == signal.SIGINT else "terminated")

    def _handle(self, happened: Iterable[tuple[Event, Result | None]]) -> list[Instruction]:
        instructions: list[Instruction] = []
        for event, result in happened:
            self._record(event, result)
            instructions += self.run.handle(event)
        return instructions

    def _record(self, event: Event, result: Result | None) -> None:
        self.journal.record(event, result)
        self._announcements.append((event, result))

    def _commit(self) -> None:
        """Make the recorded events durable, and only then announce them."""
        self.journal.commit()
        self._committed = time.monotonic()
        announced, self._announcements = self._announcements, []
        for event, result in announced:
            self._listen(event, result)

    # performing

    def _perform(self, instructions: Iterable[Instruction]) -> Iterator[tuple[Event, Result | None]]:
        submitted: list[StartTask] = []
        instructions = [*instructions]
        for cancelled in filter(_is_cancel, instructions):
            for task in cancelled.tasks:
                self._workers.cancel(task)
        starts = [one for one in filter(_is_start, instructions) if not self._locks.seek(one, self._note_lock)]
        if any(start.reuse is Reuse.OWN for start in starts):
            self._commit()  # only what is committed can be found and reused
        for start in starts:
            found = self._look_up(start)
            if found is None:
                submitted.append(start)
                continue
            if isinstance(found, TaskFailed):
                yield TaskStarted(found.task), None
            yield found, None
        for start in submitted:
            self._wait_before(start)

    def _note_lock(self, start: StartTask) -> None:
        self._answers.put(_Locked(start))

    def _reads_news(self, start: StartTask) -> bool:
        """Return whether a task will read rows that are not committed yet, which workers cannot see."""
        if start.joined or self._job_facts.reads_its_run(self.run.graph.steps[start.task.step]):
            return True
        return any(self.journal.is_news(one.component) for one in _items_of(start))

    def _look_up(self, start: StartTask) -> TaskReused | TaskMissing | TaskFailed | None:
        if self._keys.program.graph is not self.run.graph:  # a write was learned
            self._keys = Keys(replace(self.program, graph=self.run.graph), self._locks)
            self._facts_of_step.cache_clear()
        key = self._keys.key(start)
        item = self._item(start)
        self.journal.expect(start, key, item)
        if key in self.run.plan.left_out:
            retry = self.run.graph.steps[start.task.step].options.retry
            return replace(self.run.plan.left_out[key], task=start.task, attempt=retry)
        if start.reuse is Reuse.NEVER:
            return None
        if start.reuse is Reuse.OWN:
            self.journal.commit()  # the task may have run a moment ago in this run
        found = self.journal.find(start, key, item, self.run.graph.steps[start.task.step].options.cache)
        if found is not None and not self.run.accepts(found):
            found = None
        if found is None and start.reuse is Reuse.ONLY:
            return find_left_out(self.journal.history, self.run.graph, start, key) or TaskMissing(start.task)
        return found

    def _item(self, start: StartTask) -> str:
        foreach = self.run.graph.steps[start.task.step].control.foreach
        if foreach is None or start.task.split:
            return ""
        if start.stack:
            return start.stack[-1].item.summary.text
        return next((one.summary.text for one in start.inputs if one.name == foreach.var), "")

    def _wait_before(self, start: StartTask) -> None:
        """Submit the task now, or after the pause before a further attempt."""
        is_retry = start.attempt and start.failure is None
        pause = self.run.graph.steps[start.task.step].options.retry_wait if is_retry else 0.0
        if not pause:
            self._submit(start)
            return
        timer = threading.Timer(pause, self._answers.put, (start,))
        timer.daemon = True
        timer.start()

    def _submit(self, start: StartTask) -> None:
        self._jobs[start.task] = start
        step, capacity = self.run.graph.steps[start.task.step], self.run.capacity_of(start.task.step)
        gpus, asked = capacity.gpus_of(start.task), step.options.memory
        job = Job(
            start.task, start.inputs, start.partners, gpus=gpus, batch=1 if gpus else capacity.batch(step.name),
            memory_limit=asked.size if asked and asked.is_limit else None, lock=self._locks.own(start),
            **self._facts_of_step(step.name),
        )  # fmt: skip
        missing = self._locks.take_refusal(start) or what_is_missing(step, self.run.plan)
        if missing is None:
            self._workers.submit(self._job_facts.complete(job, start), step.options.timeout)
        else:
            self._begin(job)
            self.receive(job, missing)

    def _find_facts(self, step: str) -> Mapping[str, Any]:
        """Return what all jobs of a step have in common, among it what it needs that the graph of the workers lacks."""
        graph, known = self.run.graph, self.program.graph
        besides = graph.links[step].prelude - known.links[step].prelude
        changed = graph.links[step].writes - known.links[step].writes
        return {
            "level": graph.prelude_of(step).level, "streams": streams_of(graph, step), "besides": besides,
            "hands_on": changed if graph.steps[step].control.loop else frozenset(),
        }  # fmt: skip

    def _begin(self, job: Job, host: str = "") -> None:
        """Record that a task begins, once for each attempt, and let its worker see what it is to read."""
        start = self._jobs.get(job.task)
        if start is None:
            return  # it is over already
        if (start.task, start.attempt) not in self._begun:
            self._begun.add((start.task, start.attempt))
            self._record(TaskStarted(start.task, start.attempt, host), None)
        elif host:
            self.journal.move(start.task, host)
        if self._reads_news(start):
            self._commit()

    # waiting

    def _wait(self) -> Iterator[tuple[Event, Result | None]]:
        """Yield the events that have arrived, at least one. Commit first if the last commit was long enough ago."""
        first = self._await_answer(max(0.0, self._committed + COMMIT_EVERY - time.monotonic()))
        if first is None:
            self._commit()
            first = self._answers.get()
        yield from self._translate(first)
        while not self._answers.empty():
            yield from self._translate(self._answers.get())

    def _await_answer(self, seconds: float) -> _Heard | None:
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return None

    def _translate(self, answer: _Heard) -> Iterator[tuple[Event, Result | None]]:
        if isinstance(answer, RunCancelled):
            yield answer, None
            return
        if isinstance(answer, StartTask):
            self._submit(answer)
            return
        if isinstance(answer, _Locked):
            yield from self._perform([answer.start])
            return
        if isinstance(answer, _Started):
            self._begin(answer.job, answer.host)
            return
        job, outcome = answer
        result = outcome if isinstance(outcome, Result) else self._without_answer(job, outcome)
        start = self._jobs.pop(job.task)
        self._begun.discard((start.task, start.attempt))
        result.task = start.task  # every task has one id, not one for each message about it
        yield self._event(start, result)

    def _event(self, start: StartTask, result: Result) -> tuple[Event, Result]:
        if result.files:
            self._records.note_files()
        objection = self.run.objection(start.task.step, result.learned)
        if objection is not None:
            result.failure = describe_failure(objection)
        if result.failure is not None and self.run.is_misled(start.task):
            result.failure = MISLED
        if result.failure is None and result.files:
            result.warnings += self._hazards.note(start.task.step, result.files, self.run.graph)
        return event_of(result, start.attempt), result

    def _without_answer(self, job: Job, error: Exception) -> Result:
        """Return the result of a task whose worker did not answer: the failure, and what the task had printed."""
        failure = describe_missing_answer(error, self.run.graph.steps[job.task.step].options)
        outputs = [*last_words(self.program.live, str(job.task)), *self._job_facts.explain(failure)]
        return Result(job.task, outputs=outputs, failure=failure, number=job.number, pid=getattr(error, "pid", 0))


def event_of(result: Result, attempt: int) -> Event:
    """Return the event that a worker's result stands for."""
    if result.failure is not None:
        return TaskFailed(result.task, result.failure, attempt, result.seconds, result.artifacts)
    if result.skipped:
        return TaskSkipped(result.task, "its condition did not hold")
    if result.task.split:
        return ForeachSplit(result.task, result.artifacts, result.seconds)
    return TaskSucceeded(
        result.task, result.artifacts, result.again, result.learned, result.seconds, result.chose, result.passed_on
    )


def _is_start(instruction: Instruction) -> TypeGuard[StartTask]:
    return isinstance(instruction, StartTask)


def _is_cancel(instruction: Instruction) -> TypeGuard[CancelTasks]:
    return isinstance(instruction, CancelTasks)


def _items_of(start: StartTask) -> tuple[ArtifactRef, ...]:
    """Return the artifacts that a task may load, apart from those of the tasks that it joins."""
    return (*start.inputs, *start.partners, *(level.item for level in start.stack))
