"""Names files that exist only for a moment after the process that writes them, and removes what killed ones left."""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path

from blake3 import blake3

from nbflow.store.drivers import Process, is_gone, this_process

_counter = itertools.count()


def own_name(kind: str) -> str:
    """Return a new name for a file or folder of this process. `kind` is how the names of all of its kind begin."""
    me = this_process()
    return f"{kind}{me.pid}-{me.start}-{_mark(me.host)}-{next(_counter)}"


def remove_leftovers(folder: Path, kind: str) -> None:
    """Remove what processes of this computer that have ended left in a folder under names of this kind."""
    here = this_process().host
    with suppress(OSError):
        for found in folder.glob(f"{kind}*-*-{_mark(here)}-*"):
            pid, start, *_ = found.name.removeprefix(kind).split("-")
            if pid.isdecimal() and start.isdecimal() and is_gone(Process(here, int(pid), int(start))):
                _remove(found)


def _mark(host: str) -> str:
    """Return a short name of a computer: a folder may be shared, and the paths of sockets must be short."""
    return str(blake3(host.encode("utf-8", "surrogateescape")).hexdigest(4))


def _remove(path: Path) -> None:
    with suppress(OSError):  # another user's
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            os.unlink(path)
