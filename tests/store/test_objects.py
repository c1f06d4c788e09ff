"""Blobs in a bucket, with copies in files: against a real server of S3, a folder and the memory."""

from __future__ import annotations

import os
import pickle
import uuid
from pathlib import Path

import pytest

from nbflow.errors import BlobCorrupt, BlobMissing, BucketFailed, StoreReadOnly
from nbflow.store.blobs.bucket import TIMEOUT_VARIABLE, Bucket
from nbflow.store.blobs.cached import CachedBlobs
from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.chunks import CHUNK, CHUNKED
from nbflow.store.blobs.objects import CHUNKS, RECIPES, WHOLE, ObjectBlobs
from nbflow.testing import BlobStoreConformance
from tests.buckets import environment_of

pytest.importorskip("obstore", reason="obstore is missing: pip install 'jupyter-nbflow[s3]'")


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Is a place of its own in the bucket of the server."""
    for name, value in environment_of(server).items():
        monkeypatch.setenv(name, value)
    return f"s3://team/{uuid.uuid4()}/my flows"


class TestServerConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self, s3: str) -> ObjectBlobs:
        return ObjectBlobs(Bucket(s3))


class TestFolderConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self, tmp_path: Path) -> ObjectBlobs:
        return ObjectBlobs(Bucket((tmp_path / "far").as_uri()))


class TestMemoryConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self) -> ObjectBlobs:
        return ObjectBlobs(Bucket(f"memory:///{uuid.uuid4()}"))


class TestCachedConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self, tmp_path: Path) -> CachedBlobs:
        return CachedBlobs(ChunkedBlobs(tmp_path / "near"), ObjectBlobs(Bucket((tmp_path / "far").as_uri())))


SIZES = [3, CHUNKED - 1, CHUNKED, 2 * CHUNK + 4097, 3 * CHUNK]


@pytest.mark.parametrize("size", SIZES)
def test_a_blob_has_the_same_name_in_files_and_in_a_bucket(size: int, tmp_path: Path) -> None:
    data, near, far = os.urandom(size), ChunkedBlobs(tmp_path / "near"), ObjectBlobs(Bucket("memory:///names"))
    assert near.put(data) == far.put(data)


@pytest.mark.parametrize("size", [3, 2 * CHUNK + 4097])
def test_another_machine_reads_what_one_wrote(size: int, s3: str, tmp_path: Path) -> None:
    data = os.urandom(size)
    digest = CachedBlobs(ChunkedBlobs(tmp_path / "one"), ObjectBlobs(Bucket(s3))).put(data)
    other = CachedBlobs(ChunkedBlobs(tmp_path / "two"), ObjectBlobs(Bucket(s3)))
    assert other.exists(digest)
    assert bytes(other.open(digest)) == data


def test_a_second_read_asks_no_server(tmp_path: Path) -> None:
    far = tmp_path / "far"
    digest = CachedBlobs(ChunkedBlobs(tmp_path / "one"), ObjectBlobs(Bucket(far.as_uri()))).put(os.urandom(3 * CHUNK))
    blobs = CachedBlobs(ChunkedBlobs(tmp_path / "two"), ObjectBlobs(Bucket(far.as_uri())))
    first = bytes(blobs.open(digest))
    far.rename(tmp_path / "gone")
    assert bytes(blobs.open(digest)) == first


def test_bytes_that_changed_on_this_disk_are_fetched_again(tmp_path: Path) -> None:
    blobs = CachedBlobs(ChunkedBlobs(tmp_path / "near"), ObjectBlobs(Bucket((tmp_path / "far").as_uri())))
    digest = blobs.put(b"abc")
    file = blobs.near.whole.path(digest)
    file.chmod(0o600)
    file.write_bytes(b"abd")
    assert bytes(blobs.open(digest)) == b"abc"


@pytest.mark.parametrize(("room", "size"), [(WHOLE, 1000), (CHUNKS, CHUNKED), (RECIPES, CHUNKED)])
def test_bytes_that_changed_in_the_bucket_are_found_before_use(room: str, size: int, tmp_path: Path) -> None:
    far = ObjectBlobs(Bucket((tmp_path / "far").as_uri()))
    digest = far.put(os.urandom(size))
    [*_, changed] = sorted((tmp_path / "far" / room).iterdir())
    changed.write_bytes(bytes([changed.read_bytes()[0] ^ 1]) + changed.read_bytes()[1:])
    blobs = CachedBlobs(ChunkedBlobs(tmp_path / "near"), far)
    for use in (blobs.open, blobs.check, far.open):
        with pytest.raises(BlobCorrupt, match=digest):
            use(digest)
    assert list(blobs.near) == []


def test_a_missing_chunk_is_a_missing_blob(tmp_path: Path) -> None:
    far = ObjectBlobs(Bucket((tmp_path / "far").as_uri()))
    digest = far.put(os.urandom(CHUNKED))
    next((tmp_path / "far" / CHUNKS).iterdir()).unlink()
    with pytest.raises(BlobMissing, match=digest):
        CachedBlobs(ChunkedBlobs(tmp_path / "near"), far).open(digest)


def test_a_large_blob_of_an_earlier_version_travels_as_one_object(s3: str, tmp_path: Path) -> None:
    near, far = ChunkedBlobs(tmp_path / "near"), ObjectBlobs(Bucket(s3))
    data = os.urandom(CHUNKED + 5)
    digest = near.whole.put(data)
    far.keep(WHOLE, digest, memoryview(data))
    assert bytes(CachedBlobs(ChunkedBlobs(tmp_path / "two"), far).open(digest)) == data


def test_equal_chunks_are_sent_once_and_only_unused_ones_are_swept(tmp_path: Path) -> None:
    far = ObjectBlobs(Bucket((tmp_path / "far").as_uri()))
    same = os.urandom(CHUNK)
    one, two = far.put(same + os.urandom(CHUNK)), far.put(same + os.urandom(CHUNK))
    assert len(list((tmp_path / "far" / CHUNKS).iterdir())) == 3
    far.delete(one)
    assert far.sweep(older=3600.0) == 0
    assert far.sweep() == CHUNK
    far.check(two)


def test_what_is_written_is_not_asked_for_one_by_one(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = CachedBlobs(ChunkedBlobs(tmp_path / "one"), ObjectBlobs(Bucket(s3)))
    digests = [one.put(os.urandom(100)) for _ in range(20)]
    asked: list[str] = []
    monkeypatch.setattr(Bucket, "size", lambda self, name: asked.append(name))
    two = CachedBlobs(ChunkedBlobs(tmp_path / "two"), ObjectBlobs(Bucket(s3)))
    assert all(map(two.exists, digests))
    assert asked == []


# errors


def test_each_refusal_is_one_line_that_says_what_to_do(server: str, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BucketFailed, match=r"there is no such bucket\. Create it"):
        Bucket("s3://nobody-has-this/x").put("a", b"1")
    with pytest.raises(BucketFailed, match=r"there is no such bucket\. Create it"):
        list(Bucket("s3://nobody-has-this/x").list("blobs"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv(TIMEOUT_VARIABLE, "0.5")
    with pytest.raises(BucketFailed, match=r"the server does not answer\. Look at its address") as raised:
        Bucket(s3).put("a", b"1")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("url", ["s3://", "ftp://host/x", "az://container/x"])
def test_an_address_that_cannot_be_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(BucketFailed) as raised:
        Bucket(url).put("a", b"1")
    assert "\n" not in str(raised.value)
    assert "Debug" not in str(raised.value)


def test_a_folder_that_cannot_be_written_is_read_only(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    far = tmp_path / "far"
    far.mkdir(mode=0o500)
    with pytest.raises(StoreReadOnly, match="may not write there"):
        Bucket(far.as_uri()).put("blobs/a", b"1")


def test_only_the_first_of_two_creates_an_object(s3: str) -> None:
    bucket = Bucket(s3)
    assert [bucket.create("numbers/1", b"a"), bucket.create("numbers/1", b"b")] == [True, False]
    assert bytes(bucket.get("numbers/1") or b"") == b"a"


def test_a_listing_can_begin_behind_a_name(s3: str) -> None:
    bucket = Bucket(s3)
    for name in ("log/1", "log/2", "log/3", "logbook/4"):
        bucket.put(name, b"x")
    assert [one.name for one in bucket.list("log", after="log/1")] == ["log/2", "log/3"]


def test_a_process_that_was_forked_is_refused_instead_of_hanging(tmp_path: Path) -> None:
    bucket = Bucket((tmp_path / "far").as_uri())
    bucket.put("a", b"1")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            bucket.get("a")
        except BucketFailed as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with open(reading) as pipe:
        assert "was forked from one that uses the store" in pipe.read()


def test_a_bucket_that_is_pickled_carries_no_credentials(s3: str) -> None:
    bucket = Bucket(s3)
    bucket.put("a", b"1")
    assert b"secret" not in pickle.dumps(bucket)
