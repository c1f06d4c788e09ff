"""Resolves the requirements of steps to locks. What was resolved once is read from the user's cache."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from blake3 import blake3

from nbflow.errors import PythonMissing, SystemRefused, UvFailed
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.environments.requirements import RequirementList, gather_requirements
from nbflow.run.environments.uv_program import call_uv
from nbflow.store.homes import cache_folder
from nbflow.store.leftovers import own_name
from nbflow.store.lock import in_turn

WORKER_NEEDS = ("blake3>=1.0", "cloudpickle>=3.1,<3.2", "comm>=0.2", "threadpoolctl>=3.5")
"""Is what a worker imports beside nbflow itself."""

_SETTINGS = ("INDEX", "FIND_LINKS", "PRERELEASE", "RESOLUTION", "EXCLUDE_NEWER", "CONFIG", "OVERRIDE", "CONSTRAINT")


def resolve(
    words: Iterable[str], folder: Path, anew: bool = False, cancelled: threading.Event | None = None
) -> EnvironmentLock:
    """Return the lock of an environment, which uv makes unless it is known. Raises NbflowError.

    If `cancelled` is set meanwhile, uv is stopped.
    """
    wanted = gather_requirements(words, folder)
    place = _place(wanted, folder)
    if not anew and (lock := _read_known(place)) is not None:
        return lock
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with in_turn(place.with_suffix(".turn")):
            lock = (None if anew else _read_known(place)) or _resolve(wanted, folder, cancelled)
            aside = place.with_name(own_name("writing-"))
            aside.write_text(json.dumps({"python": lock.python, "text": lock.text}), "utf-8")
            aside.replace(place)
    except OSError as error:
        raise SystemRefused(error) from error
    return lock


def known(words: Iterable[str], folder: Path) -> EnvironmentLock | None:
    """Return the lock of an environment if it was resolved before. Raises RequirementsUnreadable."""
    return _read_known(resolution_file(words, folder))


def resolution_file(words: Iterable[str], folder: Path) -> Path:
    """Return the file in which the lock of an environment is kept. Raises RequirementsUnreadable."""
    return _place(gather_requirements(words, folder), folder)


def _read_known(place: Path) -> EnvironmentLock | None:
    try:
        return EnvironmentLock(**json.loads(place.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _resolve(wanted: RequirementList, folder: Path, cancelled: threading.Event | None) -> EnvironmentLock:
    interpreter = find_interpreter(wanted.python, folder)
    words = ["pip", "compile", "-", "--quiet", "--generate-hashes", "--no-header", "--no-annotate"]
    given = "".join(f"{line}\n" for line in (*wanted.lines, *WORKER_NEEDS))
    text = call_uv([*words, "--python", interpreter], folder, given, cancelled)
    for line in text.splitlines():
        if line.startswith((".", "/", "-e ")) or (" @ file:" in line and not line.endswith("\\")):
            raise UvFailed(f"{line} is a folder, whose content may change: name a wheel or a package of an index")
    return EnvironmentLock(_version_of(interpreter), text)


def _place(wanted: RequirementList, folder: Path) -> Path:
    """Return the file of a resolution. Its name covers all that the resolution depends on, but what the index has."""
    facts = [wanted.lines, wanted.python, WORKER_NEEDS, sys.version_info[:2], platform.system(), platform.machine()]
    settings = {name: os.environ[name] for name in sorted(os.environ) if _matters(name)}
    text = json.dumps([*facts, settings, [*_configured(folder)]])
    return cache_folder() / "resolutions" / f"{blake3(text.encode()).hexdigest(16)}.json"


def _matters(name: str) -> bool:
    return name.startswith("UV_") and any(word in name for word in _SETTINGS)


def _configured(folder: Path) -> Iterator[object]:
    """Yield what the configuration files of uv say, of the user and of the folder."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config"))
    above = (folder.absolute(), *folder.absolute().parents)
    for file in (Path("/etc/uv/uv.toml"), home / "uv" / "uv.toml", *(one / "uv.toml" for one in above)):
        yield _table(file)
    yield next((tool for one in above if (tool := _table(one / "pyproject.toml").get("tool", {}).get("uv"))), None)


def _table(file: Path) -> dict[str, dict[str, object]]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


# interpreters


def find_interpreter(wanted: str, folder: Path) -> str:
    """Return an installed interpreter: this one if its version is as wanted. Raises PythonMissing."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - few flows have environments

    running = platform.python_version()
    if SpecifierSet(wanted).contains(running, prereleases=True):
        return sys.executable
    try:
        return call_uv(["python", "find", f"{wanted},>=3.11"], folder).strip()
    except UvFailed:
        raise PythonMissing(wanted, ".".join(running.split(".")[:2])) from None


def _version_of(interpreter: str) -> str:
    if interpreter == sys.executable:
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    asked = [interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
