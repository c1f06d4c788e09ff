"""Writes a file completely or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from nbflow.errors import TargetExists, TargetUnwritable
from nbflow.store.whole_file import replace_file


def write_whole(path: Path, data: bytes, force: bool = False) -> None:
    """Write a file. Raises TargetUnwritable, and TargetExists unless `force` is set; then nothing has changed.

    What is no file, such as a terminal or a pipe, is written to as it is.
    """
    if os.path.exists(path) and not force:  # unlike Path.exists, it accepts any path
        raise TargetExists(path)
    try:
        file = path.resolve()  # a symbolic link keeps its target
        if file.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if path.is_relative_to("/dev") or (path.exists() and not path.is_file()):
            path.write_bytes(data)
        else:
            replace_file(file, data)
    except OSError as error:
        raise TargetUnwritable(path, error.strerror or str(error)) from None
