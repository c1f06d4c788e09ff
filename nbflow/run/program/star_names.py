"""Finds names that a cell defines but does not show.

For `from module import *` it imports the module once, in a process of its own, and keeps the names. For `%run FILE`
it reads the text of the file, which shows the names.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from nbflow.flow.names.stars import ask

_PATIENCE = 120
"""Limits how many seconds the import of a module may take."""

_CHILD = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:]
module = importlib.import_module(sys.argv[1])
public = (name for name in vars(module) if not name.startswith("_"))
print("\\x1e" + json.dumps(sorted(getattr(module, "__all__", public))))
"""

_folders: dict[str, None] = {}


def look_beside(notebook: Path) -> None:
    """Search the folder of a notebook for modules, too; the newest folder is searched first."""
    folder = str(notebook.parent.absolute())
    _folders.pop(folder, None)
    _folders[folder] = None


def star_names(module: str) -> frozenset[str] | None:
    """Return the names that a star import binds; None if the module cannot be imported."""
    folders = tuple(reversed(_folders))
    return _known(module, folders, _version(module, folders))


def _text_of(file: str) -> str | None:
    """Return the text of a file beside a notebook; None if there is none."""
    for folder in (*reversed(_folders), ""):
        with contextlib.suppress(OSError, UnicodeError):
            return Path(folder, file).read_text("utf-8")
    return None


@cache
def _known(module: str, folders: tuple[str, ...], version: str) -> frozenset[str] | None:
    kept = _kept()
    key = f"{sys.executable} {sys.version_info[:3]} {module} {version}"
    if key not in kept:
        found = _import(module, folders)
        if found is None:
            return None
        kept = {**_kept(), key: sorted(found)}
        with contextlib.suppress(OSError):
            _file().parent.mkdir(parents=True, exist_ok=True)
            beside = _file().with_suffix(f".{os.getpid()}")
            beside.write_text(json.dumps(kept))
            beside.replace(_file())  # rename, so that no process reads half of the file
    return frozenset(kept[key])


def _version(module: str, folders: tuple[str, ...]) -> str:
    """Return the place of a module, with the time when it or a file beside it was last written."""
    parts = module.split(".")
    for folder in (*folders, *sys.path):
        place = Path(folder, *parts)
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                beside = path.parent.glob("*.py") if folder in folders else (path,)
                return f"{path} {max(one.stat().st_mtime_ns for one in beside)}"
    return ""


def _import(module: str, folders: tuple[str, ...]) -> frozenset[str] | None:
    words = [sys.executable, "-c", _CHILD, module, *folders]
    env = {**os.environ, "MPLBACKEND": "agg"}
    try:
        printed = subprocess.check_output(
            words, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_PATIENCE
        )
        return frozenset(json.loads(printed.decode().rpartition("\x1e")[2]))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _file() -> Path:
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # the folder need not exist
    return Path(caches, "nbflow", "names.json")


def _kept() -> dict[str, list[str]]:
    try:
        found = json.loads(_file().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


ask(star_names, _text_of)
