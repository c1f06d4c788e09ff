"""Loads and saves the values of tasks in a worker."""

from __future__ import annotations

from nbflow.run.task.task_records import Records
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.value_store import ValueStore


class TaskStore(ValueStore):
    """Loads and saves the values of tasks in one process, with the records of the job that is under way."""

    def __init__(self, blobs: BlobStore, records: Records) -> None:
        super().__init__(blobs, lambda digest: self.records.component(digest))
        self.records = records
