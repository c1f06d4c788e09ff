"""A script as a file: written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from nbflow.export.errors import ScriptUnreadable, TargetExists, TargetIsNotebook, TargetUnwritable
from nbflow.flow.source.encoding import decode_source


def read_exported(path: Path) -> str:
    """Raises ScriptUnreadable for what is not there, or no text."""
    try:
        return decode_source(path.read_bytes())
    except UnicodeError:
        raise ScriptUnreadable(path, "it is no text") from None
    except OSError as error:
        raise ScriptUnreadable(path, error.strerror or str(error)) from None


def refuse_notebook(path: Path, notebook: Path) -> None:
    """Raise TargetIsNotebook, whatever may be forced."""
    if path.suffix == ".ipynb" or path.resolve() == notebook.resolve():
        raise TargetIsNotebook(path)


def write_script(path: Path, text: str, force: bool = False) -> None:
    """Raises TargetExists for a file that is there, unless forced, and TargetUnwritable; then all is as it was."""
    write_whole(path, text.encode("utf-8", "backslashreplace"), force)


def write_whole(path: Path, data: bytes, force: bool = False) -> None:
    """The same with the bytes of any file."""
    if os.path.exists(path) and not force:  # unlike the method of a path, it takes any path
        raise TargetExists(path)
    file = path.resolve()  # a link goes on leading there
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        beside.write_bytes(data)
        if file.exists():
            beside.chmod(file.stat().st_mode & 0o777)
        beside.replace(file)  # so that a crash leaves the old file, or the new one
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise TargetUnwritable(path, error.strerror or str(error)) from None
