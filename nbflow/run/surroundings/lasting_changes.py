"""Hears what a step does to its process beside Python objects: variables, limits, rights, priority, audit hooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

if sys.platform != "win32":
    import resource

    _LIMITS = sorted({value for name, value in vars(resource).items() if name.startswith("RLIMIT_")})

_EVENTS = frozenset(
    {"import", "os.putenv", "os.unsetenv", "resource.setrlimit", "resource.prlimit", "sys.addaudithook"}
)

Limits = dict[int, tuple[int, int]]


@dataclass
class _Heard:
    """Holds what Python's audit events have told of this process."""

    is_listening: bool = False
    variables: set[bytes] = field(default_factory=set)  # environment variables that were set or removed
    imported: set[str] = field(default_factory=set)  # modules that Python began to import
    limits_were_set: bool = True
    hooks: int = 0  # audit hooks, which stay for ever


_heard = _Heard()
_limits: Limits = {}


def listen_to_process() -> None:
    """Hear from now on what happens to the process. The audit hook stays, because Python cannot remove it."""
    if not _heard.is_listening:
        _heard.is_listening = True
        sys.addaudithook(_hear)


def _hear(event: str, facts: tuple[object, ...]) -> None:
    if event not in _EVENTS:
        return
    match event, facts:
        case "import", (str(name), *_):
            _heard.imported.add(name)
        case (("os.putenv" | "os.unsetenv"), (bytes(name), *_)):
            _heard.variables.add(name)
        case "sys.addaudithook", _:
            _heard.hooks += 1
        case _:
            _heard.limits_were_set = True


def was_imported(module: str) -> bool:
    """Return whether Python has begun to import a module since this module listens."""
    return module in _heard.imported


def variables_set() -> set[bytes]:
    """Return the environment variables that were set or removed since the last call, also beside `os.environ`."""
    variables, _heard.variables = _heard.variables, set()
    return variables


def limits_now() -> Limits:
    """Return the limits of this process, soft and hard; quick if nobody has set any since the last call."""
    global _limits
    if _heard.limits_were_set and sys.platform != "win32":
        _heard.limits_were_set = False
        _limits = {limit: resource.getrlimit(limit) for limit in _LIMITS}
    return _limits


def _hard_limits() -> tuple[int, ...]:
    return tuple(hard for _, hard in limits_now().values())


def _root() -> tuple[int, int]:
    found = os.stat("/")
    return found.st_dev, found.st_ino


_ASKED: tuple[Callable[[], object], ...] = (
    *(getattr(os, name) for name in ("getresuid", "getresgid", "getgroups") if hasattr(os, name)),
    _hard_limits,
    _root,
    lambda: _heard.hooks,
    *((lambda: os.getpriority(os.PRIO_PROCESS, 0),) if hasattr(os, "getpriority") else ()),
)


def what_cannot_be_undone() -> tuple[object, ...]:
    """Return the state of this process that code can change and not change back: rights, priority, hard limits."""
    return tuple(ask() for ask in _ASKED)
