"""Describes the artifacts of one task without loading them, and loads a value when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from nbflow.client.above import TaskAbove
from nbflow.client.named import ClientObject
from nbflow.client.several import Several
from nbflow.store.values.artifact_ref import ArtifactRef, Summary


class Data:
    """Gives the artifacts of a task as attributes. Each is loaded once, at its first use.

    Args:
        task: The task.
        where: Says of a name where else it is.

    Raises:
        AttributeError: if the task has no artifact of that name; the text lists the names it has.

    Example:
        >>> Task("Films/1/fit/2").data.score
        0.75
    """

    def __init__(self, task: TaskAbove, where: Callable[[str], str] = lambda name: "") -> None:
        self._task, self._where = task, where

    def __getattr__(self, name: str) -> Any:
        artifacts = self._task._visible
        if name.startswith("__") or name not in artifacts:
            known = ", ".join(sorted(artifacts)) or "none"
            raise AttributeError(f"{self._task._address} has no artifact '{name}'; it has {known}{self._where(name)}")
        value = artifacts[name].data
        self.__dict__[name] = value
        return value

    def __contains__(self, name: str) -> bool:
        return name in self._task._visible

    def __dir__(self) -> list[str]:
        return sorted(self._task._visible)

    def __repr__(self) -> str:
        return f"<artifacts of {self._task._address}: {', '.join(sorted(self._task._visible)) or 'none'}>"


class Artifacts(Several["DataArtifact"]):
    """Lists artifacts without loading their values; they are also attributes: `task.artifacts.model.size`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> DataArtifact:
        found = next((one for one in self if one.id == name), None)
        if found is None:
            raise AttributeError(f"there is no artifact '{name}', only {', '.join(self._fields) or 'none'}")
        return found

    @property
    def _fields(self) -> tuple[str, ...]:
        """Return the names; Metaflow has a named tuple here."""
        return tuple(one.id for one in self)

    def _asdict(self) -> dict[str, DataArtifact]:
        return {one.id: one for one in self}


class DataArtifact(ClientObject):
    """Describes one artifact of one task; `data` loads its value.

    Args:
        pathspec: `FLOW/RUN/STEP/TASK/ARTIFACT`, such as `movies/7/fit/12/score`.
        folder: Where to look for the store; the working directory by default.
        attempt: Which attempt of a task to look at, counted from 0; the last one by default.

    Raises:
        PathspecError: if the text has another form.
        UnknownName: if the store has no such flow.
        NotInClient: if the flow has no such artifact.
        MetaflowNamespaceMismatch: if the run is in another namespace.

    Example:
        >>> score = DataArtifact("Films/1/fit/2/score")
        >>> score.data, score.summary.text
        (0.75, '0.75')
    """

    task: TaskAbove
    _artifact: ArtifactRef
    _form = "Flow/run/step/task/artifact"

    @classmethod
    def _of(cls, task: TaskAbove, artifact: ArtifactRef) -> DataArtifact:
        made = cls.__new__(cls)
        made.task, made._artifact = task, artifact
        return made

    @property
    def id(self) -> str:
        """Return the name of the artifact."""
        return self._artifact.name

    @property
    def parent(self) -> TaskAbove:
        """Return the task that holds the artifact."""
        return self.task

    def _at(self, attempt: int) -> DataArtifact:
        found: DataArtifact = self.task._at(attempt)[self.id]
        return found

    @property
    def data(self) -> Any:
        """Load and return the value, with the notebook's classes as they were in that run. Each use loads it again.

        Raises:
            Untrusted: if another user stored the artifact and you have not trusted the store.
        """
        run = self.task.step.run
        return run.flow._store.load({self.id: self._artifact}, run._home)[self.id]

    @property
    def sha(self) -> str:
        """Return the digest of the stored bytes.

        Equal digests mean equal values. Different digests say nothing: equal values can have different bytes.
        """
        return self._artifact.digest

    @property
    def size(self) -> int:
        """Return how many bytes it takes in the store, with the bytes of objects that it shares with other values."""
        return self._artifact.size

    @property
    def summary(self) -> Summary:
        """Return its type, its shape, and the beginning of its text."""
        return self._artifact.summary

    @property
    def finished_at(self) -> datetime | None:
        """Return when its task finished; None while the task runs."""
        return self.task.finished_at
