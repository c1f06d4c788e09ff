"""One task of a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from nbflow.client.artifact import Artifacts, Data, DataArtifact
from nbflow.client.facts import TaskFacts
from nbflow.client.lineage import Lineage
from nbflow.client.named import ClientObject, local_time
from nbflow.client.several import Several
from nbflow.errors import NotInClient
from nbflow.run.events.events import TaskId
from nbflow.run.journal import CAUGHT
from nbflow.store.catalog.rows import TaskRow, TaskStatus

if TYPE_CHECKING:
    from nbflow.client.step import Step


class Task(TaskFacts, ClientObject):
    """One finished, failed or running task; what it says is as it was when it was looked up."""

    step: Step
    _row: TaskRow
    _form = "Flow/run/step/task"

    @classmethod
    def _of(cls, step: Step, row: TaskRow) -> Task:
        task = cls.__new__(cls)
        task.step, task._row = step, row
        return task

    @property
    def id(self) -> str:
        """Its number, unique in the run; all attempts have that of the first."""
        return str(self._attempts[0].number)

    def _is_called(self, name: str) -> bool:
        """By its address, or by the number that one of its attempts has in the store."""
        return name == str(self) or name in {str(row.number) for row in self._attempts}

    def _at(self, attempt: int) -> Task:
        """Raises NotInClient for an attempt that there was not."""
        if attempt not in range(len(self._attempts)):
            known = [str(number) for number in range(len(self._attempts))]
            raise NotInClient("attempt", f"{attempt} of {self.pathspec}", known)
        return Task._of(self.step, self._attempts[attempt])

    @property
    def parent(self) -> Step:
        return self.step

    @property
    def path(self) -> tuple[int, ...]:
        """Which item of each foreach around it, outermost first."""
        return self._row.path

    @property
    def index(self) -> int | None:
        """Which item of the innermost foreach."""
        return self.path[-1] if self.path else None

    @property
    def status(self) -> TaskStatus:
        return self._row.status

    @property
    def finished(self) -> bool:
        return self.status is not TaskStatus.RUNNING

    @property
    def successful(self) -> bool:
        """Whether it came to its end by itself: one whose failure was caught did not."""
        over = self.status in (TaskStatus.SUCCEEDED, TaskStatus.REUSED)
        return over and self._reader.artifact(self._row.id, CAUGHT) is None

    @property
    def created_at(self) -> datetime | None:
        return local_time(self._row.started)

    @property
    def finished_at(self) -> datetime | None:
        return local_time(self._row.finished)

    @property
    def seconds(self) -> float | None:
        """How long its body took; of a reused one, when it ran."""
        return self._row.seconds

    @property
    def artifacts(self) -> Artifacts:
        """Those that the task itself made."""
        return Artifacts(self)

    def __iter__(self) -> Iterator[DataArtifact]:
        if self._lineage is not None:
            return iter(self._visible.values())
        return (
            DataArtifact._of(self, artifact) for artifact in self._reader.artifacts(self._row.id) if artifact.is_named
        )

    def __getitem__(self, name: str) -> DataArtifact:
        if name not in self._visible:
            raise NotInClient("artifact", f"{self.pathspec}/{name}", [f"{self.pathspec}/{n}" for n in self._visible])
        return self._visible[name]

    def __contains__(self, name: str) -> bool:
        return name in self._visible

    @cached_property
    def data(self) -> Data:
        return Data(self)

    @cached_property
    def _visible(self) -> dict[str, DataArtifact]:
        """Its own artifacts, and the nearest above of every other name."""
        if self._lineage is not None:
            return {name: DataArtifact._of(self, one) for name, one in self._lineage.visible(self._row).items()}
        return self._visible_above() | {one.id: one for one in self}

    def _visible_above(self) -> dict[str, DataArtifact]:
        """Of a task of a notebook: what the steps above have made, in the same items of the foreaches around both."""
        run = self.step.run._row
        graph = self.step.run.flow._archive.graph(run)
        scope, above = graph.links[self.step.id].scope, graph.ancestors(self.step.id)
        found: dict[str, DataArtifact] = {}
        for name in (name for name in graph.links if name in above):
            outer = graph.links[name].scope
            if scope[: len(outer)] == outer:
                for _, artifacts in self._reader.views(run.id, [name], self.path[: len(outer)]):
                    found |= {one.name: DataArtifact._of(self, one) for one in artifacts.values()}
        return found

    @cached_property
    def _lineage(self) -> Lineage | None:
        """Of a task of a script: how artifacts flow in its run."""
        run = self.step.run._row
        graph = self.step.run.flow._archive.graph(run)
        return Lineage(self._reader, graph, run.id) if graph.steps[self.step.id].flowing else None

    @property
    def parent_task_pathspecs(self) -> Iterator[str]:
        return (task.pathspec for task in self.parent_tasks)

    @property
    def child_task_pathspecs(self) -> Iterator[str]:
        return (task.pathspec for task in self.child_tasks)

    @property
    def parent_tasks(self) -> Several[Task]:
        """Of a task of a script: those that led to it; of a join in the order of its inputs. Steps of notebooks read
        names, and their tasks have no parents."""
        return self._related(self._lineage.parents(self._row) if self._lineage else ())

    @property
    def child_tasks(self) -> Several[Task]:
        """Of a task of a script: those that it led to."""
        return self._related(self._lineage.children(self._row) if self._lineage else ())

    def _related(self, rows: Iterable[TaskRow]) -> Several[Task]:
        return Several(self.step._task_of(row) for row in rows)

    def __str__(self) -> str:
        return str(TaskId(self._row.step, self._row.path, self._row.turn))
