"""Loads and saves the values of tasks in a worker."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.run.task.task_records import Records
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.value_store import ValueStore
from nbflow.store.values.artifact_ref import ArtifactRef


class TaskStore(ValueStore):
    """Loads and saves the values of tasks in one process, with the records of the job that is under way."""

    def __init__(self, blobs: BlobStore, records: Records) -> None:
        super().__init__(blobs, lambda digest: self.records.component(digest))
        self.records = records

    def admit(self, artifacts: Iterable[ArtifactRef], made_by: Iterable[int]) -> None:
        """Let everything through: the driver hands over what this run made, and stored tasks that it has checked."""
