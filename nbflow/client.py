"""Results from Python, under the names that Metaflow's client has: Flow, Run, Step, Task, DataArtifact.

    run = Flow("movies").latest_successful_run
    for task in run["fit"].tasks:
        print(task.index, task.data.score)

A pathspec is `Flow/run/step/task/artifact`, as far as it is needed: `Run("movies/7")`, `Task("movies/7/fit/12")`.
Everything is read from the store of the working directory when it is asked for. Collections are newest first; tasks of
a step are in the order of their items. What does not exist raises UnknownName, which offers the nearest name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from nbflow.archive import Archive
from nbflow.artifacts import Data, DataArtifact, read_pathspec
from nbflow.errors import UnknownName
from nbflow.lineage import Lineage
from nbflow.run.events import Failure, FailureKind, Frame, TaskId
from nbflow.run.namespace import Namespace
from nbflow.store.history import Reader
from nbflow.store.rows import RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.store import Store
from nbflow.tags import check_tags

_T = TypeVar("_T")
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


class Several(tuple[_T, ...], Generic[_T]):
    """A tuple that may also be called: `run["fit"].tasks` and Metaflow's `run["fit"].tasks()` are the same."""

    __slots__ = ()

    def __call__(self, *tags: str) -> Several[_T]:
        return self


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

    def __iter__(self) -> Iterator[Run]:
        return (Run._of(self, row) for row in self._archive.runs() if _is_seen(row))

    def __getitem__(self, number: str | int) -> Run:
        return Run._of(self, self._archive.run(number))

    def __contains__(self, number: str | int) -> bool:
        return any(run.id == str(number) for run in self)

    def __repr__(self) -> str:
        return f"Flow('{self.pathspec}')"


def _is_seen(row: RunRow) -> bool:
    return _namespace is None or _namespace == f"user:{row.user}" or _namespace in row.tags


class Run:
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
    def tags(self) -> frozenset[str]:
        return frozenset(self._row.tags)

    user_tags = tags

    @property
    def system_tags(self) -> frozenset[str]:
        """What nbflow itself says of the run; nobody can take it away."""
        row = self._row
        python = self.flow._archive.reader.environment(row.environment) or {}
        return frozenset({f"user:{row.user}", f"runtime:{row.kind}", f"python_version:{python.get('python', '')}"})

    def add_tag(self, tag: str | Iterable[str]) -> None:
        self.replace_tags((), tag)

    add_tags = add_tag

    def remove_tag(self, tag: str | Iterable[str]) -> None:
        self.replace_tags(tag, ())

    remove_tags = remove_tag

    def replace_tags(self, tags_to_remove: str | Iterable[str], tags_to_add: str | Iterable[str]) -> None:
        """Take tags away and add others at once: readers see the tags before, or those after."""
        old, new = (([one] if isinstance(one, str) else list(one)) for one in (tags_to_remove, tags_to_add))
        row = self._row
        check_tags(row.tags, new, old, self.system_tags)
        with self.flow._store.writer() as writer:
            writer.untag(row.id, *(tag for tag in old if tag not in new))
            writer.tag(row.id, *(tag for tag in new if tag not in self.system_tags))

    replace_tag = replace_tags

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


class Task:
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
    def exception(self) -> Failure | None:
        """Of a failed task: type, message, and the traceback as text and in frames."""
        if self._row.failure is None:
            return None
        facts = json.loads(self._row.failure)
        frames = tuple(Frame(**frame) for frame in facts.get("frames", ()))
        kind = FailureKind(facts["kind"])
        return Failure(kind, facts["type"], facts["message"], frames, facts.get("traceback", ""))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """All it printed and displayed, in order, in the format of a notebook."""
        text = self._reader.text(self._row.outputs) if self._row.outputs else None
        return list(json.loads(text)) if text else []

    @property
    def stdout(self) -> str:
        return self._stream("stdout")

    @property
    def stderr(self) -> str:
        return self._stream("stderr")

    def _stream(self, name: str) -> str:
        return "".join(output["text"] for output in self.outputs if output.get("name") == name)

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

    @cached_property
    def _lineage(self) -> Lineage | None:
        """Of a task of a script: how artifacts flow in its run."""
        run = self.step.run._row
        graph = self.step.run.flow._archive.graph(run)
        return Lineage(self._reader, graph, run.id) if graph.steps[self.step.id].flowing else None

    @property
    def parent_tasks(self) -> Several[Task]:
        """Of a task of a script: those that led to it."""
        return self._related(self._lineage.parents(self._row) if self._lineage else ())

    @property
    def child_tasks(self) -> Several[Task]:
        """Of a task of a script: those that it led to."""
        return self._related(self._lineage.children(self._row) if self._lineage else ())

    def _related(self, rows: Iterable[TaskRow]) -> Several[Task]:
        return Several(Task._of(Step._of(self.step.run, row.step), row) for row in rows)

    @property
    def current_attempt(self) -> int:
        return self._row.attempt

    @property
    def origin_pathspec(self) -> str | None:
        """Of a task that was taken from an earlier run: that run's task."""
        if self._row.source is None:
            return None
        run, _, number = self._row.source.partition("/")
        return f"{self.step.run.flow.id}/{run}/{self.step.id}/{number}"

    @property
    def metadata_dict(self) -> dict[str, str]:
        """What Metaflow calls so: facts about the task as text."""
        facts = {"attempt": str(self._row.attempt), "status": str(self.status), "user": self.step.run._row.user}
        facts |= {"host": self.step.run._row.host, "foreach-indices": str(list(self.path))}
        if self._row.source is not None:
            facts |= {"origin-run-id": self._row.source.partition("/")[0]}
            facts |= {"origin-task-id": self._row.source.partition("/")[2]}
        return facts

    def loglines(self, stream: str) -> Iterator[tuple[datetime | None, str]]:
        """(time, line) of what the task wrote to a stream; the time is when it was over."""
        return ((self.finished_at, line) for line in self._stream(stream).splitlines())

    @property
    def tags(self) -> frozenset[str]:
        return self.step.run.tags

    @property
    def _reader(self) -> Reader:
        return self.step.run.flow._archive.reader

    def __str__(self) -> str:
        return str(TaskId(self._row.step, self._row.path, self._row.turn))

    def __repr__(self) -> str:
        return f"Task('{self.pathspec}')"
