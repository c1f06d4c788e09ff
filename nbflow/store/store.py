"""Opens a store: the folder `.nbflow/` with the blobs, the catalog and the lock."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import StoreBroken, StoreFull, StoreInUse, StoreReadOnly
from nbflow.store import lock
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.catalog import schema
from nbflow.store.catalog.catalog_seal import tolerating_change
from nbflow.store.catalog.foreign import Gate
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.catalog.writer import LIVE_FOLDER, CatalogWriter
from nbflow.store.homes import HOME_VARIABLE, team_of
from nbflow.store.symlinks import refuse_links
from nbflow.store.value_store import ValueStore
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.whole_file import remove_unfinished

if TYPE_CHECKING:
    from nbflow.store.blobs.protocol import BlobStore
    from nbflow.store.catalog.audit import Damage
    from nbflow.store.catalog.disk_use import DiskUse
    from nbflow.store.catalog.evictions import Evicted
    from nbflow.store.catalog.keeping_rules import Kept
    from nbflow.store.catalog.rows import RunRow
    from nbflow.store.catalog.sweep import Swept
    from nbflow.store.values.artifact_ref import Component

CATALOG = "catalog.db"


class Store(ValueStore):
    """Saves and loads values and opens the catalog. Each process opens its own store.

    Hold `lease()` from the first `save` until the rows of the run are committed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = root / CATALOG
        refuse_links(root / LIVE_FOLDER, *schema.files_of_catalog(self.catalog))
        _refuse_open_to_all(root, root / "blobs", self.catalog)
        self.on_network = schema.is_on_network(self.catalog)  # then SQLite is slower, and blobs are not mapped
        self.team = team_of(root)  # None where the folder itself is the store
        blobs = self.team.blobs if self.team else ChunkedBlobs(root / "blobs", mapped=not self.on_network)
        super().__init__(blobs, self._find)
        self._remove_unfinished = blobs.remove_unfinished

    def _find(self, digest: str) -> Component | None:
        """Return the row of a component. Raises ResultEvicted if it was there."""
        found = self.history.component(digest)
        if found is None:
            from nbflow.store.catalog.evictions import refuse_evicted  # noqa: PLC0415 - hardly ever needed

            refuse_evicted(self.history, digest)
        return found

    @staticmethod
    def exists(root: Path) -> bool:
        """Return whether there is a store to read; one that another process is creating does not count yet."""
        return schema.is_there(root / CATALOG)

    @staticmethod
    def tolerating_change(root: Path) -> AbstractContextManager[Path | None]:
        """Use a catalog that has changed without being written to, and give its file, or None if it has not."""
        return tolerating_change(root / CATALOG)

    @classmethod
    def open(cls, root: Path, create: bool = True) -> Store:
        """Open the store in `root`, and create it first if it is missing and `create` is true.

        Raises StoreBroken if there is no store and `create` is false, StoreTooNew if a later version wrote it, and
        StoreReadOnly if it cannot be created.
        """
        if create:
            _lay_out(root)
            if (team := team_of(root)) is not None:
                team.create()
        elif not cls.exists(root):
            raise StoreBroken(
                root, "there is no store", f"Run the flow once, or set {HOME_VARIABLE} to the folder of its store"
            )
        store = cls(root)
        with suppress(StoreFull):  # `gc` makes room even where nobody can read
            store.history  # noqa: B018 - refuse a foreign or too new store before anything is written
        return store

    @classmethod
    def reader(cls, root: Path) -> CatalogReader:
        """Return a catalog reader with a connection of its own, for clients and other threads."""
        return cls(root).new_reader()

    def new_reader(self) -> CatalogReader:
        return CatalogReader(self.catalog, self.has)

    def writer(self) -> CatalogWriter:
        return CatalogWriter(self.catalog, self.team.outward() if self.team else None)

    @cached_property
    def history(self) -> CatalogReader:
        return self.new_reader()

    @cached_property
    def gate(self) -> Gate:
        """Return what decides whether the values of this store may be unpickled."""
        return Gate(self.history, self.root)

    def admit(self, artifacts: Iterable[ArtifactRef], made_by: Iterable[int]) -> None:
        self.gate.admit(artifacts, made_by)

    def close(self) -> None:
        if "history" in self.__dict__:
            self.history.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # ---- the store as a whole

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Keep gc from running. Any number of processes may hold a lease; it ends with its process."""
        with lock.shared(self.root / "lock"), self.team.using() if self.team else nullcontext():
            yield

    def remove_leftovers(self, folder: Path) -> None:
        """Remove what killed processes have left: half-written files in the store and in `folder`, and live output.

        Raises StoreBroken if there is a link instead of a folder.
        """
        with lock.alone(self.root / "lock") as is_alone:  # else another process may be writing blobs just now
            if is_alone:
                self._remove_unfinished()
        remove_unfinished(folder)
        found = [*(self.root / LIVE_FOLDER).glob("*")]  # first, or it would have folders of runs that begin meanwhile
        running = {str(run.id) for run in self.history.runs() if run.status is RunStatus.RUNNING}
        for live in found:
            refuse_links(live)
            if live.name not in running:
                shutil.rmtree(live, ignore_errors=True)

    def gc(self, kept: Kept, dry_run: bool = False) -> Swept:
        """Delete the runs that are not kept, and what only they need.

        With `dry_run` nothing is deleted. Return what was, or would be, deleted. Raises StoreInUse while anyone holds a
        lease.
        """
        from nbflow.store.catalog.sweep import sweep  # noqa: PLC0415 - every run opens a store, and few sweep it

        with lock.alone(self.root / "lock") as is_alone:
            if not is_alone:
                running = (run for run in self.history.runs() if run.status is RunStatus.RUNNING)
                raise StoreInUse(self.root, tuple(f"{run.flow}/{run.number}" for run in running))
            if self.team:
                return self.team.sweep(kept, dry_run)
            return sweep(self.catalog, self.blobs, kept, dry_run)

    def delete_runs(self, runs: Sequence[RunRow]) -> Swept | None:
        """Delete these runs, and what only they need; while the store is in use, only the runs, and return None.

        Raises RunGoesOn if one of them goes on; then nothing is deleted.
        """
        from nbflow.store.catalog.keeping_rules import EVERY_RUN  # noqa: PLC0415 - as above
        from nbflow.store.catalog.sweep import drop_runs, sweep  # noqa: PLC0415 - as above

        drop_runs(self.catalog, runs)
        if self.team:  # what only they need goes with the next gc
            self.team.log.send()
            return None
        with lock.alone(self.root / "lock") as is_alone:
            return sweep(self.catalog, self.blobs, EVERY_RUN, False) if is_alone else None

    def disk_use(self, kept: Kept) -> DiskUse:
        """Return what each flow, run, step and name takes on disk, and what gc would free if it kept these runs."""
        from nbflow.store.catalog.disk_use import add_up  # noqa: PLC0415 - as above

        return add_up(self.history, self.blobs, kept)

    def size(self) -> int:
        """Return the bytes that the store takes on disk: all blobs, and what the catalog holds."""
        from nbflow.store.catalog.evictions import size_of_store  # noqa: PLC0415 - as above

        return size_of_store(self.history, self.blobs)

    def evict(self, limit: int, choose: Callable[[], Iterable[str]]) -> Evicted | None:
        """Evict components until the store takes at most `limit` bytes; None if it does already, or if it is in use.

        `choose` returns the digests of components that may go, in the order in which they go.
        """
        from nbflow.store.catalog.evictions import evict  # noqa: PLC0415 - as above

        if self.team:  # others may need what is not needed here
            return None
        with lock.alone(self.root / "lock") as is_alone:
            excess = self.size() - limit if is_alone else 0
            return evict(self.catalog, self.blobs, choose(), excess) if excess > 0 else None

    def verify(self) -> list[Damage]:
        """Hash every object; return those that are missing, too short or changed, with the artifacts that need them."""
        from nbflow.store.catalog.audit import audit  # noqa: PLC0415 - as above

        if self.team:
            self.team.log.receive()  # which also finds out whether what others have told can be read
        return audit(self.history, self.blobs)

    def forget(self, damage: Iterable[Damage]) -> None:
        """Remove damaged objects, so that the tasks that made them run again when they are needed next."""
        from nbflow.store.catalog.audit import forget  # noqa: PLC0415 - as above

        forget(self.catalog, self.blobs, listed := tuple(damage))
        if self.team:
            self.team.send_gone(one.digest for one in listed if one.is_blob)


def open_blobs(root: Path) -> BlobStore:
    """Return the blobs of the store in `root`, for a process that cannot or need not read its catalog."""
    return Store(root).blobs


def _refuse_open_to_all(*paths: Path) -> None:
    """Raise StoreBroken if every user may write to one of these parts of a store."""
    for path in paths:
        with suppress(OSError):
            if path.stat().st_mode & stat.S_IWOTH and not schema.is_without_modes(path):
                raise StoreBroken(path, "every user of this computer may write to it", f"Run `chmod -R o-w {path}`")


def _lay_out(root: Path) -> None:
    refuse_links(root / LIVE_FOLDER, *schema.files_of_catalog(root / CATALOG))
    try:
        for folder in (root, root / LIVE_FOLDER):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError), (root / ".gitignore").open("x") as file:
            file.write("*\n")
    except FileExistsError as error:
        fix = f"Move it away (a new one is made), or set {HOME_VARIABLE} to another folder"
        raise StoreBroken(error.filename, "it is not a folder", fix) from error
    except OSError as error:
        raise StoreReadOnly(root, os.strerror(error.errno or 0)) from error
    schema.create(root / CATALOG)
