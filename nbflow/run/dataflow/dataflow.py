"""Defines what the run machine asks about the artifacts of tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from nbflow.run.events.events import Level, PassedOn, TaskDone, TaskId
from nbflow.run.events.task_table import Tasks
from nbflow.store.values.artifact_ref import ArtifactRef


class Dataflow(Protocol):
    """Says what tasks read and hand on, as far as the run has come."""

    def continued(self, known: Tasks) -> Dataflow:
        """Return the same for a run that goes on after these tasks."""
        ...

    def inputs(self, task: TaskId) -> tuple[ArtifactRef, ...]:
        """Return the artifacts that a task reads."""
        ...

    def joined(self, task: TaskId) -> Iterator[TaskDone]:
        """Yield the finished tasks that `inputs` shows to a task, in their order."""
        ...

    def levels(self, task: TaskId) -> tuple[Level, ...]:
        """Return the item of each foreach around a task, outermost first, if its body can ask for them."""
        ...

    def inherited(self, task: TaskId) -> Mapping[str, ArtifactRef]:
        """Return the artifacts, by name, that a task hands on to the tasks below although it did not make them."""
        ...

    def has_nothing_to_work_on(self, task: TaskId) -> bool:
        """Return whether a failure or a skip above, at the same item, removed something that the task must read."""
        ...

    def note(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], passed_on: PassedOn
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Record what a finished task made, and yield (step, names) for names that a step turns out to write."""
        ...

    def partners(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], joined: Iterable[TaskDone]
    ) -> tuple[ArtifactRef, ...]:
        """Return the other visible artifacts that share objects with these, or with those of the joined tasks."""
        ...

    def is_current(self, task: TaskId, passed_on: PassedOn) -> bool:
        """Tell whether a stored task passed its changes on to exactly the names that share the changed objects now."""
        ...
