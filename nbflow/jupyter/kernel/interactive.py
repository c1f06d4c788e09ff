"""Keeps the interactive run of a kernel session: one open run that records every step the user executes."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import is_same_value, recorded
from nbflow.flow.syntax.specs import Cache
from nbflow.run.environment import describe_environment
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.events.events import (
    Event,
    ForeachSplit,
    Outcome,
    Reuse,
    RunCancelled,
    StartTask,
    TaskFailed,
    TaskId,
    TaskReused,
    TaskStarted,
    TaskSucceeded,
)
from nbflow.run.journal import Journal
from nbflow.run.launch import begin_run
from nbflow.run.machine.plan import RunPlan
from nbflow.run.program.keys import all_references
from nbflow.run.program.program import Program
from nbflow.run.program.stored_sources import write_cells
from nbflow.run.request import RunRequest
from nbflow.run.task.job import Result
from nbflow.store.catalog.flow_names import place_in
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef


class LiveJournal(Journal):
    """Records the steps of a run that stays open after each of them.

    It does not write the same facts twice. When a foreach has fewer items than before, the surplus tasks are cancelled,
    so that no join sees them.
    """

    def __init__(self, writer: CatalogWriter, history: CatalogReader, run: RunRow, graph: Graph) -> None:
        super().__init__(writer, history, run)
        self.graph = graph
        self.rows: dict[TaskId, int] = {}
        self._known: dict[TaskId, tuple[str, ...]] = {}
        self._found: dict[str, TaskReused] = {}  # by key: what was found for the last key of each task
        self._last_keys: dict[TaskId, str] = {}
        self.standing: frozenset[str] | None = None  # the keys noted last; None once others may be found for them
        self._version = writer.version

    def record(self, event: Event, result: Result | None) -> None:
        """Record an event, unless it repeats what is recorded already."""
        seen = self._seen(event)
        if seen is not None and not isinstance(event, RunCancelled) and self._known.get(event.task) == seen:
            self._starting.pop(event.task, None)
            return
        if isinstance(event, TaskStarted):
            # of two tasks with the same key the newer counts; what was found for other keys is still right
            key = self.key_of(event.task)
            self._found.pop(key, None)
            self.standing = None if self.standing and key in self.standing else self.standing
        super().record(event, result)
        match event:
            case TaskFailed() if seen is not None:
                self._known[event.task] = seen
            case TaskStarted():
                self._known.pop(event.task, None)
            case ForeachSplit():
                self._known[event.task] = _digests(event.items)
                self._retire(event.task, len(event.items))
            case TaskReused() if event.task.split:
                self._known[event.task] = _digests(event.artifacts)
                self._retire(event.task, len(event.artifacts))
            case TaskReused() | TaskSucceeded():
                self._known[event.task] = _digests(event.artifacts)

    def _seen(self, event: Event) -> tuple[str, ...] | None:
        """Return what tells whether an event was recorded before: of a stored task, or of a failed one."""
        match event:
            case TaskReused():
                return _digests(event.artifacts)
            case TaskFailed():
                return "failed", self.key_of(event.task)
            case _:
                return None

    def _put(self, row: TaskRow, artifacts: tuple[ArtifactRef, ...]) -> int:
        task = super()._put(row, artifacts)
        self.rows[TaskId(row.step, row.path, row.turn, row.split)] = task
        return task

    def _retire(self, split: TaskId, width: int) -> None:
        depth = len(split.path)
        for task in [task for task in self.rows if self._is_inside(task, split, depth) and task.path[depth] >= width]:
            self._put(self._row(task, TaskStatus.CANCELLED), ())
            del self.rows[task]
            self._known.pop(task, None)
            self._found.pop(self._last_keys.pop(task, ""), None)

    def _is_inside(self, task: TaskId, split: TaskId, depth: int) -> bool:
        linked = self.graph.links.get(task.step)
        if linked is None or len(task.path) <= depth or len(linked.scope) <= depth:
            return False
        return linked.scope[depth] == split.step and task.path[:depth] == split.path

    def stop(self, task: TaskId, result: Result) -> None:
        """Record an interrupted task with its output so far."""
        self._close(task, TaskStatus.CANCELLED, (), result)
        self.commit()

    def close_open(self) -> None:
        """Close tasks that are still open: after an interrupt no task may seem to run."""
        if self._open:
            self.finish(Outcome.CANCELLED)

    def finish(self, outcome: Outcome) -> None:
        """Close the tasks that were running; the run itself stays open."""
        self.commit()
        self._cancel_open()
        self._open.clear()
        self.writer.commit()

    def find(self, start: StartTask, key: str, item: str, cache: Cache) -> TaskReused | None:
        """Find a stored task to reuse; tasks of this session count even if `--cache` excludes them elsewhere."""
        if start.reuse is Reuse.ONLY and key in self._found and cache.ttl is None:
            return replace(self._found[key], task=start.task)
        found = super().find(start, key, item, cache)
        if found is None and start.reuse is Reuse.ONLY:
            found = super().find(replace(start, reuse=Reuse.OWN), key, item, cache)
        if found is not None and start.task not in self._holding:  # tasks that write files are checked each time
            self._remember(key, found)
        return found

    def _remember(self, key: str, found: TaskReused) -> None:
        """Keep what was found for the present key of a task, and not for those from before its cell was edited."""
        before = self._last_keys.get(found.task, key)
        if before != key:
            self._found.pop(before, None)
        self._last_keys[found.task], self._found[key] = key, found

    def holds_files(self, tasks: Iterable[TaskId]) -> bool:
        """Tell whether some of the tasks that were found last have read or written files."""
        return any(task in self._holding for task in tasks)

    def forget_found(self) -> None:
        """Forget the lookups after workers have run tasks, or a run has learned something."""
        self._found.clear()
        self._last_keys.clear()
        self.standing = None

    def notice_others(self) -> None:
        """Forget the lookups if others have written to the store since the last call: results may be gone, or newer."""
        before, self._version = self._version, self.writer.version
        if before != self._version:
            self.forget_found()

    def key_of(self, task: TaskId) -> str:
        """Return the key of a task that is about to be recorded; "" if it has none."""
        return self._starting.get(task, ("", ""))[0]


class InteractiveRun:
    """Opens a run at the first executed step. The run ends with the kernel; if the kernel is killed, it has crashed."""

    def __init__(self, store: Store, program: Program) -> None:
        self.store = store
        self.writer = store.writer()
        row = begin_run(self.writer, program, RunRequest(RunPlan({}), program.parameters, kind=RunKind.INTERACTIVE))
        self.journal = LiveJournal(self.writer, store.history, row, program.graph)
        self._program = program
        self._references = set[tuple[str, str]]()  # the code of the prelude that was stored since the run began
        self._files: dict[str, Mapping[str, str]] = {}
        self._locks: Mapping[str, EnvironmentLock] = program.locks
        atexit.register(self.close)

    @property
    def row(self) -> RunRow:
        """Return the row of the run in the catalog."""
        return self.journal.run_row

    @contextmanager
    def working(self, program: Program) -> Iterator[LiveJournal]:
        """Protect the store from gc during the block, and record the notebook as it is now."""
        with self.store.lease():
            before = self._program
            if program.graph is not before.graph or not is_same_value(program.parameters, before.parameters):
                self._keep_code(program)
            self.journal.notice_others()
            try:
                yield self.journal
            finally:
                self.journal.close_open()

    def _keep_code(self, program: Program) -> None:
        flow = program.graph.flow
        self.writer.keep_notebook(flow.name, place_in(program.root, program.folder, flow.document), flow.id)
        if flow.prelude != self._program.graph.flow.prelude:
            new = all_references(flow.prelude) - self._references
            for reference, source in new:
                self.writer.put_code(source, reference)
            self._references |= new
        code = self.writer.put_code(write_cells(flow.cells))
        parameters = recorded(program.parameters)
        self.writer.update_run(self.row.id, code=code, parameters=parameters)
        self.writer.commit()
        self.journal.run_row = replace(self.row, code=code, parameters=parameters)
        self.journal.graph, self._program = program.graph, program

    def keep_files(self, files: Mapping[str, Mapping[str, str]], locks: Mapping[str, EnvironmentLock]) -> None:
        """Record which local modules, watched files and environments the steps depended on, when that has changed."""
        known = self._files | {step: found for step, found in files.items() if found}
        if known != self._files or locks != self._locks:
            self._files, self._locks = known, locks
            facts = describe_environment(known, locks=locks, tasks=self.journal.task_locks)
            self.writer.update_run(self.row.id, environment=self.writer.put_environment(facts))
            self.writer.commit()

    def abandon(self) -> None:
        """Give up the run without writing, because its store was deleted."""
        atexit.unregister(self.close)

    def close(self) -> None:
        """End the run, because the session is over."""
        atexit.unregister(self.close)
        self.journal.finish(Outcome.SUCCEEDED)
        self.writer.update_run(self.row.id, status=RunStatus.SUCCEEDED, finished=self.journal._clock())
        self.writer.close()


def _digests(artifacts: tuple[ArtifactRef, ...]) -> tuple[str, ...]:
    return tuple(f"{one.name}={one.digest}" for one in artifacts)
