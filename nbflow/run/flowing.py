"""The tasks of a run as its machine knows them, and how artifacts flow between those of a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from nbflow.flow.graph import Graph
from nbflow.run.events import Failure, Level, TaskDone, TaskId
from nbflow.run.progress import Path, Progress
from nbflow.store.artifact import Artifact


class State(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Task:
    """What the machine knows of one task. The artifacts of a flowing one are all that are visible in it."""

    state: State = State.WAITING
    waiting: int = 0
    attempt: int = 0
    artifacts: Mapping[str, Artifact] | None = None
    failure: Failure | None = None
    tolerated: bool = False
    chose: str = ""


class Flowing:
    """The part of a run that is about flowing steps: what is visible above is visible below, along edges taken."""

    graph: Graph
    tasks: dict[TaskId, Task]
    _progress: Progress
    _items: dict[tuple[str, Path], tuple[Artifact, ...]]
    _last_turn: dict[tuple[str, Path], int]

    def _leading(self, task: TaskId) -> Iterator[TaskId]:
        """The finished tasks whose `self.next` led to this one."""
        for above in self.graph.links[task.step].led:
            scope = self.graph.links[above].scope
            for path in self._progress.below(scope, task.path[: len(scope)]):
                found = TaskId(above, path, self._last_turn.get((above, path), 0))
                entry = self.tasks.get(found)
                if entry is not None and entry.state is State.SUCCEEDED and entry.chose in ("", task.step):
                    yield found

    def _flowing_in(self, task: TaskId) -> Mapping[str, Artifact]:
        if task.turn:
            return self.tasks[replace(task, turn=task.turn - 1)].artifacts or {}
        if self.graph.links[task.step].joined:
            return {}  # a join sees its inputs apart
        above = next(self._leading(task), None)
        return (self.tasks[above].artifacts or {}) if above is not None else {}

    def _flowing_joined(self, task: TaskId) -> Iterator[TaskDone]:
        for above in self._leading(task):
            yield TaskDone(above, tuple((self.tasks[above].artifacts or {}).values()), self._stack(above))

    def _stack(self, task: TaskId) -> tuple[Level, ...]:
        if not self.graph.steps[task.step].flowing:
            return ()
        levels = []
        for depth, index in enumerate(task.path):
            items = self._items[self.graph.links[task.step].scope[depth], task.path[:depth]]
            levels.append(Level(index, len(items), items[index]))
        return tuple(levels)
