"""Replaces files as a whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nbflow.store.blobs.protocol import Buffer
from nbflow.store.leftovers import own_name, remove_leftovers

_UNFINISHED = ".nbflow-new-"


def replace_file(file: Path, data: Buffer, mode: int = 0o666) -> None:
    """Write a file; whatever is killed or fails meanwhile, it is the old one or the new one.

    A file that a killed process could not finish is removed by the next call for the same folder, and by the next run.
    """
    remove_unfinished(file.parent)
    beside = file.with_name(own_name(_UNFINISHED))
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())  # or a power cut leaves an empty file under the name
        with suppress(FileNotFoundError):
            beside.chmod(file.stat().st_mode & 0o777)
        beside.replace(file)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes could not finish in a folder."""
    remove_leftovers(folder, _UNFINISHED)
