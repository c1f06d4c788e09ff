"""Reads one task of a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property

from nbflow.client.above import StepAbove
from nbflow.client.artifact import Artifacts, Data, DataArtifact
from nbflow.client.facts import TaskFacts
from nbflow.client.lineage import Lineage, NotebookLineage, lineage_of
from nbflow.client.named import ClientObject, local_time
from nbflow.client.several import Several
from nbflow.errors import NotInClient
from nbflow.run.events.events import TaskId
from nbflow.run.task.job import CAUGHT
from nbflow.store.catalog.rows import TaskRow, TaskStatus


class Task(TaskFacts, ClientObject):
    """Gives one task as it was when it was looked up: running, finished or failed.

    Args:
        pathspec: `FLOW/RUN/STEP/TASK`, such as `movies/7/fit/12`.
        folder: Where to look for the store; the working directory by default.
        attempt: Which attempt of a task to look at, counted from 0; the last one by default.

    Raises:
        PathspecError: if the text has another form.
        UnknownName: if the store has no such flow.
        NotInClient: if the flow has no such task.
        MetaflowNamespaceMismatch: if the run is in another namespace.

    Example:
        >>> Task("Films/1/fit/2").data.score
        0.75
    """

    step: StepAbove
    _row: TaskRow
    _form = "Flow/run/step/task"

    @classmethod
    def _of(cls, step: StepAbove, row: TaskRow) -> Task:
        task = cls.__new__(cls)
        task.step, task._row = step, row
        return task

    @property
    def id(self) -> str:
        """Return its number, unique in the run. All attempts of a task share the number of the first."""
        return str(self._attempts[0].number)

    @property
    def _address(self) -> str:
        """Return its step with the numbers of its items and its turn, such as `fit[3]`."""
        return str(TaskId(self._row.step, self._row.path, self._row.turn))

    def _is_called(self, name: str) -> bool:
        """Tell whether this is its address, or the number of one of its attempts."""
        return name == self._address or name in {str(row.number) for row in self._attempts}

    def _at(self, attempt: int) -> Task:
        """Return the task as an earlier attempt left it. Raises NotInClient if there was no such attempt."""
        if attempt not in range(len(self._attempts)):
            known = [str(number) for number in range(len(self._attempts))]
            raise NotInClient("attempt", f"{attempt} of {self.pathspec}", known)
        return Task._of(self.step, self._attempts[attempt])

    @property
    def parent(self) -> StepAbove:
        """Return the step."""
        return self.step

    @property
    def path(self) -> tuple[int, ...]:
        """Return the index of its item in each foreach around it, outermost first; () outside of any foreach."""
        return self._row.path

    @property
    def index(self) -> int | None:
        """Return the index of its item in the innermost foreach; None outside of any foreach."""
        return self.path[-1] if self.path else None

    @property
    def status(self) -> TaskStatus:
        """Return whether it runs, succeeded, was reused, was skipped, failed or was cancelled."""
        return self._row.status

    @property
    def finished(self) -> bool:
        """Tell whether it has ended, well or not."""
        return self.status is not TaskStatus.RUNNING

    @property
    def successful(self) -> bool:
        """Tell whether it succeeded by itself: a task whose failure was caught did not."""
        over = self.status in (TaskStatus.SUCCEEDED, TaskStatus.REUSED)
        return over and self._reader.artifact(self._row.id, CAUGHT) is None

    @property
    def created_at(self) -> datetime | None:
        """Return when it began."""
        return local_time(self._row.started)

    @property
    def finished_at(self) -> datetime | None:
        """Return when it ended; None while it runs."""
        return local_time(self._row.finished)

    @property
    def seconds(self) -> float | None:
        """Return how many seconds its body took; for a reused task, when it ran. None while it runs."""
        return self._row.seconds

    @property
    def memory(self) -> int | None:
        """Return the most bytes that its process held while the body ran; None if nobody measured it."""
        return self._row.memory

    @property
    def cpu_seconds(self) -> float | None:
        """Return the seconds of processor time of its body and its child processes; None if nobody measured it."""
        return self._row.cpu_seconds

    @property
    def host(self) -> str:
        """Return the host of a cluster on which it ran; "" for the machine of the run, or if it was reused."""
        return self._row.host

    @property
    def artifacts(self) -> Artifacts:
        """Return the artifacts that the task itself made, without their values."""
        return Artifacts(self)

    def __iter__(self) -> Iterator[DataArtifact]:
        if self._lineage is not None:
            return iter(self._visible.values())
        return (
            DataArtifact._of(self, artifact) for artifact in self._reader.artifacts(self._row.id) if artifact.is_named
        )

    def __getitem__(self, name: str) -> DataArtifact:
        if name not in self._reached:
            raise NotInClient("artifact", f"{self.pathspec}/{name}", [f"{self.pathspec}/{n}" for n in self._visible])
        return self._reached[name]

    def __contains__(self, name: str) -> bool:
        return name in self._reached

    @cached_property
    def data(self) -> Data:
        """Return the artifacts that the task can see, as attributes that load their values."""
        return Data(self)

    @cached_property
    def _visible(self) -> dict[str, DataArtifact]:
        """Return every artifact that the task can see, without the private ones of a script."""
        if self._lineage is None:
            return self._reached
        return {name: one for name, one in self._reached.items() if not name.startswith("_")}

    @cached_property
    def _reached(self) -> dict[str, DataArtifact]:
        """Return every artifact the task can see: its own, and for each other name the one nearest above."""
        if self._lineage is not None:
            return {name: DataArtifact._of(self, one) for name, one in self._lineage.visible(self._row).items()}
        return self._visible_above() | {one.id: one for one in self}

    def _visible_above(self) -> dict[str, DataArtifact]:
        """Return what the steps above a notebook's task have made, in the foreach items that both share."""
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
        """Return how artifacts flow in the run of a script; None for a notebook."""
        relations = self._relations
        return relations if isinstance(relations, Lineage) else None

    @property
    def _relations(self) -> Lineage | NotebookLineage:
        """Return what relates the tasks of the run as they are now."""
        run = self.step.run._row
        graph = self.step.run.flow._archive.graph(run)
        return lineage_of(self._reader, graph, run.id)

    @property
    def parent_task_pathspecs(self) -> Iterator[str]:
        """Return the pathspecs of `parent_tasks`."""
        return (task.pathspec for task in self.parent_tasks)

    @property
    def child_task_pathspecs(self) -> Iterator[str]:
        """Return the pathspecs of `child_tasks`."""
        return (task.pathspec for task in self.child_tasks)

    @property
    def parent_tasks(self) -> Several[Task]:
        """Return the tasks that led to this one; for a join, its inputs in order."""
        return self._related(self._relations.parents(self._row))

    @property
    def child_tasks(self) -> Several[Task]:
        """Return the tasks that this one led to."""
        return self._related(self._relations.children(self._row))

    def _related(self, rows: Iterable[TaskRow]) -> Several[Task]:
        return Several(self.step._task_of(row) for row in rows)
