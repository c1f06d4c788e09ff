"""The values of one task: described without loading them, loaded when they are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.client.named import ClientObject
from nbflow.client.several import Several
from nbflow.store.catalog.foreign import refuse_untrusted_artifacts
from nbflow.store.values.artifact_ref import ArtifactRef, Summary

if TYPE_CHECKING:
    from nbflow.client.task import Task


class Data:
    """The artifacts of a task as attributes; each is loaded when it is asked for, and once."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def __getattr__(self, name: str) -> Any:
        artifacts = self._task._visible
        if name.startswith("__") or name not in artifacts:
            known = ", ".join(sorted(artifacts)) or "none"
            raise AttributeError(f"{self._task} has no artifact '{name}'; it has {known}")
        value = artifacts[name].data
        self.__dict__[name] = value
        return value

    def __contains__(self, name: str) -> bool:
        return name in self._task._visible

    def __dir__(self) -> list[str]:
        return sorted(self._task._visible)

    def __repr__(self) -> str:
        return f"<artifacts of {self._task}: {', '.join(sorted(self._task._visible)) or 'none'}>"


class Artifacts(Several["DataArtifact"]):
    """Artifacts without their values, also by name: `task.artifacts.model.size`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> DataArtifact:
        found = next((one for one in self if one.id == name), None)
        if found is None:
            raise AttributeError(f"there is no artifact '{name}', only {', '.join(one.id for one in self) or 'none'}")
        return found


class DataArtifact(ClientObject):
    """One value of one task: described without loading it, loaded by `data`."""

    task: Task
    _artifact: ArtifactRef
    _form = "Flow/run/step/task/artifact"

    @classmethod
    def _of(cls, task: Task, artifact: ArtifactRef) -> DataArtifact:
        made = cls.__new__(cls)
        made.task, made._artifact = task, artifact
        return made

    @property
    def id(self) -> str:
        return self._artifact.name

    @property
    def parent(self) -> Task:
        return self.task

    def _at(self, attempt: int) -> DataArtifact:
        return self.task._at(attempt)[self.id]

    @property
    def data(self) -> Any:
        """The value, with the classes of the notebook as they were in that run. Loaded anew each time."""
        run = self.task.step.run
        refuse_untrusted_artifacts(run.flow._archive.reader, self.task._row.id, [self._artifact], run.flow._store.root)
        return run.flow._store.load({self.id: self._artifact}, run._home)[self.id]

    @property
    def sha(self) -> str:
        """Names the stored bytes; equal ones mean equal values, unequal ones mean nothing."""
        return self._artifact.digest

    @property
    def size(self) -> int:
        """Bytes in the store, those included of values that it shares objects with."""
        return self._artifact.size

    @property
    def summary(self) -> Summary:
        """Type, shape, and how it begins."""
        return self._artifact.summary

    @property
    def finished_at(self) -> datetime | None:
        return self.task.finished_at
