"""The runs of one notebook or script."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from nbflow.archive import Archive
from nbflow.client.named import Named
from nbflow.client.namespaces import get_namespace, is_default, is_seen, require_seen
from nbflow.client.places import shows_spins, store_of
from nbflow.client.run import Run
from nbflow.client.tags import tags_of
from nbflow.errors import MetaflowNotFound, NotInClient, UnknownName
from nbflow.store.rows import RunRow, spun
from nbflow.store.store import Store


class Flow(Named):
    """All runs of one notebook or script that are in the namespace; `name` is the file's stem, or that of the class.

    `folder` is where to look for the store. Raises UnknownName for a flow that the store does not have, and
    MetaflowNotFound where there is no store.
    """

    id: str
    _form = "Flow"

    def __init__(
        self, name: str, folder: str | os.PathLike[str] | None = None, *, _namespace_check: bool = True,
        _spins: bool | None = None,
    ) -> None:  # fmt: skip
        self.id = name
        root = store_of(folder)
        if not Store.exists(root):
            raise MetaflowNotFound(f"no flow '{name}': nothing has run in {root}. Run it, or set NBFLOW_HOME")
        self._store = Store.open(root, create=False)
        kept_as = spun(name) if _spins or (_spins is None and shows_spins()) else name
        self._archive = Archive(self._store.history, kept_as, self._store.root)
        known = self._store.history.flows()
        if name not in known:
            raise UnknownName("flow", name, known)
        self._namespace = get_namespace() if _namespace_check and not self._is_whole() else None

    def _is_whole(self) -> bool:
        """Whether all runs are seen whoever looks: those of a notebook, until somebody chooses a namespace."""
        return is_default() and all(not row.document.endswith(".py") for row in self._archive.runs(1))

    @property
    def parent(self) -> None:
        return None

    @property
    def pathspec(self) -> str:
        return self.id

    @property
    def origin_pathspec(self) -> None:
        return None

    @property
    def user_tags(self) -> frozenset[str]:
        """A flow has no tags; its runs have."""
        return frozenset()

    system_tags = user_tags

    @property
    def _seen_from(self) -> tuple[str, str | None]:
        return str(self._store.root.parent), self._namespace

    @property
    def created_at(self) -> datetime | None:
        """When its first run began."""
        return min((run.created_at for run in self if run.created_at), default=None)

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
        return (Run._of(self, row) for row in self._archive.runs() if is_seen(self._namespace, self._tags(row)))

    def _tags(self, row: RunRow) -> frozenset[str]:
        return frozenset().union(*tags_of(row, self._archive.reader)) if self._namespace else frozenset()

    def __getitem__(self, number: str | int) -> Run:
        """By number or tag. Raises NotInClient, and MetaflowNamespaceMismatch for a run of another namespace."""
        try:
            row = self._archive.run(number)
        except UnknownName as error:
            raise NotInClient("run", error.name, error.known) from None
        require_seen(self._namespace, self._tags(row))
        return Run._of(self, row)

    def __contains__(self, number: str | int) -> bool:
        return any(run.id == str(number) for run in self)


def flow_at(folder: str, namespace: str | None) -> Callable[[str], Flow]:
    """Find flows as they were seen from a namespace."""

    def find(name: str) -> Flow:
        flow = Flow(name, folder, _namespace_check=False)
        flow._namespace = namespace
        return flow

    return find


class Metaflow:
    """All flows of the store that have a run in the namespace."""

    @property
    def flows(self) -> list[Flow]:
        return list(self)

    def __iter__(self) -> Iterator[Flow]:
        store = Store.open(store_of(None), create=False)
        flows = (Flow(name) for name in store.history.flows())
        return (flow for flow in flows if flow.latest_run is not None)

    def __getitem__(self, name: str) -> Flow:
        return Flow(name)

    def __repr__(self) -> str:
        return "Metaflow()"
