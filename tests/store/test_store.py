"""The store as a whole: where it is, what it loads together, what it sweeps, what it finds damaged."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nbflow.errors import BlobCorrupt, BlobMissing, StoreBroken, StoreInUse
from nbflow.store.blobs.local import SEAL
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.homes import locate_store
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef

from .cataloging import begin, write
from .conftest import Notebook


@pytest.fixture(autouse=True)
def _key_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


class TestPlace:
    def test_nearest_parent_that_has_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NBFLOW_HOME", raising=False)
        deep = tmp_path / "a" / "b"
        deep.mkdir(parents=True)
        (tmp_path / ".nbflow").mkdir()
        assert locate_store(deep) == tmp_path / ".nbflow"
        (deep / ".nbflow").mkdir()
        assert locate_store(deep) == deep / ".nbflow"

    def test_the_variable_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NBFLOW_HOME", str(tmp_path / "elsewhere"))
        assert locate_store(tmp_path) == tmp_path / "elsewhere"

    def test_folders_are_private_and_ignored_by_git(self, store: Store) -> None:
        assert oct(store.root.stat().st_mode & 0o777) == "0o700"
        assert (store.root / ".gitignore").read_text() == "*\n"

    def test_reading_creates_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(StoreBroken, match="there is no store"):
            Store.open(tmp_path / ".nbflow", create=False)
        assert not (tmp_path / ".nbflow").exists()

    def test_a_store_that_is_being_made_is_none_yet(self, tmp_path: Path) -> None:
        (tmp_path / "catalog.db").touch()
        assert not Store.exists(tmp_path)
        with pytest.raises(StoreBroken, match="there is no store"):
            Store.open(tmp_path, create=False)
        Store.open(tmp_path).close()
        assert Store.exists(tmp_path)

    def test_many_processes_may_create_it_at_once(self, tmp_path: Path) -> None:
        script = (
            f"import pathlib; from nbflow.store.store import Store; Store.open(pathlib.Path({str(tmp_path / 's')!r}))"
        )
        started = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
        assert [one.wait() for one in started] == [0, 0, 0, 0]


class TestLoading:
    def test_names_of_one_component_are_decoded_once(self, store: Store, notebook: Notebook) -> None:
        shared = [1]
        artifacts = write(store, begin(store), "s", {"a": shared, "b": {"in": shared}, "c": 3}, notebook)
        back = store.load(artifacts, notebook)
        assert back["b"]["in"] is back["a"]  # type: ignore[index]
        assert back["c"] == 3

    def test_what_points_into_an_input_is_loaded_with_it(self, store: Store, notebook: Notebook) -> None:
        run = begin(store)
        first = write(store, run, "load", {"df": [1], "big": np.arange(300_000)}, notebook)
        heap = store.heap(notebook)
        loaded = heap.load(first)
        heap.compare()
        made = {"w": {"here": loaded["df"]}, "v": loaded["big"][10:20]}  # type: ignore[index]
        second = write(store, run, "use", made, notebook, heap)
        assert len(list(store.blobs)) == 1
        back = store.load({**second, **first}, notebook)
        assert back["w"]["here"] is back["df"]  # type: ignore[index]
        assert np.shares_memory(back["big"], back["v"])  # type: ignore[call-overload]
        assert store.load({"w": second["w"]}, notebook) == {"w": {"here": [1]}}

    def test_rows_that_are_not_committed_yet_can_be_passed(self, store: Store, notebook: Notebook) -> None:
        artifacts = write(store, begin(store), "s", {"a": [1]}, notebook)
        digest = artifacts["a"].component
        components = {digest: store.history.component(digest)}
        with store.writer() as writer:
            writer._write("DELETE FROM components", ())
        assert store.load(artifacts, notebook, components) == {"a": [1]}  # type: ignore[arg-type]
        with pytest.raises(BlobMissing, match="artifact 'a'"):
            store.load(artifacts, notebook)

    def test_long_streams_are_blobs(self, store: Store, notebook: Notebook) -> None:
        value = [str(i) for i in range(100_000)]
        artifacts = write(store, begin(store), "s", {"a": value}, notebook)
        assert store.history.component(artifacts["a"].component).stream == b""  # type: ignore[union-attr]
        assert store.load(artifacts, notebook) == {"a": value}
        assert store.verify() == []

    def test_a_spawned_process_reads_it(self, store: Store, notebook: Notebook) -> None:
        artifacts = write(store, begin(store), "s", {"a": np.arange(200_000), "b": [1]}, notebook)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.apply(load_elsewhere, (store.root, artifacts)) == (19999900000, [1])


def load_elsewhere(root: Path, artifacts: dict[str, ArtifactRef]) -> tuple[int, object]:
    with Store.open(root) as store:
        values = store.load(artifacts, Notebook())
        return int(values["a"].sum()), values["b"]  # type: ignore[attr-defined]


class TestSweeping:
    def test_only_what_no_kept_run_needs_goes(self, store: Store, notebook: Notebook) -> None:
        kept = np.arange(100_000)
        for i in range(4):
            write(store, begin(store), "s", {"own": np.full(100_000, i), "same": kept, "small": [i]}, notebook)
        write(store, begin(store, "other"), "t", {"x": [1]}, notebook)
        planned = store.gc(Kept(2), dry_run=True)
        assert len(store.history.runs()) == 5
        swept = store.gc(Kept(2))
        assert swept == planned
        assert swept.runs == ("demo/2", "demo/1")
        assert (swept.components, swept.blobs, swept.texts) == (4, 2, 2)
        assert swept.bytes > 1_600_000
        assert [(run.flow, run.number) for run in store.history.runs()] == [("other", 1), ("demo", 4), ("demo", 3)]
        assert store.verify() == []
        assert begin(store).number == 5

    def test_a_running_run_is_kept_and_a_crashed_one_is_not(self, store: Store, notebook: Notebook) -> None:
        begin(store, status=RunStatus.RUNNING)
        crash = (
            "import pathlib; from nbflow.store.store import Store\n"
            f"Store.open(pathlib.Path({str(store.root)!r})).writer().begin_run('demo')"
        )
        subprocess.run([sys.executable, "-c", crash], check=True)
        begin(store)
        assert store.gc(Kept(1)).runs == ("demo/2",)

    def test_gc_waits_for_nobody(self, store: Store) -> None:
        run = begin(store, status=RunStatus.RUNNING)
        with store.lease(), store.lease(), pytest.raises(StoreInUse, match=f"demo/{run.number}"):
            store.gc(Kept())
        assert store.gc(Kept()).runs == ()

    def test_what_a_killed_writer_left_is_removed(self, store: Store) -> None:
        script = (
            "import os, pathlib, signal; from nbflow.store.blobs import local\n"
            "local.LocalBlobs._publish = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
            f"local.LocalBlobs(pathlib.Path({str(store.root / 'blobs')!r})).put(b'x' * 5000)"
        )
        assert subprocess.run([sys.executable, "-c", script]).returncode == -signal.SIGKILL
        assert list(store.blobs) == []
        assert store.gc(Kept()).bytes == 5000
        assert list(store.blobs.whole.unfinished.iterdir()) == []

    def test_what_is_mapped_outlives_gc(self, store: Store, notebook: Notebook) -> None:
        artifacts = write(store, begin(store), "s", {"a": np.arange(300_000)}, notebook)
        a = store.load(artifacts, notebook)["a"]
        store.gc(Kept(0))
        assert a.sum() == 44999850000  # type: ignore[attr-defined]
        assert list(store.blobs) == []


class TestDamage:
    @pytest.fixture
    def artifacts(self, store: Store, notebook: Notebook) -> dict[str, ArtifactRef]:
        return write(store, begin(store), "load", {"a": np.arange(20_000), "b": [1], "c": "kept"}, notebook)

    def test_a_sound_store(self, store: Store, artifacts: dict[str, ArtifactRef]) -> None:
        assert store.verify() == []

    @pytest.mark.parametrize("how", ["missing", "truncated", "flipped", "flipped under the seal"])
    def test_a_blob(self, how: str, store: Store, artifacts: dict[str, ArtifactRef], notebook: Notebook) -> None:
        (digest,) = store.blobs
        path = store.blobs.whole.path(digest)
        content = path.read_bytes()
        path.unlink()
        if how != "missing":
            path.write_bytes(content[:-1] if how == "truncated" else b"x" + content[1:])
        if how == "flipped under the seal":
            os.utime(path, ns=(SEAL, SEAL))
        else:
            with pytest.raises((BlobMissing, BlobCorrupt), match="artifact 'a'"):
                store.load(artifacts, notebook)
        (damage,) = store.verify()
        assert damage.digest == digest
        assert [str(hit) for hit in damage.hits] == ["a of demo/1/load"]
        store.forget([damage])
        assert store.history.find_key("key of load in 1") is None
        write(store, begin(store), "load", {"a": np.arange(20_000)}, notebook)
        assert store.verify() == []
        assert store.load(artifacts, notebook)["b"] == [1]

    def test_a_row(self, store: Store, artifacts: dict[str, ArtifactRef], notebook: Notebook) -> None:
        with store.writer() as writer:
            digest = artifacts["b"].component
            writer._write("UPDATE components SET stream = x'00' WHERE digest = ?", (digest,))
        (damage,) = store.verify()
        assert (damage.digest, [hit.name for hit in damage.hits]) == (digest, ["b"])
        store.forget([damage])
        assert [one.reason for one in store.verify()] == ["is missing"]
        write(store, begin(store), "load", {"b": [1]}, notebook)
        assert store.verify() == []

    def test_a_task_whose_blob_is_gone_is_not_reused(self, store: Store, artifacts: dict[str, ArtifactRef]) -> None:
        assert store.history.find_key("key of load in 1") is not None
        for digest in store.blobs:
            store.blobs.delete(digest)
        assert store.history.find_key("key of load in 1") is None
