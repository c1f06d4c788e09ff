"""Seals the files of the catalog when a writer is done, so that a byte that changes by itself later is found.

The file `catalog.seal` holds the length, the modification time and the hash of each file. Whoever writes to the catalog
changes the time, and so breaks the seal: nothing is said then. A disk that forgets a bit does not change the time.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blake3 import blake3

from nbflow.errors import StoreBroken
from nbflow.store.blobs.protocol import HASH_LENGTH
from nbflow.store.catalog.open_catalogs import descriptor_of, note_closed, note_open
from nbflow.store.regular_file import read_regular

LARGEST = 128 << 20  # bytes; a larger catalog takes too long to hash after every run
_LONGEST = 10_000  # bytes of a seal
QUICK = 4 << 20  # bytes that are hashed even before the catalog is only read

_Stamp = tuple[int, int]
"""The length of a file in bytes, and the time of its last change in nanoseconds."""

_known: dict[Path, tuple[int, int]] = {}
"""The files that this process has hashed, each with its inode and the time of its last change, which nobody can set."""


def seal_catalog(path: Path) -> None:
    """Seal the catalog unless another process writes to it; a catalog that cannot be sealed stays as it is."""
    with suppress(OSError, sqlite3.Error):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=0, uri=True, isolation_level=None)
        try:
            note_open(connection, path)
            connection.execute("BEGIN IMMEDIATE")  # nobody writes until the hashes are made
            _write_seal(path)
            connection.execute("ROLLBACK")
        finally:
            connection.close()
            note_closed(connection)


def find_change(path: Path, largest: int = LARGEST) -> Path | None:
    """Return the file of the catalog that has changed although nobody wrote to it; None if all is well or unknown.

    Files of more than `largest` bytes are not read.
    """
    for file, (size, changed, digest) in _read_seal(path).items():
        stamp = _stamp(file)
        if stamp != (size, changed) or size > largest or _known.get(file) == _identity(file):
            continue
        identity = _identity(file)
        if _hash(file) == digest:
            _known[file] = identity
        elif _stamp(file) == stamp:  # nobody wrote meanwhile
            return file
    return None


@contextmanager
def tolerating_change(path: Path) -> Iterator[Path | None]:
    """Yield what `find_change` returns, and let this process use the file as it is during the block."""
    changed = find_change(path)
    if changed is not None:
        _known[changed] = _identity(changed)
    try:
        yield changed
    finally:
        if changed is not None:
            _known.pop(changed, None)  # if it was written to meanwhile, its hash is made again when it is needed


def refuse_changed(path: Path, write: bool) -> None:
    """Raise StoreBroken if a bit of the catalog has changed: a writer would seal it again with the wrong content."""
    changed = find_change(path, LARGEST if write else QUICK)
    if changed is not None:
        fix = "Restore it from a backup, or run `nbflow verify`, which finds out what can still be used"
        raise StoreBroken(changed, "it has other bytes than were written", fix)


def seal_of(path: Path) -> Path:
    return path.with_suffix(".seal")


def _files(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(f"{path.name}-wal")


def _stamp(file: Path) -> _Stamp:
    with suppress(FileNotFoundError):
        found = file.stat()
        return found.st_size, found.st_mtime_ns
    return 0, 0


def _identity(file: Path) -> tuple[int, int]:
    with suppress(FileNotFoundError):
        found = file.stat()
        return found.st_ino, found.st_ctime_ns
    return 0, 0


def _write_seal(path: Path) -> None:
    files = {file: _stamp(file) for file in _files(path) if _stamp(file)[0] > 0}
    if sum(size for size, _ in files.values()) > LARGEST:
        return
    # an odd nanosecond: a write in the same tick of the clock, which sets the old time, breaks the seal as well
    made = {file: (size, changed + 1, _hash(file)) for file, (size, changed) in files.items()}
    who_may = path.stat().st_mode & 0o660  # the group, if it may use the catalog
    _put(seal_of(path), json.dumps({file.name: facts for file, facts in made.items()}), who_may)
    for file, (_, changed, _) in made.items():
        os.utime(file, ns=(changed, changed))
        _known[file] = _identity(file)


def _put(seal: Path, text: str, mode: int) -> None:
    beside = seal.with_name(f"{seal.name}.new")  # only who writes to the catalog seals it: nobody else has this file
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.chmod(mode)
    beside.replace(seal)


def _read_seal(path: Path) -> dict[Path, tuple[int, int, str]]:
    try:
        held = json.loads(read_regular(seal_of(path), _LONGEST))
        return {file: _facts_of(*held[file.name]) for file in _files(path) if file.name in held}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):  # whatever somebody has put there
        return {}


def _facts_of(size: int, changed: int, digest: str) -> tuple[int, int, str]:
    return size, changed, digest


def _hash(file: Path) -> str:
    hasher = blake3()
    with descriptor_of(file) as descriptor:
        while read := os.read(descriptor, 1 << 20):
            hasher.update(read)
    return str(hasher.hexdigest(HASH_LENGTH))
