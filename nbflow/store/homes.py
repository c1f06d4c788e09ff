"""Decides where the store of a folder is: in NBFLOW_HOME, where the project's settings say, or in a folder `.nbflow`.

A store in a bucket has a folder too, in the user's cache folder: the copy of what was used on this computer.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from blake3 import blake3

from nbflow.errors import BucketFailed, StoreBroken, StoreReadOnly
from nbflow.store.regular_file import read_regular
from nbflow.store.whole_file import replace_file

if TYPE_CHECKING:
    from nbflow.store.team.team import Team

FOLDER = ".nbflow"
HOME_VARIABLE = "NBFLOW_HOME"
SETTINGS = "config"
"""The file in the folder `.nbflow` that says in a line where the store is."""

PROJECT = "pyproject.toml"
"""The file that has settings of nbflow in a table of its own."""

_TABLE = "[tool.nbflow]"
_LONGEST = 4 << 20  # bytes of a file that says where a store is
_MARK = "bucket"  # the file in the folder of a copy that holds the URL
_SERVERS = {"s3": ("AWS_ENDPOINT_URL", "AWS_ENDPOINT"), "az": ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ENDPOINT")}
"""Lists, for a scheme, the variables that say which server is meant, so that equal addresses at two have two copies."""


def locate_store(start: Path) -> Path:
    """Return the folder of the store for `start`, which need not exist; what is new in its bucket is taken over.

    NBFLOW_HOME comes first. Else it is what the nearest folder at or above `start` says: by its settings, or by having
    a folder `.nbflow`.

    Raises StoreError if the store is in a bucket that does not answer, and nothing of it is known here.
    """
    start = start.absolute()
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return _folder_of(named, start)
    for folder in (start, *start.parents):
        if (address := _setting_of(folder)) is not None:
            return _folder_of(address, folder)
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    return start / FOLDER


def store_at(address: str, base: Path) -> Path:
    """Return the folder of the store at an address: a URL, the folder of a store, or a folder that has one in it."""
    root = _folder_of(address, base)
    return root / FOLDER if not is_url(address) and not (root / "catalog.db").exists() else root


def is_url(address: str) -> bool:
    """Return whether an address is that of a bucket, not that of a folder."""
    return "://" in address


def _folder_of(address: str, base: Path) -> Path:
    if not is_url(address):
        return (base / os.path.expanduser(address)).absolute()  # expanduser keeps ~ where the home folder is unknown
    root = copy_of(address)
    refresh_store(root)
    return root


def copy_of(url: str) -> Path:
    """Return the folder on this computer for a store in a bucket, and mark it as such.

    Raises BucketFailed for an address that would lead out of the user's cache folder, or that has a password in it.
    """
    split = urlsplit(url.rstrip("/"))
    if {".", ".."} & {split.netloc, *split.path.split("/")}:
        raise BucketFailed(url, "an address cannot have '.' or '..' in it", "Write the address without them")
    if split.password is not None:
        fix = "Give credentials in the environment, where they are not kept"
        raise BucketFailed(f"{split.scheme}://…", "the address has a password in it", fix)
    server = "".join(os.environ.get(name, "") for name in _SERVERS.get(split.scheme, ()))
    scheme = split.scheme + (f"-{blake3(server.encode()).hexdigest(4)}" if server else "")
    parts = (quote(part, safe=" ") for part in (scheme, split.netloc, *split.path.split("/")) if part)
    root = cache_folder().joinpath(*parts, "store")
    try:
        if not (root / _MARK).exists():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            (root / _MARK).write_text(url.rstrip("/"), "utf-8")
    except OSError as error:
        raise StoreReadOnly(root, f"{os.strerror(error.errno or 0)}; XDG_CACHE_HOME names another place") from error
    return root


def cache_folder() -> Path:
    """Return the folder of nbflow below the user's cache folder; it need not exist."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    return caches.absolute() / "nbflow"


def team_of(root: Path) -> Team | None:
    """Return what connects the store in a folder with its bucket; None if the store is this folder itself."""
    try:
        url = read_regular(root / _MARK, _LONGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    from nbflow.store.team.team import Team  # noqa: PLC0415 - a local store needs none of it

    return Team(root, url)


def address_of(root: Path) -> str:
    """Return where a store is, as users know it: the URL of the bucket of which a folder is the copy, or the folder."""
    team = team_of(root)
    return team.url if team else str(root)


def refresh_store(root: Path) -> None:
    """Take over what is new in the bucket of which a folder is the copy; nothing is to be done for another store."""
    if (team := team_of(root)) is not None:
        team.refresh()


# what a project says


def _setting_of(folder: Path) -> str | None:
    """Return where the settings of a folder say that the store is; None if they say nothing."""
    settings = folder / FOLDER / SETTINGS
    if settings.is_file():
        return _read_settings(settings, settings.stat().st_mtime_ns)
    project = folder / PROJECT
    return _read_settings(project, project.stat().st_mtime_ns) if project.is_file() else None


@lru_cache(64)
def _read_settings(file: Path, _changed: int) -> str | None:
    try:
        text = read_regular(file, _LONGEST).decode("utf-8")
        if "store" not in text:  # to import tomllib takes longer than to look
            return None
        import tomllib  # noqa: PLC0415 - as above

        found = tomllib.loads(text)
        if file.name == PROJECT:
            found = found.get("tool", {}).get("nbflow", {})
    except (OSError, ValueError, AttributeError) as error:
        if file.name == PROJECT:
            return None  # other tools say what is wrong with it
        raise StoreBroken(
            file, f"it cannot be read ({error})", 'Write `store = "s3://bucket/folder"` into it'
        ) from None
    address = found.get("store")
    return address if isinstance(address, str) and address else None


def keep_setting(folder: Path, address: str) -> Path:
    """Write into the settings of a folder where its store is, and return the file: pyproject.toml if there is one."""
    project = folder / PROJECT
    file = project if project.is_file() else folder / FOLDER / SETTINGS
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    file.parent.mkdir(exist_ok=True)
    line = f"store = {json.dumps(address, ensure_ascii=False)}"
    new = _with_setting(lines, line) if file == project else [line, *_without_setting(lines)]
    replace_file(file, "".join(f"{one}\n" for one in new).encode())
    _read_settings.cache_clear()
    return file


def _with_setting(lines: list[str], line: str) -> list[str]:
    """Return the lines of a pyproject.toml with a line in the table of nbflow, which replaces the one before."""
    if _TABLE not in lines:
        return [*lines, "", _TABLE, line]
    start = lines.index(_TABLE) + 1
    end = next((n for n in range(start, len(lines)) if lines[n].startswith("[")), len(lines))
    return [*lines[:start], line, *_without_setting(lines[start:end]), *lines[end:]]


def _without_setting(lines: list[str]) -> list[str]:
    """Return the lines of a table and of what follows it without the one that says where the store is."""
    end = next((n for n, line in enumerate(lines) if line.startswith("[")), len(lines))
    return [one for one in lines[:end] if one.partition("=")[0].strip() != "store"] + lines[end:]


def project_of(root: Path, folder: Path) -> Path:
    """Return the folder of the project whose store is at `root`: for a copy, the one whose settings name the bucket."""
    if not is_copy(root):
        return root.parent
    return next((one for one in (folder, *folder.parents) if _setting_of(one) is not None), folder)


def is_copy(root: Path) -> bool:
    """Return whether a folder is the copy of a store in a bucket."""
    return (root / _MARK).is_file()
