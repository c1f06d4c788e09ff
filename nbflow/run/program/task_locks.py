"""Finds the lock of each task of a run, also where the environment of a step depends on a value, such as the item."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from nbflow.errors import EnvironmentRefused, VersionRefused
from nbflow.flow.graph.graph import Passage
from nbflow.flow.syntax.environment_braces import ToldValue, depends_on_values, fill_all, names_in_braces, told_of
from nbflow.flow.syntax.metaflow_cell import ITEM
from nbflow.run.environments.environment_lock import EnvironmentLock, TaskLock
from nbflow.run.environments.locking import known_lock, resolve_lock
from nbflow.run.events.events import StartTask, TaskId
from nbflow.run.program.program import Program
from nbflow.store.values.artifact_ref import ArtifactRef


class TaskLocks:
    """Knows the locks of the tasks of one program. What was resolved once stays the same as long as this lives."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._locks: dict[tuple[str, ...], EnvironmentLock] = {}
        self._refused: dict[TaskId, Exception] = {}
        self._cancelled = threading.Event()
        self.given: dict[str, TaskLock] = {}  # by the names of tasks

    def of(self, start: StartTask) -> EnvironmentLock | None:
        """Return the lock of a task: None if it has no environment, or one that is not resolved."""
        return self.own(start) if self._depends(start) else self._program.locks.get(start.task.step)

    def own(self, start: StartTask) -> EnvironmentLock | None:
        """Return the lock of a task if other tasks of its step may have other ones."""
        words = self._asked(start)
        lock = None if words is None else self._lock_of(words)
        if words is not None and lock is not None:
            self.given[str(start.task)] = TaskLock(words, lock)
        return lock

    def take_refusal(self, start: StartTask) -> Exception | None:
        """Return why a task gets no environment, so that a further attempt may try again; None if it gets one."""
        return self._refused.pop(start.task, None)

    def seek(self, start: StartTask, found: Callable[[StartTask], None]) -> bool:
        """Have the lock of a task resolved, if it is not known, and then call `found`, in another thread.

        Return whether that is so.
        """
        if start.task in self._refused or (words := self._asked(start)) is None or self._lock_of(words) is not None:
            return False
        thread = threading.Thread(target=self._resolve, args=(start, words, found), name="nbflow lock", daemon=True)
        thread.start()
        return True

    def stop(self) -> None:
        """Stop what is being resolved."""
        self._cancelled.set()

    def _resolve(self, start: StartTask, words: tuple[str, ...], found: Callable[[StartTask], None]) -> None:
        step = self._program.graph.steps[start.task.step]
        try:
            self._locks[words] = resolve_lock(step, str(start.task), words, self._program.folder, self._cancelled)
        except Exception as error:  # noqa: BLE001 - the task must be answered, or its run waits forever
            self._refused[start.task] = error
        found(start)

    def _lock_of(self, words: tuple[str, ...]) -> EnvironmentLock | None:
        if words not in self._locks and (lock := known_lock(words, self._program.folder)) is not None:
            self._locks[words] = lock
        return self._locks.get(words)

    def _depends(self, start: StartTask) -> bool:
        """Return whether the environment depends on a value. A split, which makes the items, has none."""
        return not start.task.split and depends_on_values(self._program.graph.steps[start.task.step])

    def _asked(self, start: StartTask) -> tuple[str, ...] | None:
        """Return what a task asks for; None if all tasks of its step ask for the same, or it cannot be told."""
        if not self._depends(start):
            return None
        step = self._program.graph.steps[start.task.step]
        words = step.options.env or ()
        try:
            return fill_all(words, dict(self._told(start, names_in_braces(words))))
        except VersionRefused as error:
            self._refused[start.task] = EnvironmentRefused(str(step.place), str(start.task), words, str(error))
            return None

    def _told(self, start: StartTask, names: frozenset[str]) -> Iterator[tuple[str, ToldValue]]:
        artifacts = {one.name: one for one in start.inputs}
        if self._program.graph.passage is Passage.BY_EDGE and start.stack:
            artifacts[ITEM] = start.stack[-1].item
        for name in names:
            if name in artifacts:
                yield name, _told_by(artifacts[name])
            elif name in self._program.parameters:
                yield name, told_of(self._program.parameters[name])


def _told_by(artifact: ArtifactRef) -> ToldValue:
    summary = artifact.summary
    return {key.strip("[]"): text for key, text in summary.fields} or {"": summary.text}
