"""Finds the stores whose flows a server shows: those below its folder, and others that the user's notebooks use."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbflow.errors import StoreError
from nbflow.store.catalog.known_stores import known_stores
from nbflow.store.homes import FOLDER, locate_store
from nbflow.store.store import Store

MOST_FOLDERS = 20_000
"""So many folders are searched; those near the top come first."""

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})


@dataclass(frozen=True)
class ServerStores:
    """Holds the stores that were found. `is_cut` tells whether folders were left out."""

    roots: tuple[Path, ...]
    is_cut: bool


_found: dict[Path, ServerStores] = {}
_lock = threading.Lock()


def server_stores(top: Path, *, look: bool) -> ServerStores:
    """Return the stores for a server's folder `top`; with `look`, search the folders again."""
    with _lock:
        if look or top not in _found:
            _found[top] = _search(top)
        return _found[top]


def _search(top: Path) -> ServerStores:
    folders = _Folders(top)
    below = [*folders]
    others = (Path(root) for root in known_stores().values())
    wanted = dict.fromkeys([*below, locate_store(top), *(root for root in others if root.is_absolute())])
    return ServerStores(tuple(filter(_is_store, wanted)), folders.is_cut)


def _is_store(root: Path) -> bool:
    try:
        return Store.exists(root)
    except StoreError:  # it is there, and the user is told why it cannot be read
        return True


class _Folders:
    """Walks through the folders below `top`, and yields their stores; links and hidden folders are skipped."""

    def __init__(self, top: Path) -> None:
        self._agenda = deque([top])
        self.is_cut = False

    def __iter__(self) -> Iterator[Path]:
        searched = 0
        while self._agenda:
            self.is_cut = searched >= MOST_FOLDERS
            if self.is_cut:
                return
            searched += 1
            names = _folders_in(self._agenda[0])
            folder = self._agenda.popleft()
            if FOLDER in names:
                yield folder / FOLDER
            self._agenda.extend(folder / name for name in names if name[0] != "." and name not in _SKIPPED)


def _folders_in(folder: Path) -> list[str]:
    """Return the names of the folders in a folder; none for one that cannot be read, or is an environment of Python."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return []
    is_environment = any(name == "pyvenv.cfg" for name, _ in found)
    return [] if is_environment else sorted(name for name, is_folder in found if is_folder)
