"""What is evicted, what remains known of it, and what is not touched."""

from __future__ import annotations

import numpy as np
import pytest

from nbflow.errors import ResultEvicted
from nbflow.store.catalog.evictions import Evicted, evicted_steps, read_evicted
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.rows import RunRow
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef

from .cataloging import begin, write
from .conftest import Notebook

ARRAY = 800_000  # bytes of an array of 100,000 numbers


@pytest.fixture(autouse=True)
def _key_of_its_own(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", f"{tmp_path}/jupyter")


@pytest.fixture
def run(store: Store) -> RunRow:
    return begin(store)


@pytest.fixture
def made(store: Store, notebook: Notebook, run: RunRow) -> dict[str, ArtifactRef]:
    shared = np.arange(100_000)
    found: dict[str, ArtifactRef] = {}
    for step, number in (("one", 1), ("two", 2), ("three", 3)):
        values = {f"big{number}": np.full(100_000, number), f"same{number}": shared, f"small{number}": number}
        found |= write(store, run, step, values, notebook)
    return found


def evict(store: Store, made: dict[str, ArtifactRef], *names: str, excess: int = 10**9) -> Evicted | None:
    return store.evict(store.size() - excess, lambda: [made[name].component for name in names])


def left(store: Store, made: dict[str, ArtifactRef]) -> set[str]:
    return {name for name, one in made.items() if store.history.component(one.component) is not None}


def test_the_order_counts_and_no_more_goes_than_must(store: Store, made: dict[str, ArtifactRef]) -> None:
    done = evict(store, made, "big2", "big1", "big3", excess=ARRAY + 1000)
    assert done is not None
    assert (done.components, done.bytes // ARRAY) == (2, 2)
    assert made.keys() - left(store, made) == {"big1", "big2"}


def test_a_store_within_its_limit_is_left_alone(store: Store, made: dict[str, ArtifactRef]) -> None:
    assert store.evict(store.size(), lambda: [one.component for one in made.values()]) is None
    assert left(store, made) == made.keys()


def test_a_blob_goes_with_the_last_component_that_needs_it(store: Store, made: dict[str, ArtifactRef]) -> None:
    before = len([*store.blobs])
    assert evict(store, made, "same1") is not None
    assert len([*store.blobs]) == before
    assert evict(store, made, "same2", "same3") is not None
    assert len([*store.blobs]) == before - 1


def test_what_a_killed_run_left_goes_first(store: Store, made: dict[str, ArtifactRef]) -> None:
    before = {*store.blobs}
    store.blobs.put(b"no row names it" * 9999)
    assert evict(store, made, "big1", excess=1000) == Evicted(0, 15 * 9999)
    assert {*store.blobs} == before


def test_of_a_large_array_only_the_chunks_go_that_no_other_has(store: Store, notebook: Notebook, run: RunRow) -> None:
    large = np.arange(4_000_000)  # 32 MB
    made = write(store, run, "one", {"large": large}, notebook)
    large[0] = 7
    made |= write(store, run, "two", {"changed": large}, notebook)
    before = store.size()
    done = evict(store, made, "large")
    assert done is not None
    assert done.bytes < 9_000_000
    assert abs(before - done.bytes - store.size()) < 100_000  # the catalog has whole pages
    assert store.blobs.sweep(dry_run=True) == 0
    assert (store.load({"changed": made["changed"]}, notebook)["changed"] == large).all()  # type: ignore[attr-defined]


def test_numbers_stay(store: Store, made: dict[str, ArtifactRef]) -> None:
    assert evict(store, made, "small1", "small2", "small3") == Evicted(0, 0)


def test_nothing_goes_while_somebody_writes(store: Store, made: dict[str, ArtifactRef]) -> None:
    with store.lease():
        assert evict(store, made, "big1") is None
    assert left(store, made) == made.keys()


def test_what_is_evicted_is_told_and_not_found(store: Store, made: dict[str, ArtifactRef], run: RunRow) -> None:
    key = "key of two in 1"
    assert store.history.find_key(key) is not None
    assert evict(store, made, "big2") is not None
    assert read_evicted(store.history).keys() == {made["big2"].component}
    assert evicted_steps(store.history, run.id).keys() == {"two"}
    assert store.history.find_key(key) is None
    assert store.history.artifact(run.id << 32 | 2, "big2") == made["big2"]  # its summary can still be shown


def test_loading_says_what_to_do(store: Store, made: dict[str, ArtifactRef], notebook: Notebook) -> None:
    evict(store, made, "big2")
    with pytest.raises(
        ResultEvicted, match=r"^big2 of demo/1/two was evicted on \d{4}-\d\d-\d\d, .*: run two again \(rerun 1/two\)$"
    ):
        store.load({"big2": made["big2"]}, notebook)
    assert store.load({"small2": made["small2"]}, notebook) == {"small2": 2}


def test_an_evicted_object_is_no_damage(store: Store, made: dict[str, ArtifactRef]) -> None:
    evict(store, made, "big2")
    assert store.verify() == []
    assert store.disk_use(Kept()).names["demo", "big2"] == (0, 0)


def test_what_is_stored_again_is_not_evicted_any_more(
    store: Store, made: dict[str, ArtifactRef], notebook: Notebook, run: RunRow
) -> None:
    evict(store, made, "big2")
    again = begin(store)
    assert write(store, again, "two", {"big2": np.full(100_000, 2)}, notebook)["big2"] == made["big2"]
    assert read_evicted(store.history) == {}
    assert evicted_steps(store.history, run.id) == {}
    assert store.load({"big2": made["big2"]}, notebook)["big2"].sum() == 200_000  # type: ignore[attr-defined]


def test_gc_forgets_what_was_evicted_of_deleted_runs(store: Store, made: dict[str, ArtifactRef]) -> None:
    evict(store, made, "big2")
    store.gc(Kept(0))
    (marks,) = store.history.query("SELECT count(*) FROM meta WHERE key LIKE 'evicted%'").fetchone()
    assert marks == 0
