"""Writes what happens in a run into the catalog, and finds there what need not happen again."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, assert_never

from nbflow.flow.step import Cache, CacheMode
from nbflow.run.events import (
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
from nbflow.run.outputs import Output
from nbflow.run.record import read_passed_on, write_event, write_passed_on
from nbflow.run.task import Result
from nbflow.run.traces import Compare
from nbflow.store.artifact import Artifact, Component
from nbflow.store.catalog import Writer
from nbflow.store.codec import Encoded
from nbflow.store.history import Reader
from nbflow.store.rows import FileRow, RunRow, RunStatus, TaskRow, TaskStatus, task_id
from nbflow.store.trust import Seal, seal_task

Clock = Callable[[], float]


def compare_nothing(start: StartTask, row: TaskRow) -> tuple[FileRow, ...]:
    """Take every stored task as it is."""
    return ()


CHOSEN = "_chosen"
"""The artifact of a switch that names the step it leads to."""

CAUGHT = "_caught"
"""The artifact of a task that has failed, and whose step catches failures."""


def write_outputs(outputs: list[Output]) -> str:
    """Return outputs as the catalog keeps them. What is no JSON, however it came there, costs no run."""
    try:
        return json.dumps(outputs, default=str, skipkeys=True)
    except Exception as error:  # noqa: BLE001 - the user's own objects
        text = f"<an output that is no JSON: {type(error).__name__}>"
        return json.dumps([{"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}])


class Journal:
    """The one writer of a run. Nothing is on disk before `commit`."""

    def __init__(self, writer: Writer, history: Reader, run: RunRow, clock: Clock = time.time) -> None:
        self.writer, self.history, self.run_row = writer, history, run
        self._clock = clock
        self._starting: dict[TaskId, tuple[str, str]] = {}
        self.compare: Compare = compare_nothing
        self._holding: dict[TaskId, tuple[FileRow, ...]] = {}  # the files of what is about to be reused
        self._files: dict[int, tuple[FileRow, ...]] = {}
        self._has_new_files = False  # of tasks that ran, not of those that were reused
        self._open: dict[TaskId, TaskRow] = {}
        self.running: dict[str, int] = {}  # task -> its number
        self._first: dict[TaskId, int] = {}  # the number of a task's first attempt
        self._unwritten: dict[int, TaskRow] = {}
        self._made: dict[int, tuple[Artifact, ...]] = {}
        self._seals: dict[int, Seal] = {}
        self._events: list[tuple[float, str, dict[str, object]]] = []
        self._components: dict[str, Component] = {}

    def expect(self, start: StartTask, key: str, item: str) -> None:
        """What the next row of this task says besides: its key, and its foreach item in a few words."""
        self._starting[start.task] = key, item

    def number_of(self, task: TaskId) -> int:
        """The number in the run of a task that is running: that of its first attempt."""
        return self.running[str(task)]

    def put(self, row: TaskRow, encoded: Encoded) -> None:
        """Write a task that nothing ran: what a run starts from."""
        self._components.update((one.digest, one) for one in encoded.components)
        self._put(row, encoded.artifacts)

    def is_news(self, component: str) -> bool:
        """Whether a component was written after the last commit."""
        return component in self._components

    def commit(self) -> None:
        """Write what has gathered. A task that began and ended since the last time is written once."""
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
        """Those that are running, as far as is known."""
        return tuple(self._open)

    def keep_outputs(self, task: TaskId, outputs: list[Output]) -> None:
        """What a task has shown that will not be heard of any more."""
        if outputs:
            self._open[task] = replace(self._open[task], outputs=self.writer.put_text(write_outputs(outputs)))

    def finish(self, outcome: Outcome) -> None:
        """Close the run; what was running was cancelled."""
        self.commit()
        for row in self._open.values():
            self.writer.put_task(replace(row, status=TaskStatus.CANCELLED, finished=self._clock()))
        self.writer.update_run(self.run_row.id, status=RunStatus(outcome.value), finished=self._clock())
        self.writer.commit()

    def record(self, event: Event, result: Result | None) -> None:
        """Write one event and what it says of its task, artifacts and output included."""
        self._events.append((self._clock(), *write_event(event)))
        match event:
            case TaskStarted():
                row = self._row(event.task, TaskStatus.RUNNING, attempt=event.attempt)
                self._open[event.task] = self._unwritten[row.number] = row
                self.running[str(event.task)] = self._first[event.task] if event.attempt else row.number
                self._first[event.task] = self.running[str(event.task)]
            case TaskSucceeded():
                facts = {"again": event.again, "passed_on": write_passed_on(event.passed_on)}
                self._close(event.task, TaskStatus.SUCCEEDED, event.artifacts, result, **facts)
            case ForeachSplit():
                self._close(event.task, TaskStatus.SUCCEEDED, event.items, result, items=len(event.items))
            case TaskSkipped():
                self._close(event.task, TaskStatus.SKIPPED, (), result)
            case TaskFailed():
                failure = json.dumps(asdict(event.failure))
                self._close(event.task, TaskStatus.FAILED, event.artifacts, result, failure=failure)
            case TaskReused():
                self._reuse(event)
            case TaskMissing():
                message = {"kind": "error", "type": "NotStored", "message": "nothing is stored for it that still holds"}
                self._put(self._row(event.task, TaskStatus.FAILED, failure=json.dumps(message)), ())
            case RunCancelled():
                pass
            case _:
                assert_never(event)

    def _row(self, task: TaskId, status: TaskStatus, **facts: Any) -> TaskRow:
        now = self._clock()
        key, item = self._starting.pop(task, ("", ""))
        return TaskRow(
            run=self.run_row.id,
            number=self.writer.next_number(self.run_row.id),
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

    def _put(self, row: TaskRow, artifacts: tuple[Artifact, ...]) -> int:
        task = task_id(row.run, row.number)
        self._unwritten[row.number] = row
        self._made[task] = artifacts
        self._seals[task] = seal_task(self.run_row, row, artifacts)
        return task

    def _close(
        self, task: TaskId, status: TaskStatus, artifacts: tuple[Artifact, ...], result: Result | None, **facts: Any
    ) -> None:
        row = self._open.pop(task, None) or self._row(task, status)
        self.running.pop(str(task), None)
        outputs = None
        if result is not None:
            self._components.update((one.digest, one) for one in result.components)
            outputs = self.writer.put_text(write_outputs(result.outputs)) if result.outputs else None
        seconds = result.seconds if result is not None else 0.0
        row = replace(row, status=status, finished=self._clock(), seconds=seconds, outputs=outputs, **facts)
        made = self._put(row, artifacts)
        if result is not None and result.files:
            self._files[made] = result.files
            self._has_new_files = True

    def clone(self, row: TaskRow) -> TaskReused:
        """Take over a task of another run as it is, whatever has changed since; returns what that comes to."""
        event = self._reused(TaskId(row.step, row.path, row.turn, row.split), row)
        self._starting[event.task] = row.key, row.item
        self.record(event, None)
        return event

    def _reuse(self, event: TaskReused) -> None:
        status = TaskStatus.SKIPPED if event.skipped else TaskStatus.REUSED
        items = len(event.artifacts) if event.task.split else None
        facts = {"seconds": event.seconds, "source": event.source, "again": event.again, "outputs": event.outputs}
        facts |= {"passed_on": write_passed_on(event.passed_on)}
        made = self._put(self._row(event.task, status, items=items, **facts), event.artifacts)
        if files := self._holding.pop(event.task, ()):
            self._files[made] = files

    # finding

    def find(self, start: StartTask, key: str, item: str, cache: Cache) -> TaskReused | None:
        """A stored task that stands for this one, unless the step's `--cache` says otherwise."""
        if self._has_new_files:
            self.commit()  # the comparison asks the catalog who has written what
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
        """Whether the files that a stored task has read and written are still the same."""
        files = self.compare(start, row)
        if files:
            self._holding[start.task] = files
        return files is not None

    def _is_too_old(self, row: TaskRow, cache: Cache) -> bool:
        return cache.ttl is not None and (row.finished or 0) < self._clock() - cache.ttl.total_seconds()

    def _reused(self, task: TaskId, row: TaskRow) -> TaskReused:
        artifacts = self.history.artifacts(row.id)
        return TaskReused(
            task,
            artifacts,
            row.source or self._address(row),
            row.again,
            row.status is TaskStatus.SKIPPED,
            row.seconds or 0.0,
            row.outputs,
            _chosen(artifacts),
            read_passed_on(json.loads(row.passed_on)) if row.passed_on else NOTHING_PASSED_ON,
        )

    def _address(self, row: TaskRow) -> str:
        run = self.history.run_of_id(row.run)
        return f"{run.number if run else 0}/{row.number}"


class JournalOfSpin(Journal):
    """Writes the run of a single task whose inputs may be others than stand above it: nothing may be taken from it."""

    def expect(self, start: StartTask, key: str, item: str) -> None:
        super().expect(start, "", item)


def _chosen(artifacts: tuple[Artifact, ...]) -> str:
    return next((str(ast.literal_eval(one.summary.text)) for one in artifacts if one.name == CHOSEN), "")
