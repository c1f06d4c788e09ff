"""Builds the environments of locks below the user's cache folder, each once, and removes those that nobody uses."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbflow.errors import SystemRefused
from nbflow.run.environments.environment_lock import LOCK_FILE, EnvironmentLock, environments_folder, find_built
from nbflow.run.environments.resolving import find_interpreter
from nbflow.run.environments.uv_program import call_uv
from nbflow.store.leftovers import own_name, remove_leftovers
from nbflow.store.lock import alone, in_turn

_ASIDE = "building-"


@dataclass(frozen=True)
class BuiltEnvironment:
    """Describes an environment on disk. `used` is a time in seconds since 1970."""

    digest: str
    folder: Path
    lock: EnvironmentLock
    used: float


def build_environment(lock: EnvironmentLock, cancelled: threading.Event | None = None) -> Path:
    """Return the interpreter of a lock's environment, which is built unless it is there. Others wait for it meanwhile.

    It is built aside and then renamed, so nobody ever meets half of one.

    Raises UvMissing, UvFailed, PythonMissing or SystemRefused.
    """
    home = environments_folder()
    try:
        if python := find_built(lock):
            return python
        home.mkdir(parents=True, exist_ok=True)
        with in_turn(home / f"{lock.digest}.turn"):
            return find_built(lock) or _build(lock, home, cancelled)
    except OSError as error:
        raise SystemRefused(error) from error


def _build(lock: EnvironmentLock, home: Path, cancelled: threading.Event | None) -> Path:
    remove_leftovers(home, _ASIDE)
    folder, aside = home / lock.digest, home / own_name(_ASIDE)
    try:
        interpreter = find_interpreter(f"=={lock.python}.*", home)
        call_uv(["venv", "--quiet", "--relocatable", "--no-project", "--python", interpreter, str(aside)], home)
        (aside / LOCK_FILE).write_text(lock.text, "utf-8")
        words = ["pip", "sync", "--quiet", "--python", str(aside / "bin" / "python"), str(aside / LOCK_FILE)]
        call_uv(words, home, cancelled=cancelled)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / "bin" / "python"


def built_environments() -> Iterator[BuiltEnvironment]:
    """Yield the environments that are built, the one used last first."""
    found = sorted(environments_folder().glob(f"*/{LOCK_FILE}"), key=lambda one: one.stat().st_mtime, reverse=True)
    for file in (one for one in found if not one.parent.name.startswith(_ASIDE)):
        python = next((file.parent / "lib").glob("python*")).name.removeprefix("python")
        lock = EnvironmentLock(python, file.read_text("utf-8"))
        yield BuiltEnvironment(file.parent.name, file.parent, lock, file.stat().st_mtime)


def remove_unused(seconds: float) -> list[BuiltEnvironment]:
    """Remove the environments that were not used for so many seconds, and return them."""
    home, removed = environments_folder(), list[BuiltEnvironment]()
    remove_leftovers(home, _ASIDE)
    for one in built_environments():
        with alone(home / f"{one.digest}.turn") as is_free:
            if is_free and one.used < time.time() - seconds:
                aside = home / own_name(_ASIDE)
                one.folder.rename(aside)  # at once, so that nobody starts a worker in half of one
                shutil.rmtree(aside, ignore_errors=True)
                removed.append(one)
    return removed
