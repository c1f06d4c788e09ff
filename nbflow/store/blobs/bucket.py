"""Reads and writes objects below a URL: in S3, Azure, Google Cloud, a folder, or the memory of this process.

This is the only module that uses obstore. A process that was forked from one that has used obstore cannot use it: it
would hang for ever, and so it is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbflow.errors import BucketFailed, StoreReadOnly

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES = {
    "s3": "s3", "s3a": "s3", "az": "az", "azure": "az", "abfs": "az", "abfss": "az", "adl": "az", "gs": "gs",
    "gcs": "gs", "file": "file", "memory": "memory",
}  # fmt: skip
"""Lists the schemes of the URLs at which objects can be kept, each with the service that it stands for."""

TIMEOUT_VARIABLE = "NBFLOW_STORE_TIMEOUT"
"""Names the environment variable that says after how many seconds a request counts as failed, and is repeated."""

_TIMEOUT = 60.0
_CONNECT = timedelta(seconds=5)
_MULTIPART = 5 << 20  # bytes; the least that a part of an object may have
_MOST_PARTS = 9_000  # S3 allows 10,000
_AT_ONCE = 1000  # names in one answer of a listing

_used_in: int | None = None  # the process that has used obstore last
_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")
_memory: dict[str, ObjectStore] = {}  # so that all who name the same place in memory share it


@dataclass(frozen=True, slots=True)
class Listed:
    """Describes an object of a listing: its name below the URL, its length in bytes, and when it was written."""

    name: str
    size: int
    written: float  # seconds since 1970, by the clock of the server


class Bucket:
    """Reads and writes objects below `url`; credentials come from the environment, and are never kept.

    Every method raises BucketFailed where the server refuses, or does not answer in time, and StoreReadOnly where it
    lets nothing be written.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __reduce__(self) -> tuple[type[Bucket], tuple[str]]:
        return Bucket, (self.url,)

    @cached_property
    def _client(self) -> ObjectStore:
        if self.url.startswith("memory:"):
            return _memory.setdefault(self.url, _connect(self.url))
        return _connect(self.url)

    def put(self, name: str, data: bytes | memoryview) -> None:
        """Write an object as a whole, also over one that is there; a large one goes in parts."""
        import obstore  # noqa: PLC0415 - an extra, which only a store in a bucket needs

        parts = max(_MULTIPART, -(-len(data) // _MOST_PARTS))
        with self._meaning(writes=True):
            obstore.put(self._client, name, data, chunk_size=parts, use_multipart=len(data) > 2 * _MULTIPART)

    def create(self, name: str, data: bytes) -> bool:
        """Write an object unless there is one of this name, and return whether it was written."""
        import obstore  # noqa: PLC0415 - as above

        try:
            with self._meaning(writes=True):
                obstore.put(self._client, name, data, mode="create")
        except obstore.exceptions.AlreadyExistsError:
            return False
        return True

    def get(self, name: str) -> memoryview | None:
        """Return the bytes of an object; None if there is none."""
        import obstore  # noqa: PLC0415 - as above

        try:
            with self._meaning():
                return memoryview(obstore.get(self._client, name).bytes())
        except FileNotFoundError:
            return None

    def get_range(self, name: str, start: int, length: int) -> memoryview:
        """Return some bytes of an object. Raises FileNotFoundError if there is none."""
        import obstore  # noqa: PLC0415 - as above

        with self._meaning():
            return memoryview(obstore.get_range(self._client, name, start=start, length=length))

    def size(self, name: str) -> int | None:
        """Return the length of an object in bytes; None if there is none."""
        import obstore  # noqa: PLC0415 - as above

        try:
            with self._meaning():
                return int(obstore.head(self._client, name)["size"])
        except FileNotFoundError:
            return None

    def list(self, folder: str, after: str = "") -> Iterator[Listed]:
        """Yield the objects of a folder, in any order; only those behind the name `after` if given."""
        import obstore  # noqa: PLC0415 - as above

        with self._meaning():
            found = obstore.list(self._client, folder, offset=after or None, chunk_size=_AT_ONCE)
            for some in found:
                yield from (Listed(one["path"], one["size"], one["last_modified"].timestamp()) for one in some)

    def delete(self, names: Sequence[str]) -> None:
        """Delete objects; those that are not there do not matter."""
        import obstore  # noqa: PLC0415 - as above

        for start in range(0, len(names), _AT_ONCE):
            with self._meaning(writes=True):
                try:
                    obstore.delete(self._client, names[start : start + _AT_ONCE])
                except FileNotFoundError:  # of several, the others may be there still
                    self._delete_one_by_one(names[start : start + _AT_ONCE])

    def _delete_one_by_one(self, names: Sequence[str]) -> None:
        import obstore  # noqa: PLC0415 - as above

        for name in names:
            with suppress(FileNotFoundError):
                obstore.delete(self._client, name)

    @contextmanager
    def _meaning(self, writes: bool = False) -> Iterator[None]:
        """Turn an error of obstore, which has pages, into an error of one line that says what to do."""
        _refuse_forked(self.url)
        import obstore.exceptions as raised  # noqa: PLC0415 - as above

        try:
            yield
        except raised.AlreadyExistsError:
            raise
        except (raised.BaseError, OSError) as error:
            if isinstance(error, FileNotFoundError) and not _is_no_bucket(str(error)):
                raise
            raise _explain(self.url, error, writes) from None


def _connect(url: str) -> ObjectStore:
    _refuse_forked(url)
    try:
        import obstore.exceptions as raised  # noqa: PLC0415 - as above
        from obstore.store import from_url  # noqa: PLC0415 - as above
    except ImportError:
        raise BucketFailed(url, "obstore is not installed", "Run `pip install 'jupyter-nbflow[s3]'`") from None
    _refuse_misspelt(url)
    limit = timedelta(seconds=_timeout())
    try:
        if url.startswith("memory:"):
            return from_url(url)
        if url.startswith("file:"):
            return from_url(url, mkdir=True)
        return from_url(
            url,
            client_options={"timeout": limit, "connect_timeout": min(_CONNECT, limit), "allow_http": _allows_http()},
            retry_config={"max_retries": 5, "retry_timeout": 2 * limit},
        )
    except (raised.BaseError, ValueError) as error:
        raise _explain(url, error, False) from None


def _refuse_misspelt(url: str) -> None:
    """Raise BucketFailed for an address that obstore would not understand, or at which it would break."""
    scheme, place, path, *_ = urlsplit(url)
    if scheme not in SCHEMES:
        raise BucketFailed(url, f"there are no stores at {scheme}://", _FORMS)
    if scheme != "memory" and not (path and not place if scheme == "file" else place):
        raise BucketFailed(url, "the address is not whole", _FORMS)
    for name in _ENDPOINTS:
        server = os.environ.get(name, "")
        if server and not re.match(r"https?://[^/]", server):
            raise BucketFailed(url, f"{name} is '{server}', which is no URL", f"Write {name}=https://SERVER:PORT")


def _timeout() -> float:
    try:
        return max(0.1, float(os.environ.get(TIMEOUT_VARIABLE, "")))
    except ValueError:
        return _TIMEOUT


def _allows_http() -> bool:
    """Return whether the user names a server without encryption."""
    return any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS) or (
        os.environ.get("AZURE_STORAGE_USE_EMULATOR", "").lower() in ("1", "true")
    )


def _refuse_forked(url: str) -> None:
    global _used_in
    if _used_in not in (None, os.getpid()):
        fix = "Start the process with `multiprocessing.get_context('spawn')`, or use the store before it is forked"
        raise BucketFailed(url, "this process was forked from one that uses the store, and would hang", fix)
    _used_in = os.getpid()


# what errors mean

_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|specified (bucket|container) does not exist", re.IGNORECASE)
_WRONG_KEY = re.compile(
    r"InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|AuthenticationFailed|401 Unauthorized"
    r"|AuthorizationHeaderMalformed|Server failed to authenticate|InvalidClientTokenId|UnrecognizedClient"
)
_NO_KEY = re.compile(
    r"169\.254\.169\.254|metadata\.google\.internal|Account must be specified|Missing\w*(?:Credentials|Key)"
)
_DENIED = re.compile(r"403 Forbidden|AccessDenied|AuthorizationPermissionMismatch|Permission denied|Read-only")
_TIMED_OUT = re.compile(r"timed out|operation timed out|TimedOut", re.IGNORECASE)
_NO_ANSWER = re.compile(r"error sending request|HTTP error|connection|tcp connect|dns error", re.IGNORECASE)
_STATUS = re.compile(r"status code: (5\d\d[^:<\n]*)")
_CREDENTIALS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "az": "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS",
}
_FORMS = "Write s3://BUCKET/FOLDER, az://CONTAINER/FOLDER, gs://BUCKET/FOLDER or file:///FOLDER"
_AGAIN = "Try again when it does; what has finished is kept"


def _is_no_bucket(text: str) -> bool:
    return _NO_BUCKET.search(text) is not None


def _explain(url: str, error: Exception, writes: bool) -> BucketFailed | StoreReadOnly:
    text = str(error)
    first = next(iter(text.splitlines()), type(error).__name__).strip()
    how = _CREDENTIALS.get(SCHEMES.get(urlsplit(url).scheme, ""), "look at its address")
    if _is_no_bucket(text):
        return BucketFailed(url, "there is no such bucket", "Create it, or correct the address")
    if _NO_KEY.search(text):
        return BucketFailed(url, "no credentials were found", f"In the environment, {how}")
    if _WRONG_KEY.search(text):
        return BucketFailed(url, "the server does not accept the credentials", f"In the environment, {how}")
    if _DENIED.search(text):
        if writes:
            return StoreReadOnly(url, "these credentials may not write there")
        return BucketFailed(url, "these credentials may not read there", "Ask its owner for the right to read it")
    if _TIMED_OUT.search(text):
        fix = f"{_AGAIN}. Set {TIMEOUT_VARIABLE} to more seconds if the connection is slow"
        return BucketFailed(url, f"the server does not answer within {_timeout():g} seconds", fix)
    if (status := _STATUS.search(text)) is not None:
        return BucketFailed(url, f"the server answers {status[1].strip()}", _AGAIN)
    if _NO_ANSWER.search(text):
        return BucketFailed(url, "the server does not answer", f"Look at its address and at the network. {_AGAIN}")
    return BucketFailed(url, first[:300], "Correct the address, or look at what the server says")
