"""The runs of one notebook or script."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbflow.archive import Archive
from nbflow.client.named import Named
from nbflow.client.namespaces import is_seen, require_seen
from nbflow.client.run import Run
from nbflow.errors import UnknownName
from nbflow.store.store import Store


class Flow(Named):
    """All runs of one notebook; `name` is the file's stem. `folder` is where to look for the store.

    Raises UnknownName for a flow that the store does not have, and StoreBroken where there is no store.
    """

    id: str

    def __init__(self, name: str, folder: str | os.PathLike[str] | None = None) -> None:
        self.id = name
        self._store = Store.open(Store.locate(Path(folder or Path.cwd())), create=False)
        self._archive = Archive(self._store.history, name, self._store.root)
        known = self._store.history.flows()
        if name not in known:
            raise UnknownName("flow", name, known)

    @property
    def pathspec(self) -> str:
        return self.id

    @property
    def _folder(self) -> str:
        return str(self._store.root.parent)

    @property
    def latest_run(self) -> Run | None:
        return next(iter(self), None)

    @property
    def latest_successful_run(self) -> Run | None:
        return next((run for run in self if run.successful), None)

    def runs(self, *tags: str) -> Iterator[Run]:
        """Newest first; with tags, those that have all of them."""
        return (run for run in self if run.tags.issuperset(tags))

    def show(self) -> Any:
        """The graph as the newest run left it, for a cell to show; live in the notebook itself."""
        return importlib.import_module("nbflow.jupyter.drawing").draw_newest_run(self._archive)

    def __iter__(self) -> Iterator[Run]:
        return (Run._of(self, row) for row in self._archive.runs() if is_seen(row))

    def __getitem__(self, number: str | int) -> Run:
        """By number or tag. Raises UnknownName, and MetaflowNamespaceMismatch for a run of another namespace."""
        row = self._archive.run(number)
        require_seen(row)
        return Run._of(self, row)

    def __contains__(self, number: str | int) -> bool:
        return any(run.id == str(number) for run in self)
