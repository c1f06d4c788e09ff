"""Reads one step of a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nbflow.client.above import RunAbove
from nbflow.client.lineage import Lineage, NotebookLineage, lineage_of
from nbflow.client.named import ClientObject
from nbflow.client.several import Several
from nbflow.client.task import Task
from nbflow.errors import NotInClient
from nbflow.store.catalog.rows import TaskRow


class Step(ClientObject):
    """Gives the tasks of one step in one run.

    Args:
        pathspec: `FLOW/RUN/STEP`, such as `movies/7/fit`.
        folder: Where to look for the store; the working directory by default.
        attempt: Which attempt of a task to look at, counted from 0; the last one by default.

    Raises:
        PathspecError: if the text has another form.
        UnknownName: if the store has no such flow.
        NotInClient: if the flow has no such step.
        MetaflowNamespaceMismatch: if the run is in another namespace.

    Example:
        >>> [task.data.score for task in Step("Films/1/fit")]
        [0.75]
    """

    run: RunAbove
    id: str
    _form = "Flow/run/step"

    @classmethod
    def _of(cls, run: RunAbove, name: str) -> Step:
        step = cls.__new__(cls)
        step.run, step.id = run, name
        return step

    @property
    def parent(self) -> RunAbove:
        """Return the run."""
        return self.run

    @property
    def task(self) -> Task:
        """Return the only task of an ordinary step, or the first one of a foreach."""
        return self.tasks[0]

    @property
    def control_task(self) -> None:
        """Return None: nbflow runs no step on several machines at once."""

    def control_tasks(self, *_tags: str) -> Iterator[Task]:
        """Yield nothing: nbflow runs no step on several machines at once."""
        return iter(())

    @property
    def tasks(self) -> Several[Task]:
        """Return its tasks in the order of the foreach items; a loop has one for each turn, in order."""
        rows = (row for row in self.run.flow._archive.reader.tasks(self.run._row.id, self.id) if not row.split)
        return Several(Task._of(self, row) for row in sorted(rows, key=lambda row: (row.path, row.turn)))

    def _task_of(self, row: TaskRow) -> Task:
        """Return the task of a row, which may belong to another step of the run."""
        return Task._of(Step._of(self.run, row.step), row)

    @property
    def parent_steps(self) -> Iterator[Step]:
        """Return the steps that lead to this one and have begun."""
        above = self._relations.steps_above(self.id)
        return (step for step in self.run if step.id != self.id and step.id in above)

    @property
    def child_steps(self) -> Iterator[Step]:
        """Return the steps that this one leads to and that have begun."""
        below = self._relations.steps_below(self.id)
        return (step for step in self.run if step.id != self.id and step.id in below)

    @property
    def _relations(self) -> Lineage | NotebookLineage:
        """Return what relates the steps of the run as they are now."""
        archive, run = self.run.flow._archive, self.run._row
        return lineage_of(archive.reader, archive.graph(run), run.id)

    @property
    def environment_info(self) -> dict[str, Any] | None:
        """Return the versions of Python and of every package, and the platform, recorded when the run began."""
        return self.task.environment_info

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def __getitem__(self, task: str | int) -> Task:
        """Return the task with this number in the run, as in Metaflow, or with this address: `step["fit[3]"]`.

        Raises:
            NotInClient: if the step has no such task.
        """
        tasks = {one.id: one for one in self.tasks}
        found = tasks.get(str(task)) or next((one for one in tasks.values() if one._is_called(str(task))), None)
        if found is None:
            raise NotInClient("task", f"{self.pathspec}/{task}", [one.pathspec for one in tasks.values()])
        return found

    @property
    def finished_at(self) -> datetime | None:
        """Return when its last task finished; None if none has."""
        return max((task.finished_at for task in self if task.finished_at), default=None)
