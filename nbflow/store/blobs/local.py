"""Keeps blobs in files: `blobs/ab/cdef…-SIZE`, read-only, written under a temporary name and renamed.

A finished blob has one fixed modification time, its seal. A process that changes the file later breaks the seal. So a
sealed blob of the right length is trusted and mapped at once, and any other blob is hashed before use.
"""

from __future__ import annotations

import errno
import io
import itertools
import mmap
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from blake3 import blake3

from nbflow.errors import BlobCorrupt, BlobMissing, StoreFull, StoreReadOnly
from nbflow.store.blobs import checks, maps
from nbflow.store.blobs.protocol import HASH_LENGTH, Buffer, blob_size, hash_bytes, is_name, name, valid_name, view
from nbflow.store.symlinks import NO_FOLLOW, refuse_links

SEAL = 1_000_000_000 * 10**9  # ns; an even second, because some file systems store only even seconds
AT_ONCE = 4 << 20  # bytes that are read or written by one call
OVERLAP = 1 << 20  # bytes from which a second thread hashes while this one writes
MAP = 1 << 20  # bytes from which a blob is mapped instead of read
MANY_MAPS = 200  # each map holds a file descriptor; beyond this number only large blobs are mapped
MAP_WHEN_MANY = 16 << 20
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}

_BINARY = getattr(os, "O_BINARY", 0)

_counter = itertools.count()


class LocalBlobs:
    """Keeps blobs in files below `root`; see `BlobStore` for the meaning of the methods.

    With `mapped` large blobs are mapped into memory instead of read.
    """

    def __init__(self, root: Path, mapped: bool = True) -> None:
        self.root = root
        self.mapped = mapped  # False on network file systems, where a map dies with the server
        self.unfinished = root / "tmp"
        refuse_links(root, self.unfinished)
        self.unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Return the file of a blob, which need not exist.

        Raises BlobCorrupt if `digest` is not a name, and StoreBroken if a link stands where its folder should be.
        """
        return Path(self._file(digest))

    def _file(self, digest: str) -> str:
        """Return the path as a text: a large blob has hundreds of files, and making a Path takes as long as opening."""
        folder = f"{self.root}{os.sep}{valid_name(digest)[:2]}"
        refuse_links(folder)
        return f"{folder}{os.sep}{digest[2:]}"

    def _key(self, digest: str) -> str:
        """Return what names the file of a blob among those that this process has checked."""
        return f"{self.root}{os.sep}{digest}"

    def put(self, data: Buffer) -> str:
        content = view(data)
        known = maps.untouched(content) if content.nbytes >= MAP else None
        if known is None and content.nbytes < OVERLAP:
            known = name(hash_bytes(content), content.nbytes)
        if known is not None and self.exists(known):
            return known
        return self._write(content)

    def keep(self, content: memoryview, digest: str) -> None:
        """Store bytes that are known to have this name, unless they are stored already."""
        if not self.exists(digest):
            self._write(content, digest)

    def open(self, digest: str) -> mmap.mmap | bytearray:
        with self.opened(digest) as file:
            if self._worth_mapping(blob_size(digest)):
                with suppress(OSError):  # no more file descriptors or maps: read it instead
                    mapping = _map(file, digest)
                    self.check_soon(file, digest, digest)
                    return mapping
            content = _read(file, digest)
            if not checks.is_whole(self._key(digest), os.fstat(file).st_ctime_ns):
                self._compare(file, hash_bytes(content), digest)
            return content

    def check_soon(self, file: int, digest: str, whole: str) -> None:
        """Have a blob hashed that was mapped as a part of the blob `whole`, unless this process knows it already."""
        changed = os.fstat(file).st_ctime_ns
        checks.check_soon(self._key(digest), whole, changed, lambda: self.check(digest))

    def exists(self, digest: str) -> bool:
        try:
            found = os.lstat(self._file(digest))
        except (FileNotFoundError, BlobCorrupt):
            return False
        return (
            stat.S_ISREG(found.st_mode)
            and found.st_size == blob_size(digest)
            and (found.st_mtime_ns == SEAL or self._is_whole(digest))
        )

    def _is_whole(self, digest: str) -> bool:
        """Hash a blob without its seal, as in a store that was copied, and seal it again if its bytes are right."""
        try:
            with self.opened(digest):
                return True
        except (BlobCorrupt, BlobMissing):
            return False

    def check(self, digest: str) -> None:
        """Hash every byte of a blob. One that is damaged loses its seal, so that its bytes are trusted no more."""
        with self.opened(digest) as file:
            self._hash(file, digest)

    def delete(self, digest: str) -> int:
        try:
            path = self.path(digest)
            freed = path.lstat().st_size
            _remove(path)
        except (FileNotFoundError, BlobCorrupt):
            return 0
        return freed

    def __iter__(self) -> Iterator[str]:
        refuse_links(self.root)
        for folder in self.root.iterdir():
            if len(folder.name) == 2 and folder.is_dir():
                refuse_links(folder)
                found = (folder.name + file.name for file in folder.iterdir())
                yield from filter(is_name, found)  # a `.DS_Store` is no blob

    def parts(self, digest: str) -> tuple[str, ...]:
        return (digest,)

    def sweep(self, dry_run: bool = False) -> int:
        return self.remove_unfinished(dry_run)

    def remove_unfinished(self, dry_run: bool = False) -> int:
        """Remove the half-written files of killed writers, and return the bytes freed. Nobody may write meanwhile."""
        refuse_links(self.root, self.unfinished)
        freed = 0
        for file in (one for one in self.unfinished.iterdir() if one.is_symlink() or not one.is_dir()):
            freed += file.lstat().st_size
            if not dry_run:
                file.unlink()
        return freed

    def _worth_mapping(self, length: int) -> bool:
        return self.mapped and length >= (MAP if maps.count_maps() < MANY_MAPS else MAP_WHEN_MANY)

    def _write(self, content: memoryview, digest: str | None = None) -> str:
        temporary = self.unfinished / f"{os.getpid()}-{next(_counter)}-{secrets.token_hex(4)}"
        try:
            if digest is None:
                digest = _write_hashed(temporary, content)
            else:
                _write_sealed(temporary, content)
            self._publish(temporary, digest)
        except OSError as error:
            if error.errno in FULL:
                raise StoreFull(self.root, content.nbytes, os.strerror(error.errno)) from error
            if error.errno in _REFUSED:
                raise StoreReadOnly(self.root, os.strerror(error.errno)) from error
            raise
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        return digest

    def _publish(self, temporary: Path, digest: str) -> None:
        if self.exists(digest):
            return
        path = self.path(digest)
        _make_folder(path.parent)
        if path.is_dir():
            _remove(path)
        temporary.replace(path)  # so that a reader never sees half a blob
        checks.note_whole(self._key(digest), path.stat().st_ctime_ns)

    @contextmanager
    def opened(self, digest: str) -> Iterator[int]:
        """Open the file of a blob to read, once its length, and its bytes if it has no seal, are as they must be."""
        try:
            file = os.open(self._file(digest), os.O_RDONLY | _BINARY | NO_FOLLOW)
        except FileNotFoundError:
            raise BlobMissing(digest) from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise BlobCorrupt(digest, "its file is a symbolic link") from None
            raise
        try:
            self._measure(file, digest)
            yield file
        finally:
            os.close(file)

    def _measure(self, file: int, digest: str) -> None:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise BlobCorrupt(digest, "it is not a file")
        if found.st_size != blob_size(digest):
            raise BlobCorrupt(digest, f"it holds {found.st_size} bytes instead of {blob_size(digest)}")
        if found.st_mtime_ns != SEAL:
            self._hash(file, digest)
            with suppress(OSError):  # the store of another user, or one that cannot be written: hash again next time
                _seal(file, self.path(digest))
                checks.note_whole(self._key(digest), os.fstat(file).st_ctime_ns)

    def _hash(self, file: int, digest: str) -> None:
        hasher = blake3()
        os.lseek(file, 0, os.SEEK_SET)
        while chunk := os.read(file, AT_ONCE):
            hasher.update(chunk)
        os.lseek(file, 0, os.SEEK_SET)
        self._compare(file, hasher.hexdigest(HASH_LENGTH), digest)

    def _compare(self, file: int, hashed: str, digest: str) -> None:
        """Note that a blob is whole, or take its seal, so that its bytes are trusted no more, and raise BlobCorrupt."""
        if name(hashed, blob_size(digest)) == digest:
            checks.note_whole(self._key(digest), os.fstat(file).st_ctime_ns)
            return
        with suppress(OSError):  # the store of another user, or one that cannot be written
            os.utime(self._file(digest))
        raise BlobCorrupt(digest, "its bytes are not those that were written")


def _remove(path: Path) -> None:
    """Remove the file of a blob, or a folder that somebody has put into its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()  # never truncate: another process may have it mapped


def _make_folder(path: Path) -> None:
    """Make a folder, unless it is there; the group may write to it if it may write to the folder above."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    above = path.parent.stat().st_mode
    if above & stat.S_IWGRP:
        path.chmod(stat.S_IRWXU | above & (stat.S_IRWXG | stat.S_ISGID))  # mkdir would obey the umask of this user


def _write_hashed(path: Path, content: memoryview) -> str:
    hasher = blake3()
    # hashing and writing release the GIL, so a second core hashes at no extra time
    hashing = Thread(target=hasher.update, args=(content,)) if content.nbytes >= OVERLAP else None
    if hashing is not None:
        hashing.start()
    try:
        _write_sealed(path, content)
    finally:
        if hashing is not None:
            hashing.join()
    if hashing is None:
        hasher.update(content)
    return name(hasher.hexdigest(HASH_LENGTH), content.nbytes)


def _write_sealed(path: Path, content: memoryview) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, stat.S_IRUSR | stat.S_IWUSR)
    try:
        written = 0
        while written < content.nbytes:
            written += os.write(file, content[written : written + AT_ONCE])
    finally:
        os.close(file)
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    os.utime(path, ns=(SEAL, SEAL))


def _seal(file: int, path: Path) -> None:
    by_descriptor = os.utime in os.supports_fd  # so that the file is sealed whose bytes were hashed
    os.utime(file if by_descriptor else path, ns=(SEAL, SEAL))


def _map(file: int, digest: str) -> mmap.mmap:
    mapping = mmap.mmap(file, 0, access=mmap.ACCESS_COPY)
    maps.remember(mapping, digest)
    return mapping


def _read(file: int, digest: str) -> bytearray:
    length = blob_size(digest)
    content = bytearray(length)
    with io.FileIO(file, closefd=False) as reader:
        filled = 0
        while filled < length:
            got = reader.readinto(memoryview(content)[filled:])
            if not got:
                raise BlobCorrupt(digest, "it became shorter while it was read")
            filled += got
    return content
