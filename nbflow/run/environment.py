"""Describes where a run takes place: Python, platform, packages, and the files that its steps depend on."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nbflow.run.environments.environment_lock import EnvironmentLock, TaskLock, describe_locks
from nbflow.run.program.keys import Keys
from nbflow.run.program.program import Program


def files_of(program: Program, steps: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the local modules and watched files of each step, with their digests; steps without any are left out."""
    keys = Keys(program)
    found = {step: keys.files(step) for step in steps}
    return {step: files for step, files in found.items() if files}


def describe_environment(
    files: Mapping[str, Mapping[str, str]],
    steps: Iterable[str] = (),
    locks: Mapping[str, EnvironmentLock] | None = None,
    tasks: Mapping[str, TaskLock] | None = None,
) -> dict[str, Any]:
    """Return the facts about the environment of a run: Python, platform, packages and files. They are not part of keys.

    `steps` are the steps that take part in the run, where that is known beforehand; `locks` are those of the steps that
    have environments of their own, `tasks` those of single tasks.
    """
    found = (path.name for folder in sys.path for path in Path(folder or ".").glob("*.dist-info"))
    packages = dict(sorted(name.removesuffix(".dist-info").split("-", 1) for name in found))
    system = "-".join((platform.system(), platform.release(), platform.machine()))  # `platform()` starts a process
    facts: dict[str, Any] = {"python": platform.python_version(), "platform": system}
    facts |= {"packages": packages, "files": files, "steps": list(steps)}
    return facts | describe_locks(locks or {}, tasks or {}) if locks or tasks else facts
