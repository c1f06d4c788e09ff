"""Keeps the key of the user in a file that nobody else may read, in the user's own folder."""

from __future__ import annotations

import importlib
import os
import secrets
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from nbflow.errors import KeyExposed
from nbflow.store.leftovers import own_name, remove_leftovers

KEY_FILE = "nbflow_key"
LENGTH = 32  # bytes of the key


class open_private:  # noqa: N801 - used as a function
    """Opens a file that only the user may read, and gives its descriptor."""

    def __init__(self, path: Path, how: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)

    def __enter__(self) -> int:
        return self.file

    def __exit__(self, *error: object) -> None:
        os.close(self.file)


def read_or_make_key(path: Path) -> bytes:
    """Return the key in this file, or a key for this process alone if none can be kept: it is never trusted later."""
    made = secrets.token_bytes(LENGTH)
    try:
        if path.exists():
            refuse_exposed(path)
            if path.stat().st_size != LENGTH:
                path.unlink()  # it is damaged, and nothing that it signed can be checked any more
        if not path.exists():
            _publish(path, made)
        found = path.read_bytes()
    except OSError:
        return made
    return found if len(found) == LENGTH else made


def refuse_exposed(path: Path) -> None:
    """Raise KeyExposed if others may read or write the key, or have put it there."""
    if sys.platform == "win32":
        return  # the modes of files say nothing there
    found = path.stat()
    if found.st_mode & 0o077:
        fix = f"Run `chmod 600 {path}`, or delete it if others have used this computer: a new one is made"
        raise KeyExposed(path, "can be read or written by other users", fix)
    if not _is_owned(found):
        raise KeyExposed(path, "belongs to another user", "Delete it, or set JUPYTER_DATA_DIR to a folder of your own")


def _is_owned(found: os.stat_result) -> bool:
    return found.st_uid in (_user_id(), 0) or not _user_id()


def _may_hold_key(folder: Path) -> bool:
    """Return whether no other user can put a key into a folder."""
    found = folder.stat()
    return not found.st_mode & 0o022 and _is_owned(found)


def _user_id() -> int:
    return os.getuid() if sys.platform != "win32" else 0


def _publish(path: Path, key: bytes) -> None:
    remove_leftovers(path.parent, f"{path.name}.")
    temporary = path.with_name(own_name(f"{path.name}."))
    with open_private(temporary, os.O_EXCL) as file:
        os.write(file, key)
    try:
        with suppress(FileExistsError):  # another process was faster: its key counts
            os.link(temporary, path)
    finally:
        temporary.unlink()


def data_folder() -> Path:
    """Return Jupyter's data folder of the user; for a user without a home, a folder among the temporary files."""
    paths = importlib.import_module("jupyter_core.paths")  # takes 20 ms, which only signing and checking should pay
    with suppress(OSError, RuntimeError):
        folder = Path(paths.jupyter_data_dir())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / KEY_FILE).exists() or os.access(folder, os.W_OK):
            return folder
    return _temporary_folder()


def _temporary_folder() -> Path:
    """Return a temporary folder that only this user can write; the same one until the computer restarts."""
    folder = Path(tempfile.gettempdir()) / f"nbflow-{_user_id()}"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or not _may_hold_key(folder):
            return Path(tempfile.mkdtemp(prefix="nbflow-"))
    return folder
