"""The contract of every place for bytes, and what the local one promises beyond it."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from nbflow.errors import BlobCorrupt, StoreFull
from nbflow.store.blobs import maps
from nbflow.store.blobs.local import MAP, SEAL, LocalBlobs
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.blobs.protocol import BlobStore
from nbflow.testing import BlobStoreConformance


def content(length: int) -> bytes:
    return (os.urandom(1000) * (length // 1000 + 1))[:length]


class TestLocalConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self, tmp_path: Path) -> BlobStore:
        return LocalBlobs(tmp_path / "blobs")


class TestMemoryConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self) -> BlobStore:
        return MemoryBlobs()


class TestLocal:
    def test_a_flipped_byte_is_found_before_use(self, blobs: LocalBlobs) -> None:
        digest = blobs.put(content(5000))
        damage(blobs.path(digest), lambda old: bytes([old[0] ^ 1]) + old[1:])
        with pytest.raises(BlobCorrupt, match=digest):
            blobs.open(digest)

    def test_a_blob_cut_short_is_found_although_it_carries_the_seal(self, blobs: LocalBlobs) -> None:
        digest = blobs.put(content(5000))
        damage(blobs.path(digest), lambda old: old[:4000], sealed=True)
        assert not blobs.exists(digest)
        with pytest.raises(BlobCorrupt, match="4000 bytes instead of 5000"):
            blobs.open(digest)

    def test_check_finds_a_flipped_byte_under_an_intact_seal(self, blobs: LocalBlobs) -> None:
        digest = blobs.put(content(5000))
        damage(blobs.path(digest), lambda old: old[:-1] + bytes([old[-1] ^ 1]), sealed=True)
        with pytest.raises(BlobCorrupt, match="not those that were written"):
            blobs.check(digest)

    def test_a_copied_blob_is_hashed_once_and_sealed_again(self, blobs: LocalBlobs) -> None:
        digest = blobs.put(b"abc")
        os.utime(blobs.path(digest))
        assert bytes(blobs.open(digest)) == b"abc"
        assert blobs.path(digest).stat().st_mtime_ns == SEAL

    def test_a_copied_blob_is_there_and_a_copied_damaged_one_is_not(self, blobs: LocalBlobs) -> None:
        whole, damaged = blobs.put(b"abc"), blobs.put(b"xyz")
        os.utime(blobs.path(whole))
        damage(blobs.path(damaged), lambda old: b"xya")
        assert [blobs.exists(whole), blobs.exists(damaged)] == [True, False]
        assert blobs.path(whole).stat().st_mtime_ns == SEAL

    def test_putting_the_bytes_again_heals_a_damaged_blob(self, blobs: LocalBlobs) -> None:
        data = content(5000)
        digest = blobs.put(data)
        damage(blobs.path(digest), lambda old: b"x")
        assert blobs.put(data) == digest
        assert bytes(blobs.open(digest)) == data

    def test_blobs_are_read_only_and_folders_private(self, blobs: LocalBlobs) -> None:
        path = blobs.path(blobs.put(b"abc"))
        assert oct(path.stat().st_mode & 0o777) == "0o444"
        assert oct(path.parent.stat().st_mode & 0o777) == "0o700"

    @pytest.mark.parametrize("umask", [0o022, 0o077])
    def test_who_may_write_to_a_store_of_a_group_may_write_to_its_new_folders(
        self, blobs: LocalBlobs, umask: int
    ) -> None:
        blobs.root.chmod(0o2770)
        before = os.umask(umask)
        try:
            path = blobs.path(blobs.put(content(100)))
        finally:
            os.umask(before)
        assert oct(path.parent.stat().st_mode & 0o7777) == "0o2770"
        assert oct(path.stat().st_mode & 0o777) == "0o444"

    def test_a_full_disk_is_one_error_and_leaves_nothing_behind(self, blobs: LocalBlobs) -> None:
        with file_size_limit(1 << 20), pytest.raises(StoreFull, match="gc"):
            blobs.put(content(3 << 20))
        assert list(blobs.unfinished.iterdir()) == []
        assert list(blobs) == []

    def test_a_private_map_that_was_only_read_is_known_by_name(self, blobs: LocalBlobs) -> None:
        digest = blobs.put(content(MAP))
        mapping = blobs.open(digest)
        assert sum(memoryview(mapping)[:100]) >= 0
        assert maps.untouched(memoryview(mapping)) in (digest, None)  # None where the system cannot tell
        mapping[MAP // 2] ^= 1
        assert maps.untouched(memoryview(mapping)) is None

    def test_what_was_written_to_a_map_becomes_a_new_blob(self, blobs: LocalBlobs) -> None:
        digest = blobs.put(content(MAP))
        mapping = blobs.open(digest)
        assert blobs.put(mapping) == digest
        mapping[5] ^= 1
        changed = blobs.put(mapping)
        assert changed != digest
        assert bytes(blobs.open(changed)) == bytes(mapping)


def damage(path: Path, change: object, sealed: bool = False) -> None:
    path.chmod(0o600)
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    if sealed:
        os.utime(path, ns=(SEAL, SEAL))


class file_size_limit:  # noqa: N801 - reads as a with statement
    """Writing beyond it fails as on a full disk."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __enter__(self) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.limit, self.before[1]))

    def __exit__(self, *error: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


def test_files_that_others_leave_among_the_blobs_are_no_blobs(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    names = [blobs.put(b"a"), blobs.put(b"b")]
    for folder in [blobs.root, *blobs.root.iterdir()]:
        (folder / ".DS_Store").write_bytes(b"x")
    (blobs.root / "ab").write_bytes(b"x")
    (blobs.unfinished / "folder").mkdir()
    assert sorted(blobs) == sorted(names)
    assert blobs.sweep() == 1  # the stray file in `tmp`
