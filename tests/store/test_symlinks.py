"""Nothing outside a store is written or deleted: names of objects are no paths, and links inside it are refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbflow.errors import BlobCorrupt, StoreBroken
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.store import Store

BAD = (
    "xx/etc/passwd-2024", "xx/../../outside-7", "../../outside", "", "0" * 32, "-1", "0" * 31 + "-1", "0" * 32 + "--1",
    "0" * 32 + "-1/..", "G" * 32 + "-1", "0" * 32 + "-1\n", "0" * 32 + "-" + "9" * 20, "0" * 32 + "-١",
)  # fmt: skip


@pytest.fixture(params=["local", "memory", "chunked"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    kinds = {"local": LocalBlobs, "chunked": ChunkedBlobs}
    return kinds[request.param](tmp_path / "blobs") if request.param in kinds else MemoryBlobs()


@pytest.mark.parametrize("name", BAD)
def test_a_text_of_another_form_names_no_object(blobs: BlobStore, name: str) -> None:
    for use in (blobs.open, blobs.check):
        with pytest.raises(BlobCorrupt, match="this is not the name of an object"):
            use(name)
    assert not blobs.exists(name)
    assert blobs.delete(name) == 0


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the store, with files that have the names of what a store deletes."""
    folder = tmp_path / "outside"
    (folder / "tmp").mkdir(parents=True)
    for name in ("name-2024", "tmp/file", "0" * 30 + "-4", "1/file"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("kept")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / ".nbflow") as store:
        yield store


def content(folder: Path) -> dict[str, tuple[str, int]]:
    return {str(one): (one.read_text(), one.stat().st_mtime_ns) for one in folder.rglob("*") if one.is_file()}


def use_all(root: Path) -> list[str]:
    """Open the store and use it in every way that deletes or writes; return the errors."""
    said = []
    for do in (
        lambda store: store.forget(store.verify()),
        lambda store: store.gc(Kept(0)),
        lambda store: store.blobs.put(b"x" * 100_000),
        begin,
    ):
        try:
            with Store.open(root) as store:
                do(store)
        except StoreBroken as error:
            said.append(str(error))
    return said


def begin(store: Store) -> None:
    with store.lease(), store.writer() as writer:
        writer.begin_run("films")


def test_a_component_that_names_a_path_deletes_nothing(store: Store, outside: Path) -> None:
    before = content(outside)
    for name in (f"xx{outside}/name-2024", f"xx/../../../{outside.name}/name-2024"):
        with store.writer() as writer:
            writer._write(
                "INSERT INTO components VALUES (NULL, ?, ?, ?, ?, 1, 'x', NULL, NULL)", (name, b"", name, name)
            )
    found = store.verify()
    assert "this is not the name of an object" in str(found)
    store.forget(found)
    assert store.gc(Kept(0)).blobs == 0
    assert content(outside) == before


LINKS: dict[str, Callable[[Path], Path]] = {
    "live": lambda root: root / "live",
    "blobs": lambda root: root / "blobs",
    "tmp": lambda root: root / "blobs" / "tmp",
    "lock": lambda root: root / "lock",
    "catalog": lambda root: root / "catalog.db",
    "wal": lambda root: root / "catalog.db-wal",
    "00": lambda root: root / "blobs" / "00",
    "chunks": lambda root: root / "blobs" / "chunks",
    "recipes": lambda root: root / "blobs" / "recipes",
    "tmp of chunks": lambda root: root / "blobs" / "chunks" / "tmp",
    "live/1": lambda root: root / "live" / "1",
}


@pytest.mark.parametrize("place", LINKS)
def test_a_link_inside_a_store_is_not_followed(tmp_path: Path, outside: Path, place: str) -> None:
    root = tmp_path / ".nbflow"
    Store.open(root).close()
    link = LINKS[place](root)
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(outside / "new" if place in ("lock", "catalog", "wal") else outside)
    before = content(outside)
    said = use_all(root)
    assert content(outside) == before
    assert not (outside / "new").exists()
    assert said
    assert all("it is a symbolic link, and inside a store none is followed" in one for one in said)
    assert not any("\n" in one for one in said)


def test_an_object_whose_file_is_a_link_is_damaged(store: Store, outside: Path) -> None:
    digest = store.blobs.put(b"x" * 100_000)
    path = store.blobs.whole.path(digest)  # type: ignore[attr-defined]
    path.unlink()
    path.symlink_to(outside / "name-2024")
    assert not store.blobs.exists(digest)
    with pytest.raises(BlobCorrupt, match="its file is a symbolic link"):
        store.blobs.open(digest)
    store.forget(store.verify())
    assert not path.is_symlink()
    assert (outside / "name-2024").read_text() == "kept"


def test_an_object_whose_file_is_a_pipe_is_damaged(store: Store) -> None:
    digest = store.blobs.put(b"x" * 100_000)
    path = store.blobs.whole.path(digest)  # type: ignore[attr-defined]
    path.unlink()
    os.mkfifo(path)
    assert not store.blobs.exists(digest)
    with pytest.raises(BlobCorrupt, match="it is not a file"):
        store.blobs.open(digest)


@pytest.mark.parametrize("mend", [lambda store: store.forget(store.verify()), lambda store: None])
def test_a_folder_in_the_place_of_an_object_makes_way(store: Store, mend: Callable[[Store], object]) -> None:
    digest = store.blobs.put(b"x" * 100_000)
    path = store.blobs.whole.path(digest)  # type: ignore[attr-defined]
    path.unlink()
    (path / "within").mkdir(parents=True)
    assert not store.blobs.exists(digest)
    mend(store)
    assert store.blobs.put(b"x" * 100_000) == digest
    assert bytes(store.blobs.open(digest)) == b"x" * 100_000


def test_a_run_that_meets_a_link_leaves_no_row(store: Store, outside: Path) -> None:
    (store.root / "live" / "1").symlink_to(outside)
    with pytest.raises(StoreBroken):
        begin(store)
    assert [run for run in store.history.runs() if run.status is RunStatus.RUNNING] == []


def test_files_that_are_no_objects_stay(store: Store) -> None:
    store.blobs.put(b"x" * 100_000)
    (folder,) = (one for one in (store.root / "blobs").iterdir() if len(one.name) == 2)
    for place in (folder / ".DS_Store", folder / "notes", store.root / "blobs" / ".DS_Store"):
        place.write_text("x")
    assert store.verify() == []
    store.gc(Kept(0))
    assert sorted(one.name for one in folder.iterdir()) == [".DS_Store", "notes"]
