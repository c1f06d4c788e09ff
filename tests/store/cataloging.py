"""Rows that the tests of the catalog write."""

from __future__ import annotations

from nbflow.store.catalog.rows import RunRow, TaskRow, TaskStatus
from nbflow.store.catalog.trust import Seal, SignedRecord
from nbflow.store.values.artifact_ref import ArtifactRef, Summary


def everybody(record: SignedRecord, seal: Seal | None) -> bool:
    return True


def artifact(name: str, component: str = "c" * 32, index: int = 0) -> ArtifactRef:
    return ArtifactRef(name, component, index, 10, Summary("int", "1"))


def done(run: RunRow, step: str, path: tuple[int, ...] = (), **facts: object) -> TaskRow:
    return TaskRow(run.id, step, path, status=TaskStatus.SUCCEEDED, **facts)  # type: ignore[arg-type]
