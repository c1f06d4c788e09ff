"""Large blobs are kept in chunks, so that what changed a little is stored a little."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from nbflow.errors import BlobCorrupt, BlobMissing
from nbflow.store.blobs import maps
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.chunks import CHUNK, CHUNKED, is_named, name_of_blob
from nbflow.store.blobs.local import SEAL, LocalBlobs
from nbflow.store.catalog.audit import Damage
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.store import Store
from nbflow.testing import BlobStoreConformance


def content(size: int, seed: int = 0) -> bytearray:
    return bytearray(np.random.default_rng(seed).bytes(size))


@pytest.fixture
def blobs(tmp_path: Path) -> ChunkedBlobs:
    return ChunkedBlobs(tmp_path / "blobs")


class TestConformance(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self, tmp_path: Path) -> ChunkedBlobs:
        return ChunkedBlobs(tmp_path / "blobs")


@pytest.mark.parametrize("mapped", [True, False])
@pytest.mark.parametrize("size", [CHUNKED - 1, CHUNKED, CHUNKED + 1, 2 * CHUNK + 4097, 3 * CHUNK])
def test_bytes_come_back(size: int, mapped: bool, tmp_path: Path) -> None:
    blobs, data = ChunkedBlobs(tmp_path / "blobs", mapped), content(size)
    digest = blobs.put(data)
    assert blobs.open(digest)[:] == data
    assert blobs.exists(digest)
    assert list(blobs) == [digest]
    assert name_of_blob(data) == digest
    blobs.check(digest)


def test_of_what_changed_a_little_only_a_chunk_is_stored(blobs: ChunkedBlobs) -> None:
    data = content(5 * CHUNK)
    blobs.put(data)
    data[3 * CHUNK + 17] ^= 1
    blobs.put(data)
    assert len(list(blobs.chunks)) == 6
    blobs.put(data + content(100, seed=1))
    assert len(list(blobs.chunks)) == 7
    assert len(list(blobs)) == 3


def test_a_change_of_a_map_is_private_and_is_found(blobs: ChunkedBlobs) -> None:
    data = content(3 * CHUNK)
    digest = blobs.put(data)
    one, other = blobs.open(digest), blobs.open(digest)
    one[CHUNK + 5] ^= 255
    assert other[:] == data
    assert is_named(other, digest)
    assert not is_named(one, digest)
    assert blobs.open(blobs.put(one))[:] == one[:]
    assert len(list(blobs.chunks)) == 4


def test_a_map_outlives_its_blob(blobs: ChunkedBlobs) -> None:
    data = content(3 * CHUNK)
    mapped = blobs.open(blobs.put(data))
    blobs.delete(name_of_blob(data))
    blobs.sweep()
    assert mapped[:] == data
    assert list(blobs.chunks) == []


def test_sweeping_keeps_the_chunks_that_another_blob_has(blobs: ChunkedBlobs) -> None:
    first = content(3 * CHUNK)
    second = first[: 2 * CHUNK] + content(CHUNK, seed=1)
    gone, stays = blobs.put(first), blobs.put(second)
    blobs.delete(gone)
    assert set(blobs.parts(stays)) < set(blobs.chunks)
    assert blobs.sweep(dry_run=True) == CHUNK
    assert blobs.sweep() == CHUNK
    assert blobs.open(stays)[:] == second
    assert not blobs.exists(gone)


def test_a_chunk_that_is_gone_is_a_blob_that_is_gone(blobs: ChunkedBlobs) -> None:
    digest = blobs.put(content(3 * CHUNK))
    blobs.chunks.delete(next(iter(blobs.chunks)))
    assert not blobs.exists(digest)
    for look in (blobs.open, blobs.check):
        with pytest.raises(BlobMissing) as error:
            look(digest)
        assert error.value.digest == digest


def test_a_flipped_byte_of_a_chunk_is_found(blobs: ChunkedBlobs) -> None:
    digest = blobs.put(content(3 * CHUNK))
    path = blobs.chunks.path(next(iter(blobs.chunks)))
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(bytes([file.read(1)[0] ^ 1]))
    with pytest.raises(BlobCorrupt) as error:
        blobs.check(digest)
    assert error.value.digest == digest


def test_where_there_is_no_room_for_maps_a_blob_is_read(blobs: ChunkedBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    data = content(3 * CHUNK)
    digest = blobs.put(data)
    monkeypatch.setattr(maps, "MOST_MAPS", -1)
    assert isinstance(blobs.open(digest), bytearray)
    assert blobs.open(digest) == data


def test_a_large_blob_of_an_earlier_version_is_read_and_recognised(blobs: ChunkedBlobs, tmp_path: Path) -> None:
    data = content(3 * CHUNK)
    digest = LocalBlobs(tmp_path / "blobs").put(data)
    assert digest != name_of_blob(data)
    assert blobs.exists(digest)
    assert blobs.open(digest)[:] == data
    assert is_named(data, digest)
    assert is_named(blobs.open(digest), digest)
    blobs.check(digest)
    assert list(blobs) == [digest]


def test_what_gc_would_free_is_what_it_frees(tmp_path: Path) -> None:
    store = Store.open(tmp_path / ".nbflow")
    shared = content(3 * CHUNK)
    store.blobs.put(shared)
    store.blobs.put(shared[: 2 * CHUNK] + content(CHUNK, seed=1))
    would = store.gc(Kept(), dry_run=True)
    assert 4 * CHUNK <= would.bytes < 4 * CHUNK + 1000
    assert 4 * CHUNK <= store.gc(Kept()).bytes < 4 * CHUNK + 1000
    assert list(store.blobs) == list(store.blobs.chunks) == []


@pytest.mark.parametrize("part", ["chunks", "recipes"])
def test_what_is_damaged_under_its_seal_is_found_and_written_anew(part: str, tmp_path: Path) -> None:
    store = Store.open(tmp_path / ".nbflow")
    data = content(3 * CHUNK)
    digest = store.blobs.put(data)
    kept: LocalBlobs = getattr(store.blobs, part)
    path = kept.path(next(iter(kept)))
    path.chmod(0o600)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    os.utime(path, ns=(SEAL, SEAL))
    with pytest.raises(BlobCorrupt):
        store.blobs.check(digest)
    store.forget([Damage(digest, "is damaged", True)])
    assert store.blobs.put(data) == digest
    assert store.verify() == []
    assert store.blobs.open(digest)[:] == data
    store.gc(Kept())
    assert list(store.blobs.chunks) == []
