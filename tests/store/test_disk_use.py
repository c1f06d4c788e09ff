"""What each part of a store takes, and which runs gc deletes."""

from __future__ import annotations

import time

import numpy as np
import pytest

from nbflow.store.catalog.disk_use import DiskUse
from nbflow.store.catalog.keeping_rules import Kept, kept_by_options, runs_to_delete
from nbflow.store.catalog.rows import RunRow, RunStatus
from nbflow.store.store import Store

from .cataloging import begin, write
from .conftest import Notebook

ARRAY = 800_000  # bytes of an array of 100,000 numbers
DAY = 86400.0


@pytest.fixture(autouse=True)
def _key_of_its_own(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", f"{tmp_path}/jupyter")


def arrays(taken: object) -> tuple[int, int]:
    """How many arrays of ARRAY bytes a part of the store takes, and how many only it."""
    size, own = taken  # type: ignore[misc]
    return size // ARRAY, own // ARRAY


class TestDiskUse:
    @pytest.fixture
    def use(self, store: Store, notebook: Notebook) -> DiskUse:
        same = np.arange(100_000)
        for flow in ("demo", "demo", "other"):
            run = begin(store, flow)
            write(store, run, "load", {"own": np.full(100_000, run.id), "same": same}, notebook)
        write(store, run, "use", {"again": same}, notebook)
        return store.disk_use(Kept(1))

    def test_shared_objects_count_in_each_part_and_belong_to_none(self, use: DiskUse) -> None:
        assert {name: arrays(taken) for name, taken in use.flows.items()} == {"demo": (3, 2), "other": (2, 1)}
        assert {name: arrays(taken) for name, taken in use.runs.items()} == {
            ("demo", 1): (2, 1),
            ("demo", 2): (2, 1),
            ("other", 1): (2, 1),
        }
        assert {name: arrays(taken) for name, taken in use.steps.items()} == {
            ("demo", "load"): (3, 2),
            ("other", "load"): (2, 1),
            ("other", "use"): (1, 0),
        }
        assert arrays(use.names["demo", "own"]) == (2, 2)
        assert arrays(use.names["other", "again"]) == (1, 0)
        assert use.blobs == 4 * ARRAY

    def test_what_gc_would_free_is_what_gc_frees(self, use: DiskUse, store: Store) -> None:
        store.blobs.put(b"of a run that was killed" * 9999)
        told = store.disk_use(Kept(1))
        assert told.old == ("demo/1",)
        swept = store.gc(Kept(1))
        assert (swept.runs, swept.bytes) == (told.old, told.free)
        assert store.disk_use(Kept(1)).free == 0

    def test_a_run_without_what_it_alone_needs_is_that_much_smaller(self, use: DiskUse, store: Store) -> None:
        own = use.runs["demo", 1].own
        assert own > ARRAY
        assert store.gc(Kept(1)).bytes == own

    def test_items_output_and_random_state_have_one_line_each(self, store: Store, notebook: Notebook) -> None:
        run = begin(store)
        write(store, run, "fit", {"x": 1, "state of random": 2}, notebook)
        write(store, run, "fit", {str(item): item for item in range(5)}, notebook, split=True)
        with store.writer() as writer:
            writer.put_random(run.id << 32 | 1, "state")
        names = store.disk_use(Kept()).names
        assert {name for _, name in names} == {"x", "(items)", "(output)", "(random state)"}

    def test_no_blob_is_opened(self, use: DiskUse, store: Store) -> None:
        for blob in store.blobs:
            store.blobs.whole.path(blob).unlink()
            store.blobs.whole.path(blob).symlink_to("nowhere")
        assert store.disk_use(Kept(1)) == use

    def test_an_empty_store(self, store: Store) -> None:
        assert store.disk_use(Kept()) == DiskUse(0, {}, {}, {}, {}, 0, ())


class TestKept:
    def ended(self, store: Store, days: float, *tags: str) -> RunRow:
        run = begin(store)
        with store.writer() as writer:
            writer.update_run(run.id, status=RunStatus.SUCCEEDED, finished=time.time() - days * DAY)
            writer.tag(run.id, *tags)
        return run

    def deleted(self, store: Store, kept: Kept) -> set[str]:
        return set(runs_to_delete(store.history.query, kept).values())

    def test_only_runs_that_ended_before_go(self, store: Store) -> None:
        for days in (50, 31, 29, 0):
            self.ended(store, days)
        assert self.deleted(store, kept_by_options(None, 30 * DAY, False)) == {"demo/1", "demo/2"}
        assert self.deleted(store, kept_by_options(3, 30 * DAY, False)) == {"demo/1"}
        assert self.deleted(store, kept_by_options(None, None, False)) == set()
        assert self.deleted(store, kept_by_options(0, None, False)) == {"demo/1", "demo/2", "demo/3", "demo/4"}

    def test_a_run_that_never_said_it_ended_is_as_old_as_its_last_task(self, store: Store, notebook: Notebook) -> None:
        run = begin(store)
        assert self.deleted(store, Kept(0, run.started)) == set()
        assert self.deleted(store, Kept(0, run.started + 1)) == {"demo/1"}
        write(store, run, "s", {"a": 1}, notebook, finished=run.started + DAY)
        assert self.deleted(store, Kept(0, run.started + 1)) == set()

    def test_tagged_runs_stay_with_what_they_need(self, store: Store, notebook: Notebook) -> None:
        write(store, self.ended(store, 9, "best"), "s", {"a": np.arange(100_000)}, notebook)
        write(store, self.ended(store, 9), "s", {"a": np.arange(100_000) + 1}, notebook)
        assert store.gc(Kept(0, tagged=True)).runs == ("demo/2",)
        assert len([*store.blobs]) == 1
        assert store.verify() == []
        assert store.gc(Kept(0)).runs == ("demo/1",)
