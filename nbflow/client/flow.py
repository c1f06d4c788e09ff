"""Finds the runs of one notebook or script."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.client.named import ClientObject
from nbflow.client.namespaces import get_namespace, is_default, is_seen, require_seen
from nbflow.client.run import Run
from nbflow.client.stores import shows_spins, store_of
from nbflow.client.tags import tags_of
from nbflow.errors import MetaflowNamespaceMismatch, MetaflowNotFound, NotInClient, UnknownName
from nbflow.flow.graph.graph import Passage
from nbflow.history.archive import Archive
from nbflow.store.catalog.rows import RunRow, spun
from nbflow.store.store import Store

if TYPE_CHECKING:
    from pandas import DataFrame


class Flow(ClientObject):
    """Gives the runs of one notebook or script that the chosen namespace shows, newest first.

    Args:
        name: The notebook's file name without its suffix, or the class name of a script.
        folder: Where to look for the store; the working directory by default.

    Raises:
        UnknownName: if the store has no flow of this name.
        MetaflowNamespaceMismatch: if the namespace shows none of its runs.
        MetaflowNotFound: if there is no store.

    Example:
        >>> for run in Flow("Films"):
        ...     print(run.id, run.status)
        1 succeeded
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
        if self._namespace is not None and self.latest_run is None and any(self._archive.runs(1)):
            raise MetaflowNamespaceMismatch(self._namespace)

    def _is_whole(self) -> bool:
        """Tell whether every user sees all runs: true for a notebook until the user chooses a namespace."""
        return is_default() and not any(self._is_of_script(row) for row in self._archive.runs(1))

    def _is_of_script(self, row: RunRow) -> bool:
        return row.document.endswith(".py") and self._archive.graph(row).passage is Passage.BY_EDGE

    @property
    def parent(self) -> None:
        """Return None: a flow has no parent."""
        return None

    @property
    def pathspec(self) -> str:
        """Return the name of the flow."""
        return self.id

    @property
    def origin_pathspec(self) -> None:
        """Return None: only runs are resumed."""
        return None

    @property
    def user_tags(self) -> frozenset[str]:
        """Return no tags: only runs have tags."""
        return frozenset()

    system_tags = user_tags

    @property
    def _seen_from(self) -> tuple[str, str | None]:
        return str(self._store.root.parent), self._namespace

    @property
    def created_at(self) -> datetime | None:
        """Return when its first run began."""
        return min((run.created_at for run in self if run.created_at), default=None)

    @property
    def latest_run(self) -> Run | None:
        """Return the newest run; None if there is none."""
        return next(iter(self), None)

    @property
    def latest_successful_run(self) -> Run | None:
        """Return the newest run that succeeded; None if there is none."""
        return next((run for run in self if run.successful), None)

    def runs(self, *tags: str, user: str | None = None) -> Iterator[Run]:
        """Return the runs that have all of these `tags`, newest first; without tags, all runs.

        Args:
            tags: Names that users have given to runs, and system tags such as `date:2026-11-27`.
            user: Whose runs; None stands for everybody.

        Raises:
            UnknownName: if `user` has no run of this flow.

        Example:
            >>> [run.id for run in Flow("Films").runs()]
            ['1']
        """
        own = None if user is None else {str(row.number) for row in self._archive.runs_of(user)}
        return (run for run in self if (own is None or run.id in own) and run.tags.issuperset(tags))

    def runs_table(self, *tags: str, user: str | None = None) -> DataFrame:
        """Return the runs that have all of these `tags`, and are of this `user`, as a table: a row for each run.

        The index has the numbers of the runs. The columns are status, kind, started, seconds, tags, note and pinned,
        then the parameters, then the scalar artifacts that steps outside of a foreach have stored. A name that
        several of them have is written `parameters.NAME` or `STEP.NAME`. Nothing is unpickled.

        Raises:
            ModuleNotFoundError: if pandas is not installed.

        Example:
            >>> Flow("Films").runs_table()["status"].tolist()
            ['succeeded']
        """
        from nbflow.client.runs_frame import frame_of_runs  # noqa: PLC0415 - it imports pandas

        return frame_of_runs(self._archive, [run._row for run in self.runs(*tags, user=user)])

    def show(self) -> Any:
        """Return the graph as the newest run left it, for a cell to show; in the flow's own notebook it updates."""
        return importlib.import_module("nbflow.jupyter.kernel.drawing").draw_newest_run(self._archive)

    def __iter__(self) -> Iterator[Run]:
        return (Run._of(self, row) for row in self._archive.runs() if is_seen(self._namespace, self._tags(row)))

    def _tags(self, row: RunRow) -> frozenset[str]:
        return frozenset().union(*tags_of(row, self._archive.reader)) if self._namespace else frozenset()

    def __getitem__(self, number: str | int) -> Run:
        """Return the run with this number or tag.

        Raises:
            NotInClient: if the flow has no such run.
            MetaflowNamespaceMismatch: if the run is in another namespace.
        """
        try:
            row = self._archive.run(number)
        except UnknownName as error:
            raise NotInClient("run", error.name, error.known) from None
        require_seen(self._namespace, self._tags(row))
        return Run._of(self, row)

    def __contains__(self, number: str | int) -> bool:
        return any(run.id == str(number) for run in self)


ClientObject._find_flow = Flow


class Metaflow:
    """Lists all flows of the store that have a run in the chosen namespace.

    Example:
        >>> Metaflow().flows
        [Flow('Films')]
    """

    @property
    def flows(self) -> list[Flow]:
        """Return these flows."""
        return list(self)

    def __iter__(self) -> Iterator[Flow]:
        root = store_of(None)
        known = Store.open(root, create=False).history.flows() if Store.exists(root) else ()
        for name in known:
            with contextlib.suppress(MetaflowNamespaceMismatch):
                flow = Flow(name)
                if flow.latest_run is not None:
                    yield flow

    def __getitem__(self, name: str) -> Flow:
        return Flow(name)

    def __repr__(self) -> str:
        return "Metaflow()"
