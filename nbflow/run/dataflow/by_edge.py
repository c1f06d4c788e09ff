"""Passes artifacts between the tasks of a script: what a task sees is seen by every task below it, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nbflow.run.events.events import Level, PassedOn, TaskDone, TaskId
from nbflow.run.events.task_table import TaskPhase, Tasks
from nbflow.store.values.artifact_ref import ArtifactRef


@dataclass(frozen=True, slots=True)
class ByEdge:
    """Lets every visible artifact flow along the edges that a run takes. Tasks of a script share no objects."""

    known: Tasks

    def continued(self, known: Tasks) -> ByEdge:
        """Return the same for a run that goes on after these tasks."""
        return ByEdge(known)

    def inputs(self, task: TaskId) -> tuple[ArtifactRef, ...]:
        """Return the artifacts that are visible when a task begins, in the order of their arrival."""
        return tuple(self.inherited(task).values())

    def joined(self, task: TaskId) -> Iterator[TaskDone]:
        """Yield the inputs of a join, each with every artifact that was visible at its end."""
        for above in self._leading(task) if self.known.graph.links[task.step].joined else ():
            yield TaskDone(above, tuple((self.known.entries[above].artifacts or {}).values()), self.levels(above))

    def levels(self, task: TaskId) -> tuple[Level, ...]:
        """Return the item of each foreach around a task, outermost first."""
        found = []
        for depth, index in enumerate(task.path):
            step, around = self.known.graph.links[task.step].scope[depth], task.path[:depth]
            items = self.known.items[step, around]
            found.append(Level(index, len(items), items[index], self._source(step, around)))
        return tuple(found)

    def _source(self, step: str, path: tuple[int, ...]) -> str:
        """Return the digest of the artifact with the items of a foreach; "" if its list is a constant or parameter."""
        foreach, above = self.known.graph.steps[step].control.foreach, self.known.graph.links[step].led
        made = self.known.made(above[0], path) if foreach and above else None
        found = made and foreach and made.get(foreach.expr.removeprefix("self."))
        return found.digest if found else ""

    def inherited(self, task: TaskId) -> Mapping[str, ArtifactRef]:
        """Return the artifacts that are visible when a task begins, by name; a join sees none, only its inputs."""
        if task.turn:
            return self.known.entries[task._replace(turn=task.turn - 1)].artifacts or {}
        if self.known.graph.links[task.step].joined:
            return {}
        above = next(self._leading(task), None)
        return (self.known.entries[above].artifacts or {}) if above is not None else {}

    def has_nothing_to_work_on(self, task: TaskId) -> bool:
        """Return whether no task has led to this one, although steps lead to its step."""
        return bool(self.known.graph.links[task.step].led) and next(self._leading(task), None) is None

    def note(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], passed_on: PassedOn
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield nothing: the source of a method says what it writes."""
        return iter(())

    def partners(
        self, task: TaskId, artifacts: Iterable[ArtifactRef], joined: Iterable[TaskDone]
    ) -> tuple[ArtifactRef, ...]:
        """Return nothing: a task loads each artifact anew."""
        return ()

    def is_current(self, task: TaskId, passed_on: PassedOn) -> bool:
        """Return True: a task passes no changes of shared objects on."""
        return True

    def _leading(self, task: TaskId) -> Iterator[TaskId]:
        """Yield the finished tasks whose `self.next` led to this task."""
        known = self.known
        for above in known.graph.links[task.step].led:
            scope = known.graph.links[above].scope
            for path in known.progress.below(scope, task.path[: len(scope)]):
                found = known.newest(above, path)
                entry = known.entries.get(found)
                if entry is not None and entry.state is TaskPhase.SUCCEEDED and entry.chose in ("", task.step):
                    yield found
