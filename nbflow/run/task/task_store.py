"""Loads and saves the values of tasks in a worker."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbflow.run.task.task_records import Records
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.store import Store
from nbflow.store.value_store import ValueStore
from nbflow.store.values.artifact_ref import ArtifactRef, Component


class TaskStore(ValueStore):
    """Loads and saves the values of tasks in one process, with the records of the job that is under way."""

    def __init__(self, blobs: BlobStore, records: Records) -> None:
        super().__init__(blobs, self._find)
        self.records = self._first = records
        self._expected: frozenset[str] = frozenset()
        self._found: dict[str, Component] = {}

    def expect(self, digests: Iterable[str]) -> None:
        """Look these components up together as soon as one of them is needed."""
        self._expected, self._found = frozenset(digests), {}

    def code(self, digest: str) -> str | None:
        """Return the source with this digest. The records of a job need not repeat what this store began with."""
        return self.records.code(digest) or self._first.code(digest)

    def _find(self, digest: str) -> Component | None:
        if digest in self._expected:
            self._found = {one.digest: one for one in self.records.components(self._expected)}
            self._expected = frozenset()
        return self._found.get(digest) or self.records.component(digest)

    def admit(self, artifacts: Iterable[ArtifactRef], made_by: Iterable[int]) -> None:
        """Let everything through: the driver hands over what this run made, and stored tasks that it has checked."""


def open_task_store(root: Path) -> TaskStore:
    """Open the store in a folder for a worker of this machine."""
    store = Store.open(root, create=False)
    return TaskStore(store.blobs, store.history)
