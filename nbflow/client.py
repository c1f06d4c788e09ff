"""Results from Python, under the names that Metaflow's client has: Flow, Run, Step, Task, DataArtifact.

    run = Flow("movies").latest_successful_run
    for task in run["fit"].tasks:
        print(task.index, task.data.score)

A pathspec is `Flow/run/step/task/artifact`, as far as it is needed: `Run("movies/7")`, `Task("movies/7/fit/12")`.
Everything is read from the store of the working directory when it is asked for. Collections are newest first; tasks of
a step are in the order of their items. What does not exist raises UnknownName, which offers the nearest name.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbflow.archive import Archive
from nbflow.artifacts import Data, DataArtifact, read_pathspec
from nbflow.errors import MetaflowNamespaceMismatch, UnknownName
from nbflow.relations import Several, Traced
from nbflow.run.events import TaskId
from nbflow.run.namespace import Namespace
from nbflow.store.history import Reader
from nbflow.store.rows import RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.store import Store
from nbflow.tags import Tagged

_namespace: str | None = None

__all__ = ["Data", "DataArtifact", "Flow", "Run", "Step", "Task", "default_namespace", "get_namespace", "namespace"]


def namespace(name: str | None) -> str | None:
    """See only runs of `user:NAME`, or runs with that tag; None, as it is at first, for all of them."""
    global _namespace
    _namespace = name
    return name


def get_namespace() -> str | None:
    return _namespace


def default_namespace() -> str | None:
    """See all runs again, as at first: everything in the store is this user's."""
    return namespace(None)


def _open(folder: Path | None) -> Store:
    return Store.open(Store.locate(folder or Path.cwd()), create=False)


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone()


class Flow:
    """All runs of one notebook; `name` is the file's stem. `folder` is where to look for the store."""

    def __init__(self, name: str, folder: str | os.PathLike[str] | None = None, *, _store: Store | None = None) -> None:
        self.id = name
        self._store = _store or _open(Path(folder) if folder else None)
        self._archive = Archive(self._store.history, name, self._store.root)
        known = self._store.history.flows()
        if name not in known:
            raise UnknownName("flow", name, known)

    @property
    def pathspec(self) -> str:
        return self.id

    @property
    def latest_run(self) -> Run | None:
        return next(iter(self), None)

    @property
    def latest_successful_run(self) -> Run | None:
        return next((run for run in self if run.successful), None)

    def runs(self, *tags: str) -> Iterator[Run]:
        """Newest first; with tags, those that have all of them."""
        return (run for run in self if run.tags.issuperset(tags))

    def show(self) -> Any:
        """The graph as the newest run left it, for a cell to show; live in the notebook itself."""
        return importlib.import_module("nbflow.jupyter.drawing").draw_newest_run(self._archive)

    def __iter__(self) -> Iterator[Run]:
        return (Run._of(self, row) for row in self._archive.runs() if _is_seen(row))

    def __getitem__(self, number: str | int) -> Run:
        row = self._archive.run(number)
        if not _is_seen(row):
            raise MetaflowNamespaceMismatch(_namespace)
        return Run._of(self, row)

    def __contains__(self, number: str | int) -> bool:
        return any(run.id == str(number) for run in self)

    def __repr__(self) -> str:
        return f"Flow('{self.pathspec}')"

    def __reduce__(self) -> tuple[Any, ...]:
        return Flow, (self.pathspec, str(self._store.root.parent))


def _is_seen(row: RunRow) -> bool:
    return _namespace is None or _namespace == f"user:{row.user}" or _namespace in row.tags


class Run(Tagged):
    """One run. It keeps seeing what happens: a run that is going on has more tasks each time one looks."""

    flow: Flow
    id: str

    def __init__(self, pathspec: str, folder: str | os.PathLike[str] | None = None) -> None:
        flow, number = read_pathspec(pathspec, 2, "Flow/run")
        found = Flow(flow, folder)[number]
        self.flow, self.id = found.flow, found.id

    @classmethod
    def _of(cls, flow: Flow, row: RunRow) -> Run:
        run = cls.__new__(cls)
        run.flow, run.id = flow, str(row.number)
        return run

    def __class_getitem__(cls, number: str | int) -> Run:
        """`Run["7"]`, where the store has one flow; else `Run["movies/7"]`."""
        text = str(number)
        if "/" in text:
            return cls(text)
        with _open(None) as store:
            flows = store.history.flows()
        if len(flows) != 1:
            raise UnknownName("run", text, [f"{flow}/{text}" for flow in flows])
        return cls(f"{flows[0]}/{text}")

    @property
    def _row(self) -> RunRow:
        return self.flow._archive.run(self.id)

    @cached_property
    def _home(self) -> Namespace:
        return self.flow._archive.home(self._row, self.flow._store.root.parent)

    @property
    def pathspec(self) -> str:
        return f"{self.flow.pathspec}/{self.id}"

    parent = property(lambda self: self.flow)

    @property
    def status(self) -> RunStatus:
        return self._row.status

    @property
    def finished(self) -> bool:
        return self.status is not RunStatus.RUNNING

    @property
    def successful(self) -> bool:
        return self.status is RunStatus.SUCCEEDED

    @property
    def code(self) -> dict[str, str]:
        """The sources as they were when the run began: of a script by file, of a notebook by cell."""
        return self.flow._archive.sources(self._row)

    @property
    def parameters(self) -> dict[str, Any]:
        """As JSON has them: a date is text."""
        return dict(self._row.parameters)

    @property
    def created_at(self) -> datetime | None:
        return _time(self._row.started)

    @property
    def finished_at(self) -> datetime | None:
        return _time(self._row.finished)

    @property
    def origin_run_id(self) -> str | None:
        """Of a resumed run: the run it resumed."""
        return None if self._row.origin is None else str(self._row.origin)

    @property
    def end_task(self) -> Task | None:
        """The task of the last step, in document order, that has one."""
        steps = list(self)
        return steps[0].task if steps else None

    @property
    def data(self) -> Data | None:
        """The artifacts of `end_task`, and those it inherits."""
        return self.end_task.data if self.end_task else None

    def steps(self) -> Several[Step]:
        return Several(self)

    def __iter__(self) -> Iterator[Step]:
        """Those that have begun, last first."""
        begun = {row.step for row in self.flow._archive.reader.steps(self._row.id) if not row.split}
        order = list(self.flow._archive.graph(self._row).links)
        return (Step._of(self, name) for name in reversed(order) if name in begun)

    def __getitem__(self, step: str) -> Step:
        known = [one.id for one in self]
        if step not in known:
            raise UnknownName("step", f"{self.pathspec}/{step}", [f"{self.pathspec}/{name}" for name in known])
        return Step._of(self, step)

    def __contains__(self, step: str) -> bool:
        return any(one.id == step for one in self)

    def __repr__(self) -> str:
        return f"Run('{self.pathspec}')"

    def __reduce__(self) -> tuple[Any, ...]:
        return Run, (self.pathspec, str(self.flow._store.root.parent))


class Step:
    """What one step became in one run: its tasks."""

    run: Run
    id: str

    def __init__(self, pathspec: str, folder: str | os.PathLike[str] | None = None) -> None:
        flow, run, step = read_pathspec(pathspec, 3, "Flow/run/step")
        self.run, self.id = Flow(flow, folder)[run][step].run, step

    @classmethod
    def _of(cls, run: Run, name: str) -> Step:
        step = cls.__new__(cls)
        step.run, step.id = run, name
        return step

    @property
    def pathspec(self) -> str:
        return f"{self.run.pathspec}/{self.id}"

    parent = property(lambda self: self.run)

    @property
    def task(self) -> Task:
        """The only task of an ordinary step; of a foreach the first."""
        return self.tasks[0]

    @property
    def tasks(self) -> Several[Task]:
        """In the order of their items; of a loop every turn, in order."""
        rows = (row for row in self.run.flow._archive.reader.tasks(self.run._row.id, self.id) if not row.split)
        return Several(Task._of(self, row) for row in sorted(rows, key=lambda row: (row.path, row.turn)))

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def __getitem__(self, task: str | int) -> Task:
        """By the task's number in the run, as Metaflow does, or by its address: `step["fit[3]"]`."""
        tasks = {one.id: one for one in self.tasks}
        by_address = {str(one): one for one in tasks.values()}
        found = tasks.get(str(task)) or by_address.get(str(task))
        if found is None:
            raise UnknownName("task", f"{self.pathspec}/{task}", [one.pathspec for one in tasks.values()])
        return found

    @property
    def finished_at(self) -> datetime | None:
        return max((task.finished_at for task in self if task.finished_at), default=None)

    def __repr__(self) -> str:
        return f"Step('{self.pathspec}')"

    def __reduce__(self) -> tuple[Any, ...]:
        return Step, (self.pathspec, str(self.run.flow._store.root.parent))


class Task(Traced):
    """One finished, failed or running task; what it says is as it was when it was looked up."""

    step: Step
    _row: TaskRow

    def __init__(self, pathspec: str, folder: str | os.PathLike[str] | None = None) -> None:
        flow, run, step, task = read_pathspec(pathspec, 4, "Flow/run/step/task")
        found = Flow(flow, folder)[run][step][task]
        self.step, self._row = found.step, found._row

    @classmethod
    def _of(cls, step: Step, row: TaskRow) -> Task:
        task = cls.__new__(cls)
        task.step, task._row = step, row
        return task

    @property
    def id(self) -> str:
        """Its number, unique in the run."""
        return str(self._row.number)

    @property
    def pathspec(self) -> str:
        return f"{self.step.pathspec}/{self.id}"

    parent = property(lambda self: self.step)

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
        return self.status in (TaskStatus.SUCCEEDED, TaskStatus.REUSED)

    @property
    def created_at(self) -> datetime | None:
        return _time(self._row.started)

    @property
    def finished_at(self) -> datetime | None:
        return _time(self._row.finished)

    @property
    def seconds(self) -> float | None:
        """How long its body took; of a reused one, when it ran."""
        return self._row.seconds

    @property
    def artifacts(self) -> Several[DataArtifact]:
        """Those that the task itself made."""
        return Several(self)

    def __iter__(self) -> Iterator[DataArtifact]:
        if self._lineage is not None:
            return iter(self._visible.values())
        return (DataArtifact._of(self, artifact) for artifact in self._reader.artifacts(self._row.id))

    def __getitem__(self, name: str) -> DataArtifact:
        if name not in self._visible:
            raise UnknownName("artifact", f"{self.pathspec}/{name}", [f"{self.pathspec}/{n}" for n in self._visible])
        return self._visible[name]

    def __contains__(self, name: str) -> bool:
        return name in self._visible

    @cached_property
    def data(self) -> Data:
        return Data(self)

    @cached_property
    def _visible(self) -> dict[str, DataArtifact]:
        """Its own artifacts, and the nearest above of every other name."""
        run = self.step.run._row
        graph = self.step.run.flow._archive.graph(run)
        if self._lineage is not None:
            return {name: DataArtifact._of(self, one) for name, one in self._lineage.visible(self._row).items()}
        scope, above = graph.links[self.step.id].scope, graph.ancestors(self.step.id)
        found: dict[str, DataArtifact] = {}
        for name in (name for name in graph.links if name in above):
            outer = graph.links[name].scope
            if scope[: len(outer)] == outer:
                for _, artifacts in self._reader.views(run.id, [name], self.path[: len(outer)]):
                    found |= {one.name: DataArtifact._of(self, one) for one in artifacts.values()}
        return found | {one.id: one for one in self}

    @property
    def _reader(self) -> Reader:
        return self.step.run.flow._archive.reader

    def __str__(self) -> str:
        return str(TaskId(self._row.step, self._row.path, self._row.turn))

    def __repr__(self) -> str:
        return f"Task('{self.pathspec}')"

    def __reduce__(self) -> tuple[Any, ...]:
        return Task, (self.pathspec, str(self.step.run.flow._store.root.parent))
