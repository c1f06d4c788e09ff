"""Reads files that a notebook or a store names: only regular ones, because a pipe or a device may never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_WITHOUT_WAITING = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def read_regular(path: Path, limit: int | None = None) -> bytes:
    """Return the content of a regular file. Raises OSError for anything else, and for more than `limit` bytes."""
    with _open_regular(path) as opened:
        size = os.fstat(opened.fileno()).st_size  # files of the system say that they have no bytes
        most = None if limit is None else min(limit, size or limit) + 1  # as much memory as the file takes
        content = opened.read() if most is None else opened.read(most)
    if limit is not None and len(content) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit >> 20} MB", str(path))
    return content


def read_beginning(path: Path, length: int) -> bytes:
    """Return the first bytes of a regular file. Raises OSError for anything else."""
    with _open_regular(path) as opened:
        return opened.read(length)


def _open_regular(path: Path) -> BinaryIO:
    opened = open(os.open(path, os.O_RDONLY | _WITHOUT_WAITING), "rb")  # noqa: SIM115 - who calls closes it
    mode = os.fstat(opened.fileno()).st_mode
    if stat.S_ISREG(mode):
        return opened
    opened.close()
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "it is not a regular file", str(path))
