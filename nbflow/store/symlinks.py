"""Refuses what is no file of a store: what a symbolic link leads to is not the store's, and a pipe may never end."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from nbflow.errors import StoreBroken

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""The flags for `os.open` that refuse a link, and do not wait for the other end of a pipe; Windows has neither."""


def refuse_links(*paths: Path | str) -> None:
    """Raise StoreBroken if one of the paths is a symbolic link."""
    for path in paths:
        if os.path.islink(path):
            fix = "Remove the link; to keep a store elsewhere, set NBFLOW_HOME to its folder"
            raise StoreBroken(Path(path), "it is a symbolic link, and inside a store none is followed", fix)


def refuse_what_is_no_file(*paths: Path) -> None:
    """Raise StoreBroken if one of the paths is a link, a folder, a pipe or a device; it need not exist."""
    refuse_links(*paths)
    for path in paths:
        with suppress(OSError):  # who opens it says why it cannot be opened
            if not stat.S_ISREG(path.lstat().st_mode):
                raise StoreBroken(path, "it is not a file", "Move it away, then try again")
