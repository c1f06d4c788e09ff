"""Chooses the store in which the client looks for runs."""

from __future__ import annotations

import os
from pathlib import Path

from nbflow.errors import MetaflowException, MetaflowNotFound
from nbflow.store.homes import FOLDER, locate_store
from nbflow.store.store import Store

_LOCAL, _SPIN = "local", "spin"
chosen_store: list[tuple[Path, bool]] = []  # the store chosen last, and whether spun tasks are read there


def metadata(place: str) -> str:
    """Look for runs in another store from now on.

    Args:
        place: A folder, or `local@FOLDER`; `local` alone means the usual store. `spin@FOLDER` looks for spun tasks
            there, as `inspect_spin` does.

    Returns:
        The chosen place, as `get_metadata` returns it.

    Raises:
        MetaflowNotFound: if the folder has no store.
        MetaflowException: if the place is not a folder of this machine.
    """
    kind, at, path = place.partition("@")
    if at and kind == _SPIN:
        inspect_spin(path)
        return get_metadata()
    if at and kind != _LOCAL:
        raise MetaflowException(f"'{place}' is not on this machine, where nbflow keeps all: give local@FOLDER")
    if not at and kind in ("", _LOCAL):
        return default_metadata()
    folder = Path(os.path.expanduser(path if at else kind)).absolute()
    root = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    if not Store.exists(root):
        raise MetaflowNotFound(f"nothing has run in {folder}: give the folder that has {FOLDER} in it")
    chosen_store[:] = [(root, False)]
    return get_metadata()


def inspect_spin(datastore_root: str = ".") -> None:
    """Show spun tasks instead of runs, until `default_metadata` is called.

    Args:
        datastore_root: The folder whose store has them.
    """
    chosen_store[:] = [(locate_store(Path(os.path.expanduser(datastore_root)).absolute()), True)]


def shows_spins() -> bool:
    """Tell whether the client shows spun tasks instead of runs."""
    return bool(chosen_store) and chosen_store[0][1]


def get_metadata() -> str:
    """Return where the client looks: `local@FOLDER` for runs, `spin@FOLDER` for spun tasks."""
    root = store_of(None)
    return f"{_SPIN if shows_spins() else _LOCAL}@{root.parent if root.name == FOLDER else root}"


def default_metadata() -> str:
    """Look for runs in the usual store again: that of the working directory, or of NBFLOW_HOME.

    Returns:
        That place, as `get_metadata` returns it.
    """
    chosen_store.clear()
    return get_metadata()


def store_of(folder: str | os.PathLike[str] | None) -> Path:
    """Return the store of a folder; without a folder, the chosen store."""
    return chosen_store[0][0] if chosen_store and folder is None else locate_store(Path(folder or Path.cwd()))
