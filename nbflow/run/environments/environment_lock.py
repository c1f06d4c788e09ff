"""Represents a lock: the exact packages to which the requirements of a step were resolved."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from blake3 import blake3

from nbflow.store.homes import cache_folder

_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:==| @ )(\S+)", re.M)


LOCK_FILE = "nbflow-lock.txt"
"""Is the lock in the folder of its environment; its time of change says when the environment was last used."""


@dataclass(frozen=True)
class EnvironmentLock:
    """Holds the version of Python, such as "3.11", and the text of a requirements.txt with the hash of every file."""

    python: str
    text: str

    @cached_property
    def digest(self) -> str:
        """Return the name of the environment: equal locks are one environment."""
        return str(blake3(f"{self.python}\n{self.text}".encode()).hexdigest(16))

    @cached_property
    def packages(self) -> Mapping[str, str]:
        """Return the version, or the address, of each package."""
        return dict(_PINNED.findall(self.text))


@dataclass(frozen=True, slots=True)
class TaskLock:
    """Holds the requirements of a task whose step has braces in its `--env`, and the lock that the task got."""

    words: tuple[str, ...]
    lock: EnvironmentLock


def environments_folder() -> Path:
    """Return the folder that holds the environments of this user."""
    return cache_folder() / "environments"


def find_built(lock: EnvironmentLock) -> Path | None:
    """Return the interpreter of a lock's environment, and note that it is used; None if it is not built."""
    folder = environments_folder() / lock.digest
    try:
        os.utime(folder / LOCK_FILE)
    except FileNotFoundError:
        return None
    return folder / "bin" / "python"


def describe_locks(locks: Mapping[str, EnvironmentLock], tasks: Mapping[str, TaskLock]) -> dict[str, Any]:
    """Return the digest of each step's lock, what single tasks have asked for and got, and each lock once."""
    texts = {one.digest: one for one in (*locks.values(), *(task.lock for task in tasks.values()))}
    return {
        "locks": {step: lock.digest for step, lock in locks.items()},
        "locks_of_tasks": {name: {"asked": one.words, "lock": one.lock.digest} for name, one in tasks.items()},
        "environments": {digest: {"python": one.python, "text": one.text} for digest, one in texts.items()},
    }


def locks_in(facts: Mapping[str, Any]) -> dict[str, EnvironmentLock]:
    """Return the locks of steps that the facts of a run hold."""
    known = facts.get("environments", {})
    return {step: EnvironmentLock(**known[digest]) for step, digest in facts.get("locks", {}).items()}


def task_locks_in(facts: Mapping[str, Any]) -> dict[str, TaskLock]:
    """Return the locks of single tasks that the facts of a run hold, by the names of the tasks."""
    known, tasks = facts.get("environments", {}), facts.get("locks_of_tasks", {})
    return {name: TaskLock(tuple(one["asked"]), EnvironmentLock(**known[one["lock"]])) for name, one in tasks.items()}
