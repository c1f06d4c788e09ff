"""Implements `inputs` in a join: the tasks that it joins, sorted by item, loaded when they are used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, overload

from nbflow.errors import NotStorable, StoreBroken
from nbflow.run.events.events import TaskId
from nbflow.store.values.artifact_ref import ArtifactRef

Loader = Callable[[Mapping[str, ArtifactRef]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class InputTask:
    """Holds a task as the catalog has it; views are made of such tasks."""

    task: TaskId
    artifacts: Mapping[str, ArtifactRef]
    error: str | None = None


ShownTask = tuple[TaskId, bool, Iterable[ArtifactRef]]
"""Is a task that a join sees: (task, whether it failed, its artifacts)."""


def marks_of(tasks: Iterable[ShownTask]) -> frozenset[bytes]:
    """Return marks of tasks and of their artifacts: what the driver knows of them, in a few bytes for each."""
    return frozenset(mark for task, failed, artifacts in tasks for mark in _marks(task, failed, artifacts))


def refuse_unknown(tasks: Iterable[InputTask], known: frozenset[bytes], root: Path) -> None:
    """Raise StoreBroken if the catalog has other tasks, or other artifacts of them, than the driver has recorded.

    Who may write to the catalog could otherwise let a join unpickle any value. The driver may know of more artifacts.
    """
    found = marks_of((one.task, one.error is not None, one.artifacts.values()) for one in tasks)
    if not found <= known or _places(found) != _places(known):
        reason = "somebody has changed rows of this run while it was going on"
        raise StoreBroken(root, reason, "Find out who else writes to this store, then run again")


def _marks(task: TaskId, failed: bool, artifacts: Iterable[ArtifactRef]) -> Iterator[bytes]:
    place = f"{task.step}{task.path}".encode()
    yield _PLACE + _digest(place + (b" failed" if failed else b""))
    for one in artifacts:
        yield _digest(place + f"/{one.name}/{one.digest}".encode())


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()


_PLACE = b"task "
"""Begins the mark of a task, which is longer than that of an artifact."""


def _places(marks: frozenset[bytes]) -> set[bytes]:
    return {mark for mark in marks if len(mark) > 16}


class View:
    """Shows the artifacts of one foreach item, from every step of the chain, as attributes.

    `item`, `path` and `error` are attributes, too. An artifact with such a name hides them, except for the error of a
    task that failed.
    """

    __slots__ = ("_artifacts", "_error", "_item", "_load", "_path")

    def __init__(self, path: tuple[int, ...], tasks: Iterable[InputTask], item: str | None, load: Loader) -> None:
        self._path = path
        self._error: str | None = None
        self._artifacts: dict[str, ArtifactRef] = {}
        self._item = item
        self._load = load
        for task in tasks:
            self._artifacts.update(task.artifacts)
            self._error = self._error or task.error

    def __getattr__(self, name: str) -> Any:
        artifact = self._artifacts.get(name)
        if name == "error" and (artifact is None or self._error is not None):
            return self._error
        if artifact is not None:
            return self._load({name: artifact})[name]
        if name == "path":
            return self._path
        if name == "item":  # the item of the innermost foreach
            return None if self._item is None else getattr(self, self._item)
        known = ", ".join(sorted(self._artifacts)) or "nothing"
        raise AttributeError(f"task {list(self._path)} has no artifact '{name}'; it has {known}")

    def __contains__(self, name: str) -> bool:
        return name in self._artifacts

    def __dir__(self) -> list[str]:
        return sorted(self._artifacts)

    def __repr__(self) -> str:
        return f"<task {list(self._path)}: {', '.join(sorted(self._artifacts)) or 'nothing'}>"

    def __reduce__(self) -> Any:
        raise NotStorable(
            "a task of `inputs`", "store what you need of it, such as `inputs[0].name`, under a name of its own"
        )


class JoinInputs(Sequence[View]):
    """Holds the finished tasks in the order of their items; `failed` holds those whose failure was allowed."""

    def __init__(self, views: Iterable[View], branches: Mapping[str, View] | None = None) -> None:
        every = list(views)
        self._views = [view for view in every if view._error is None]
        self.failed = [view for view in every if view._error is not None]
        self._branches = dict(branches or {})

    @overload
    def __getitem__(self, index: int) -> View: ...
    @overload
    def __getitem__(self, index: slice) -> list[View]: ...
    def __getitem__(self, index: int | slice) -> View | list[View]:
        return self._views[index]

    def __len__(self) -> int:
        return len(self._views)

    def __iter__(self) -> Iterator[View]:
        return iter(self._views)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._branches:
            return self._branches[name]
        return [getattr(view, name) for view in self._views]

    def table(self, *names: str) -> Any:
        """Return a DataFrame with one row per task and one column per name."""
        frame = importlib.import_module("pandas").DataFrame
        return frame({name: [getattr(view, name) for view in self._views] for name in names}, columns=list(names))

    def __repr__(self) -> str:
        return f"<inputs: {len(self)} tasks" + (f", {len(self.failed)} failed>" if self.failed else ">")

    def __reduce__(self) -> Any:
        raise NotStorable(
            "`inputs`", "store what you need of it, such as `scores = inputs.score`, under a name of its own"
        )


def group_by_item(tasks: Iterable[InputTask], depth: int, item: str | None, load: Loader) -> list[View]:
    """Return one view per path of length `depth`; a task further out belongs to every item below it."""
    tasks = sorted(tasks, key=lambda one: (one.task.path, one.task.turn))
    outer: dict[tuple[int, ...], list[InputTask]] = {}
    for one in tasks:
        outer.setdefault(one.task.path, []).append(one)
    leaves = [path for path in outer if len(path) == depth]
    return [
        View(path, [one for k in range(depth + 1) for one in outer.get(path[:k], ())], item, load) for path in leaves
    ]
