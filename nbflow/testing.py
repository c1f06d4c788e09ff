"""Tests that every implementation of an interface of nbflow must pass, for authors of further ones.

Derive a class from `BlobStoreConformance` in a test module, give it a fixture `blob_store`, and run pytest:

    class TestMyBlobs(BlobStoreConformance):
        @pytest.fixture
        def blob_store(self, tmp_path):
            return MyBlobs(tmp_path)
"""

from __future__ import annotations

import os
import pickle

import pytest

from nbflow.errors import BlobMissing
from nbflow.store.blobs.protocol import BlobStore, blob_size

_LARGE = 1 << 20  # bytes; from here on a store may map a blob, or hash it in a second thread

_SIZES = [0, 1, 1000, _LARGE - 1, _LARGE, 9 << 20]


class BlobStoreConformance:
    """Checks that a place for blobs keeps what `BlobStore` promises. A subclass provides the fixture `blob_store`."""

    @pytest.fixture
    def blob_store(self) -> BlobStore:
        """Return an empty store."""
        raise NotImplementedError("give your test class a fixture 'blob_store' that returns an empty store")

    @pytest.mark.parametrize("length", _SIZES)
    def test_bytes_come_back(self, blob_store: BlobStore, length: int) -> None:
        data = _content(length)
        digest = blob_store.put(data)
        assert bytes(blob_store.open(digest)) == data
        assert blob_size(digest) == length
        assert blob_store.exists(digest)
        blob_store.check(digest)

    def test_equal_bytes_are_one_blob(self, blob_store: BlobStore) -> None:
        assert blob_store.put(b"abc") == blob_store.put(bytearray(b"abc")) == blob_store.put(memoryview(b"abc"))
        assert len(list(blob_store)) == 1

    def test_different_bytes_have_different_names(self, blob_store: BlobStore) -> None:
        assert len({blob_store.put(b"abc"), blob_store.put(b"abd"), blob_store.put(b"ab")}) == 3

    @pytest.mark.parametrize("length", [10, _LARGE])
    def test_writing_to_what_was_opened_does_not_reach_the_store(self, blob_store: BlobStore, length: int) -> None:
        digest = blob_store.put(bytes(length))
        opened = blob_store.open(digest)
        opened[0] = 7
        assert bytes(blob_store.open(digest)) == bytes(length)

    def test_a_missing_blob_is_named(self, blob_store: BlobStore) -> None:
        digest = blob_store.put(b"abc")
        blob_store.delete(digest)
        assert not blob_store.exists(digest)
        for use in (blob_store.open, blob_store.check):
            with pytest.raises(BlobMissing, match=digest):
                use(digest)

    def test_delete_frees_bytes_once(self, blob_store: BlobStore) -> None:
        digest = blob_store.put(b"abc")
        assert [blob_store.delete(digest), blob_store.delete(digest)] == [3, 0]
        assert list(blob_store) == []

    def test_what_is_open_survives_delete(self, blob_store: BlobStore) -> None:
        data = _content(_LARGE)
        digest = blob_store.put(data)
        opened = blob_store.open(digest)
        blob_store.delete(digest)
        assert bytes(opened) == data

    def test_a_copy_of_the_store_finds_what_is_in_it(self, blob_store: BlobStore) -> None:
        digest = blob_store.put(b"abc")
        assert bytes(pickle.loads(pickle.dumps(blob_store)).open(digest)) == b"abc"

    def test_the_parts_of_a_blob_add_up(self, blob_store: BlobStore) -> None:
        digest = blob_store.put(_content(20 << 20))
        assert sum(map(blob_size, blob_store.parts(digest))) == blob_size(digest)

    def test_sweeping_leaves_finished_blobs(self, blob_store: BlobStore) -> None:
        digest = blob_store.put(_content(5000))
        assert [blob_store.sweep(dry_run=True), blob_store.sweep()] == [0, 0]
        assert list(blob_store) == [digest]


def _content(length: int) -> bytes:
    return (os.urandom(1000) * (length // 1000 + 1))[:length]
