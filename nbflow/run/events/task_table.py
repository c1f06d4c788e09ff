"""The tasks of a run as its machine knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nbflow.flow.graph.link import Graph
from nbflow.run.events.counters import Path, Progress
from nbflow.run.events.events import Failure, TaskId
from nbflow.store.values.artifact_ref import ArtifactRef


class TaskPhase(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class TaskEntry:
    """What the machine knows of one task. The artifacts of a flowing one are all that are visible in it."""

    state: TaskPhase = TaskPhase.WAITING
    waiting: int = 0
    attempt: int = 0
    artifacts: Mapping[str, ArtifactRef] | None = None
    failure: Failure | None = None
    tolerated: bool = False
    chose: str = ""


@dataclass(frozen=True, slots=True)
class Tasks:
    """All that is known of a run on one graph. Only the machine writes here; what a task reads is looked up in it."""

    graph: Graph
    steps: frozenset[str]  # that take part
    progress: Progress
    entries: dict[TaskId, TaskEntry] = field(default_factory=dict)
    items: dict[tuple[str, Path], tuple[ArtifactRef, ...]] = field(
        default_factory=dict
    )  # of each foreach that has split
    last_turn: dict[tuple[str, Path], int] = field(default_factory=dict)

    def newest(self, step: str, path: Path) -> TaskId:
        """Of a loop the last turn that has succeeded."""
        return TaskId(step, path, self.last_turn.get((step, path), 0))
