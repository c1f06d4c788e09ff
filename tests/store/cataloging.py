"""Rows that the tests of the catalog write."""

from __future__ import annotations

import time

import pytest

from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.trust import Seal, SignedRecord, keyring
from nbflow.store.homes import refresh_store
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.heap import Heap
from nbflow.store.pickling.home import Home, PlainHome
from nbflow.store.store import Store
from nbflow.store.team import team
from nbflow.store.values.artifact_ref import ArtifactRef, Summary


def everybody(record: SignedRecord, seal: Seal | None) -> bool:
    return True


def artifact(name: str, component: str = "c" * 32, index: int = 0) -> ArtifactRef:
    return ArtifactRef(name, component, index, 10, Summary("int", "1"))


def done(run: RunRow, step: str, path: tuple[int, ...] = (), **facts: object) -> TaskRow:
    return TaskRow(run.id, step, path, status=TaskStatus.SUCCEEDED, **facts)  # type: ignore[arg-type]


def write(
    store: Store,
    run: RunRow,
    step: str,
    values: dict[str, object],
    home: Home,
    heap: Heap | None = None,
    **facts: object,
) -> dict[str, ArtifactRef]:
    """A finished task with these artifacts."""
    with store.writer() as writer:
        encoded = encode(values, store.blobs, home, heap, step)
        writer.put_components(encoded.components)
        outputs = writer.put_text(f"printed by {step} in {run.number}")
        key = f"key of {step} in {run.number}"
        row = done(run, step, key=key, outputs=outputs, **facts)  # type: ignore[arg-type]
        task = writer.put_task(row)
        writer.put_artifacts(task, encoded.artifacts)
        writer.put_seals([(task, keyring().seal_task(run, row, encoded.artifacts))])
    return {artifact.name: artifact for artifact in encoded.artifacts}


def begin(store: Store, flow: str = "demo", status: RunStatus = RunStatus.SUCCEEDED) -> RunRow:
    with store.writer() as writer:
        run = writer.begin_run(flow)
        writer.update_run(run.id, status=status)
    return run


def run_once(store: Store, **values: object) -> int:
    """Store a run of the flow `demo` with a task `a` that made these values, and return its number."""
    with store.writer() as writer:
        row = writer.begin_run("demo", "demo.ipynb")
        write(store, row, "a", values, PlainHome())
        writer.update_run(row.id, status=RunStatus.SUCCEEDED, finished=time.time())
    return row.number


def news(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take over what is new, however short ago that was done."""
    monkeypatch.setattr(team, "_asked", {})
    refresh_store(store.root)
