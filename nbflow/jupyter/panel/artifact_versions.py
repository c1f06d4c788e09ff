"""Finds the tasks of other runs that have made the same artifact."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.errors import UnknownName
from nbflow.history.archive import Archive, task_name
from nbflow.jupyter.panel.notebook_place import NotebookPlace
from nbflow.jupyter.panel.run_list import LISTED
from nbflow.jupyter.protocol.value_messages import ValueVersion, ValueVersions
from nbflow.store.catalog.rows import RunRow, TaskRow, task_id
from nbflow.store.values.artifact_ref import ArtifactRef


def value_versions(place: NotebookPlace, run: str, number: int, name: str) -> ValueVersions:
    """Return the versions of an artifact, the newest first. Raises UnknownName if there is no such artifact."""
    with place.archive() as archive:
        row = archive.run(run)
        task = archive.reader.task(task_id(row.id, number))
        artifact = _artifact(archive, task, name) if task else None
        if task is None or artifact is None:
            raise UnknownName("artifact", name, ())
        found = [*_versions(archive, task, artifact, name)]
        return ValueVersions(f"{row.number}/{task_name(task)}", tuple(found))


def _versions(archive: Archive, task: TaskRow, artifact: ArtifactRef, name: str) -> Iterator[ValueVersion]:
    for row in archive.runs(LISTED):
        if row.id == task.run:
            yield _version(row, task, artifact, artifact)
            continue
        others = archive.reader.tasks(row.id, task.step, path=task.path)
        for other in [one for one in others if one.turn == task.turn and not one.split][-1:]:
            found = _artifact(archive, other, name)
            if found is not None:
                yield _version(row, other, found, artifact)


def _artifact(archive: Archive, task: TaskRow, name: str) -> ArtifactRef | None:
    return next((one for one in archive.reader.artifacts(task.id) if one.name == name and one.is_named), None)


def _version(row: RunRow, task: TaskRow, found: ArtifactRef, artifact: ArtifactRef) -> ValueVersion:
    same = found.digest == artifact.digest
    return ValueVersion(row.number, task.number, row.status, row.started, same, found.summary.text)
