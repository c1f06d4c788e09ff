"""Refuses symbolic links inside a store: what they lead to is not the store's, and is not written or deleted."""

from __future__ import annotations

import os
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
