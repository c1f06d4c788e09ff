"""Writes the events of a run to the catalog, and finds stored tasks there that need not run again."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, assert_never

from nbflow.errors import NbflowError, Untrusted
from nbflow.flow.syntax.specs import Cache, CacheMode
from nbflow.run.environments.environment_lock import TaskLock, describe_locks, locks_in
from nbflow.run.events.events import (
    NOT_STORED,
    NOTHING_PASSED_ON,
    Event,
    ForeachSplit,
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
from nbflow.run.events.replay import read_passed_on, write_event, write_failure, write_passed_on
from nbflow.run.output.outputs import Output
from nbflow.run.task.job import CHOSEN, Result
from nbflow.run.task.traces import Compare
from nbflow.store.catalog.foreign import outputs_are_signed, signed_as_listed, stored_outputs
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import FileRow, RunRow, RunStatus, TaskRow, TaskStatus, task_id
from nbflow.store.catalog.trust import Keyring, Seal, keyring
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.values.artifact_ref import ArtifactRef, Component
from nbflow.store.values.encoded import Encoded

Clock = Callable[[], float]


def compare_nothing(start: StartTask, row: TaskRow) -> tuple[FileRow, ...]:
    """Accept every stored task, whatever its files hold now."""
    return ()


def write_outputs(outputs: list[Output]) -> str:
    """Return outputs as the catalog keeps them. An output that is not valid JSON must not fail the run."""
    try:
        return json.dumps(outputs, default=str, skipkeys=True)
    except Exception as error:  # noqa: BLE001 - the user's own objects
        text = f"<an output that is not valid JSON: {type(error).__name__}>"
        return json.dumps([{"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}])


class Journal:
    """Is the only writer of a run. Nothing is on disk before `commit`."""

    def __init__(self, writer: CatalogWriter, history: CatalogReader, run: RunRow, clock: Clock = time.time) -> None:
        self.writer, self.history, self.run_row = writer, history, run
        self._clock = clock
        self._starting: dict[TaskId, tuple[str, str]] = {}
        self.compare: Compare = compare_nothing
        self._holding: dict[TaskId, tuple[FileRow, ...]] = {}  # the files of tasks that are about to be reused
        self._files: dict[int, tuple[FileRow, ...]] = {}
        self._has_new_files = False  # True if a task that ran, not a reused one, has files
        self._open: dict[TaskId, TaskRow] = {}
        self.running: dict[str, int] = {}  # task -> its number
        self._reserved: dict[TaskId, int] = {}  # numbers of tasks that have been handed out and have not begun
        self._first: dict[TaskId, int] = {}  # the number of the first attempt of a task that may have another
        self._unwritten: dict[int, TaskRow] = {}
        self._made: dict[int, tuple[ArtifactRef, ...]] = {}
        self._seals: dict[int, Seal] = {}
        self._events: list[tuple[float, str, dict[str, object]]] = []
        self._components: dict[str, Component] = {}
        self.task_locks: dict[str, TaskLock] = {}

    @cached_property
    def _keys(self) -> Keyring:
        return keyring()

    def expect(self, start: StartTask, key: str, item: str) -> None:
        """Note the key of a task, and its foreach item in a few words, for the next row of the task."""
        self._starting[start.task] = key, item

    def number_of(self, task: TaskId, attempt: int) -> int:
        """Return the number that a task has in its run, or will have once it begins: that of its first attempt."""
        if task in self._open:
            return self.running[str(task)]
        if attempt:
            return self._first[task]
        if task not in self._reserved:
            self._reserved[task] = self.writer.next_number(self.run_row.id)
        return self._reserved[task]

    def put(self, row: TaskRow, encoded: Encoded) -> None:
        """Write a task that no process ran: it holds the values from which the run starts."""
        self._components.update((one.digest, one) for one in encoded.components)
        self._put(row, encoded.artifacts)

    def is_news(self, component: str) -> bool:
        """Return whether a component was recorded after the last commit."""
        return component in self._components

    def commit(self) -> None:
        """Write what was recorded since the last commit. A task that began and ended in between is written once."""
        self.writer.add_events(self.run_row.id, self._events)
        self.writer.put_components(self._components.values())
        self.writer.put_tasks(self._unwritten.values())
        self.writer.add_artifacts(self._made.items())
        self.writer.put_seals(self._seals.items())
        self.writer.put_files(self._files.items())
        self.writer.commit()
        for gathered in (self._events, self._components, self._unwritten, self._made, self._seals, self._files):
            gathered.clear()
        self._has_new_files = False

    @property
    def open_tasks(self) -> tuple[TaskId, ...]:
        """Return the tasks that are running, as far as the journal knows."""
        return tuple(self._open)

    def keep_outputs(self, task: TaskId, outputs: list[Output]) -> None:
        """Keep the output of a task that will not answer any more."""
        if outputs:
            self._open[task] = self._open[task]._replace(outputs=self.writer.put_text(write_outputs(outputs)))

    def move(self, task: TaskId, host: str) -> None:
        """Note that a running task has begun anew on another host."""
        row = self._open[task] = self._open[task]._replace(host=host)
        self._unwritten[row.number] = row

    def keep_locks(self, given: Mapping[str, TaskLock]) -> None:
        """Add the environments of single tasks to what is known of the run's environment."""
        self.task_locks |= given
        run = self.history.run_of_id(self.run_row.id) if given else None
        if run is not None:
            facts = self.history.environment(run.environment) or {}
            facts |= describe_locks(locks_in(facts), self.task_locks)
            self.writer.update_run(run.id, environment=self.writer.put_environment(facts))
            self.writer.commit()

    def finish(self, outcome: Outcome) -> None:
        """Close the run; tasks that are still running are recorded as cancelled."""
        self.commit()
        self._cancel_open()
        self.writer.update_run(self.run_row.id, status=RunStatus(outcome.value), finished=self._clock())
        self.writer.commit()

    def _cancel_open(self) -> None:
        """Write the tasks that are still running as cancelled, signed for the sake of what they displayed."""
        for row in self._open.values():
            task = self.writer.put_task(row._replace(status=TaskStatus.CANCELLED, finished=self._clock()))
            self.writer.put_seals([(task, self._keys.seal_task(self.run_row, row, ()))])

    def record(self, event: Event, result: Result | None) -> None:
        """Record one event, and what it says about its task: the row, the artifacts, the output."""
        self._events.append((self._clock(), *write_event(event)))
        match event:
            case TaskStarted():
                row = self._row(event.task, TaskStatus.RUNNING, attempt=event.attempt, host=event.host)
                self._open[event.task] = self._unwritten[row.number] = row
                number = self._first[event.task] if event.attempt else row.number
                self.running[str(event.task)] = self._first[event.task] = number
            case TaskSucceeded():
                facts = {"again": event.again, "passed_on": write_passed_on(event.passed_on)}
                self._close(event.task, TaskStatus.SUCCEEDED, event.artifacts, result, **facts)
            case ForeachSplit():
                self._close(event.task, TaskStatus.SUCCEEDED, event.items, result, items=len(event.items))
            case TaskSkipped():
                self._close(event.task, TaskStatus.SKIPPED, (), result)
            case TaskFailed():
                failure = write_failure(event.failure)
                self._close(event.task, TaskStatus.FAILED, event.artifacts, result, failure=failure)
            case TaskReused():
                self._reuse(event)
            case TaskMissing():
                self._put(self._row(event.task, TaskStatus.FAILED, failure=write_failure(NOT_STORED)), ())
            case RunCancelled():
                pass
            case _:
                assert_never(event)

    def _row(self, task: TaskId, status: TaskStatus, **facts: Any) -> TaskRow:
        now = self._clock()
        key, item = self._starting.pop(task, ("", ""))
        return TaskRow(
            run=self.run_row.id,
            number=self._reserved.pop(task, 0) or self.writer.next_number(self.run_row.id),
            step=task.step,
            path=task.path,
            turn=task.turn,
            split=task.split,
            key=key,
            item=item,
            status=status,
            started=now,
            finished=None if status is TaskStatus.RUNNING else now,
            **facts,
        )

    def _put(self, row: TaskRow, artifacts: tuple[ArtifactRef, ...]) -> int:
        task = task_id(row.run, row.number)
        self._unwritten[row.number] = row
        self._made[task] = artifacts
        self._seals[task] = self._keys.seal_task(self.run_row, row, artifacts)
        return task

    def _close(
        self, task: TaskId, status: TaskStatus, artifacts: tuple[ArtifactRef, ...], result: Result | None, **facts: Any
    ) -> None:
        row = self._open.pop(task, None) or self._row(task, status)
        if status is not TaskStatus.FAILED:
            self._first.pop(task, None)
        self.running.pop(str(task), None)
        outputs = None
        if result is not None:
            self._components.update((one.digest, one) for one in result.components)
            outputs = self.writer.put_text(write_outputs(result.outputs)) if result.outputs else None
        seconds = result.seconds if result is not None else 0.0
        facts |= {"memory": result.memory, "cpu_seconds": result.cpu_seconds} if result is not None else {}
        row = row._replace(status=status, finished=self._clock(), seconds=seconds, outputs=outputs, **facts)
        made = self._put(row, artifacts)
        if result is not None and result.files:
            self._files[made] = result.files
            self._has_new_files = True

    def clone(self, row: TaskRow) -> TaskReused:
        """Take over a task of another run as it is, whatever has changed since; returns what that comes to."""
        event = self._reused(TaskId(row.step, row.path, row.turn, row.split), row)
        if event is None:
            raise Untrusted(self._address(row), "", self.history.path.parent)
        self._starting[event.task] = row.key, row.item
        self.record(event, None)
        return event

    def _reuse(self, event: TaskReused) -> None:
        status = TaskStatus.SKIPPED if event.skipped else TaskStatus.REUSED
        items = len(event.artifacts) if event.task.split else None
        facts = {"seconds": event.seconds, "source": event.source, "again": event.again, "outputs": event.outputs}
        facts |= {
            "passed_on": write_passed_on(event.passed_on),
            "memory": event.memory,
            "cpu_seconds": event.cpu_seconds,
        }
        made = self._put(self._row(event.task, status, items=items, **facts), event.artifacts)
        if files := self._holding.pop(event.task, ()):
            self._files[made] = files

    # finding

    def find(self, start: StartTask, key: str, item: str, cache: Cache) -> TaskReused | None:
        """Return the stored task that can be reused for this one, or None; the step's `--cache` is obeyed."""
        if self._has_new_files:
            self.commit()  # the comparison reads from the catalog which steps wrote a file
        own = start.reuse is Reuse.OWN
        if cache.mode is CacheMode.OFF and not own:
            return None
        pinned = cache.mode is CacheMode.PIN and not own
        row = self.history.find_key(
            key, self.run_row.id if own else None, lambda row: pinned or self._is_as_it_was(start, row)
        )
        if row is None and pinned and not start.task.split:
            row = self.history.find_pinned(self.run_row.flow, start.task.step, start.task.path, item or None)
        if row is None or self._is_too_old(row, cache):
            return None
        return self._reused(start.task, row)

    def _is_as_it_was(self, start: StartTask, row: TaskRow) -> bool:
        """Return whether the files that a stored task has read and written are still the same."""
        files = self.compare(start, row)
        if files:
            self._holding[start.task] = files
        return files is not None

    def _is_too_old(self, row: TaskRow, cache: Cache) -> bool:
        return cache.ttl is not None and (row.finished or 0) < self._clock() - cache.ttl.total_seconds()

    def _reused(self, task: TaskId, row: TaskRow) -> TaskReused | None:
        artifacts = signed_as_listed(self.history, row)
        if artifacts is None:
            return None
        return TaskReused(
            task,
            artifacts,
            row.source or self._address(row),
            row.again,
            row.status is TaskStatus.SKIPPED,
            row.seconds or 0.0,
            self._signed_outputs(row),
            _chosen(artifacts),
            read_passed_on(row.passed_on) if row.passed_on else NOTHING_PASSED_ON,
            row.memory,
            row.cpu_seconds,
        )

    def _signed_outputs(self, row: TaskRow) -> str | None:
        """Return the outputs of a stored task as this run may sign them: without what nobody trusted has signed."""
        if not row.outputs or outputs_are_signed(self.history, row):
            return row.outputs
        return self.writer.put_text(write_outputs(stored_outputs(self.history, row)))

    def _address(self, row: TaskRow) -> str:
        run = self.history.run_of_id(row.run)
        return f"{run.number if run else 0}/{row.number}"


class JournalOfSpin(Journal):
    """Writes the run of a single task whose inputs may be others than stand above it: nothing may be taken from it."""

    def expect(self, start: StartTask, key: str, item: str) -> None:
        super().expect(start, "", item)


def _chosen(artifacts: tuple[ArtifactRef, ...]) -> str:
    return next((str(ast.literal_eval(one.summary.text)) for one in artifacts if one.name == CHOSEN), "")


@contextmanager
def failing_without_workers(journal: Journal) -> Iterator[None]:
    """Close the run as failed if its workers cannot be had."""
    try:
        yield
    except NbflowError:
        journal.finish(Outcome.FAILED)
        raise
