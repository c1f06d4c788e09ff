"""One step of a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.client.named import ClientObject
from nbflow.client.several import Several
from nbflow.client.task import Task
from nbflow.errors import NotInClient
from nbflow.flow.syntax.specs import StepSpec as StepOfGraph
from nbflow.store.catalog.rows import TaskRow

if TYPE_CHECKING:
    from nbflow.client.run import Run


class Step(ClientObject):
    """What one step became in one run: its tasks."""

    run: Run
    id: str
    _form = "Flow/run/step"

    @classmethod
    def _of(cls, run: Run, name: str) -> Step:
        step = cls.__new__(cls)
        step.run, step.id = run, name
        return step

    @property
    def parent(self) -> Run:
        return self.run

    @property
    def task(self) -> Task:
        """The only task of an ordinary step; of a foreach the first."""
        return self.tasks[0]

    @property
    def control_task(self) -> None:
        """None: nbflow has no gangs of machines."""

    @property
    def control_tasks(self) -> list[Task]:
        return []

    @property
    def tasks(self) -> Several[Task]:
        """In the order of their items; of a loop every turn, in order."""
        rows = (row for row in self.run.flow._archive.reader.tasks(self.run._row.id, self.id) if not row.split)
        return Several(Task._of(self, row) for row in sorted(rows, key=lambda row: (row.path, row.turn)))

    def _task_of(self, row: TaskRow) -> Task:
        """Of this step, or of another of the run."""
        return Task._of(Step._of(self.run, row.step), row)

    @property
    def _written(self) -> StepOfGraph:
        """The step as it was written."""
        return self.run.flow._archive.graph(self.run._row).steps[self.id]

    @property
    def parent_steps(self) -> Iterator[Step]:
        """Those that lead to it and have begun."""
        return (step for step in self.run if step.id != self.id and self.id in step._targets)

    @property
    def child_steps(self) -> Iterator[Step]:
        """Those that it leads to and that have begun."""
        return (step for step in self.run if step.id != self.id and step.id in self._targets)

    @property
    def _targets(self) -> tuple[str, ...]:
        return self._written.next.targets if self._written.next else ()

    @property
    def environment_info(self) -> dict[str, Any] | None:
        return self.task.environment_info

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def __getitem__(self, task: str | int) -> Task:
        """By the task's number in the run, as Metaflow does, or by its address: `step["fit[3]"]`."""
        tasks = {one.id: one for one in self.tasks}
        found = tasks.get(str(task)) or next((one for one in tasks.values() if one._is_called(str(task))), None)
        if found is None:
            raise NotInClient("task", f"{self.pathspec}/{task}", [one.pathspec for one in tasks.values()])
        return found

    @property
    def finished_at(self) -> datetime | None:
        return max((task.finished_at for task in self if task.finished_at), default=None)
