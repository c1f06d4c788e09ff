"""Flips single bits of the files of a store, as a failing disk does: the time of the last change stays."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def files_of_catalog(root: Path) -> list[Path]:
    return [file for file in (root / "catalog.db", root / "catalog.db-wal") if file.exists() and file.stat().st_size]


def files_of_blobs(root: Path) -> list[Path]:
    return sorted(file for file in (root / "blobs").rglob("*-*") if file.is_file())


def flip(files: Sequence[Path], chance: random.Random) -> Path:
    """Flip one bit, each as likely as any other; return the file."""
    (file,) = chance.choices(files, [file.stat().st_size for file in files])
    found = file.stat()
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.chmod(0o600)
    file.write_bytes(content)
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    return file


@contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """A copy of a store beside it in which something may be damaged, with all times as they were."""
    copy = root.parent / "copy" / root.name
    shutil.copytree(root, copy, copy_function=shutil.copy2)
    try:
        yield copy
    finally:
        shutil.rmtree(copy.parent)
