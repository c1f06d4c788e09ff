"""Writes a file completely or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from nbflow.errors import TargetExists, TargetUnwritable


def write_whole(path: Path, data: bytes, force: bool = False) -> None:
    """Write a file. Raises TargetUnwritable, and TargetExists unless `force` is set; then nothing has changed."""
    if os.path.exists(path) and not force:  # unlike Path.exists, it accepts any path
        raise TargetExists(path)
    file = path.resolve()  # a symbolic link keeps its target
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        beside.write_bytes(data)
        if file.exists():
            beside.chmod(file.stat().st_mode & 0o777)
        beside.replace(file)  # a crash leaves the old file or the new one
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise TargetUnwritable(path, error.strerror or str(error)) from None
