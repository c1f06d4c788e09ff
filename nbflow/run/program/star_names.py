"""Finds names that a cell defines but does not show.

For `from module import *` it imports an installed module once, in a process of its own, and keeps the names. Of a
module beside the notebook, and for `%run FILE`, it reads the text: to look at a notebook runs no code of its folder.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from nbflow.flow.names.code import names_of
from nbflow.flow.names.stars import ask
from nbflow.store.regular_file import read_regular
from nbflow.store.whole_file import replace_file

_PATIENCE = 120
"""Limits how many seconds the import of a module may take."""

_CHILD = """
import importlib, json, sys
module = importlib.import_module(sys.argv[1])
public = (name for name in vars(module) if not name.startswith("_"))
print("\\x1e" + json.dumps(sorted(getattr(module, "__all__", public))))
"""

_LONGEST = 16 << 20
"""Limits how many bytes of a file are read for its names."""

_folders: dict[str, None] = {}


def look_beside(notebook: Path) -> None:
    """Search the folder of a notebook for modules, too; the newest folder is searched first."""
    folder = str(notebook.parent.absolute())
    _folders.pop(folder, None)
    _folders[folder] = None


def star_names(module: str) -> frozenset[str] | None:
    """Return the names that a star import binds; None if the module cannot be imported."""
    folders = tuple(reversed(_folders))
    file = _file_beside(module, folders)
    if file is not None:
        return _names_in(module, file, frozenset())
    return _known(module, _version(module))


def _file_beside(module: str, folders: tuple[str, ...]) -> Path | None:
    """Return the file of a module beside a notebook; None if there is none, and the module is an installed one."""
    places = (Path(folder, *module.split(".")) for folder in folders)
    files = (path for place in places for path in (place / "__init__.py", place.with_suffix(".py")))
    return next((path for path in files if path.is_file()), None)


def _names_in(module: str, file: Path, above: frozenset[str]) -> frozenset[str] | None:
    """Return the public names that the text of a module binds. `above` are the modules that are being read already."""
    try:
        tree = ast.parse(read_regular(file, _LONGEST))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    listed = _listed(tree)
    if listed is not None:
        return listed
    found = names_of(tree.body)
    bound = {name for name in found.bound - found.ends if not name.startswith("_")}
    for one in tree.body:
        if isinstance(one, ast.ImportFrom) and one.names[0].name == "*":
            bound |= _names_of_star(one, module, file, above | {module})
    return frozenset(bound)


def _names_of_star(star: ast.ImportFrom, module: str, file: Path, above: frozenset[str]) -> frozenset[str]:
    package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    base = package[: len(package) - star.level + 1] if star.level else []
    wanted = ".".join([*base, star.module or ""]).strip(".")
    beside = _file_beside(wanted, tuple(reversed(_folders)))
    if wanted in above or not wanted:
        return frozenset()
    return (star_names(wanted) if beside is None else _names_in(wanted, beside, above)) or frozenset()


def _listed(tree: ast.Module) -> frozenset[str] | None:
    """Return the names in `__all__`, if the text shows them."""
    for one in tree.body:
        if isinstance(one, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "__all__" for to in one.targets):
            with contextlib.suppress(ValueError, TypeError):
                return frozenset(map(str, ast.literal_eval(one.value)))
    return None


def _text_of(file: str) -> str | None:
    """Return the text of a file beside a notebook; None if there is none."""
    for folder in (*reversed(_folders), ""):
        with contextlib.suppress(OSError, ValueError):
            return read_regular(Path(folder, file), _LONGEST).decode("utf-8")
    return None


@cache
def _known(module: str, version: str) -> frozenset[str] | None:
    kept = _kept()
    key = f"{sys.executable} {sys.version_info[:3]} {module} {version}"
    if key not in kept:
        found = _import(module)
        if found is None:
            return None
        kept = {**_kept(), key: sorted(found)}
        with contextlib.suppress(OSError):
            _file().parent.mkdir(parents=True, exist_ok=True)
            replace_file(_file(), json.dumps(kept).encode())
    return frozenset(kept[key])


def _version(module: str) -> str:
    """Return the place of a module, with the time when it was last written."""
    parts = module.split(".")
    for folder in sys.path:
        place = Path(folder, *parts)
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                return f"{path} {path.stat().st_mtime_ns}"
    return ""


def _import(module: str) -> frozenset[str] | None:
    words = [sys.executable, "-P", "-c", _CHILD, module]  # -P: not from the working directory
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
