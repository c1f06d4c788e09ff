"""Holds the tasks of a run as its machine knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.counters import Path, Progress
from nbflow.run.events.events import Failure, TaskId
from nbflow.store.values.artifact_ref import ArtifactRef


class TaskPhase(StrEnum):
    """Says how far a task is in this run."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class TaskEntry:
    """Holds what the machine knows about a task. For a step of a script, `artifacts` is all that its end can see."""

    state: TaskPhase = TaskPhase.WAITING
    waiting: int = 0
    attempt: int = 0
    artifacts: Mapping[str, ArtifactRef] | None = None
    failure: Failure | None = None
    tolerated: bool = False
    chose: str = ""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Holds what is known about a run on one graph. Only the machine writes here; others look up what a task reads."""

    graph: Graph
    progress: Progress
    entries: dict[TaskId, TaskEntry] = field(default_factory=dict)
    items: dict[tuple[str, Path], tuple[ArtifactRef, ...]] = field(default_factory=dict)  # of each split foreach
    last_turn: dict[tuple[str, Path], int] = field(default_factory=dict)  # of loops that have had more than one

    @property
    def steps(self) -> frozenset[str]:
        """Return the steps that take part."""
        return self.progress.steps

    def continued(self, graph: Graph, progress: Progress) -> Tasks:
        """Return the same tasks for a run that goes on after them."""
        return Tasks(graph, progress, dict(self.entries), dict(self.items), dict(self.last_turn))

    def newest(self, step: str, path: Path) -> TaskId:
        """Return the task of a step at a path; for a loop the last turn that has succeeded."""
        return TaskId(step, path, self.last_turn.get((step, path), 0))

    def made(self, step: str, path: Path) -> Mapping[str, ArtifactRef] | None:
        """Return the artifacts of a step at the place of a task with this path, by name; None if it has not run there.

        A path that is longer than the scope of the step is cut.
        """
        own = path[: len(self.graph.links[step].scope)]
        entry = self.entries.get(self.newest(step, own))
        if entry is None or entry.state is not TaskPhase.SUCCEEDED:
            return None
        return entry.artifacts or {}
