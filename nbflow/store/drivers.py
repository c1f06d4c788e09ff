"""Identifies the process that drives a run, and tells whether it is still alive."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """Identifies a process of a host. `start` (clock ticks since boot) tells it from a later one with the same pid."""

    host: str
    pid: int
    start: int


def this_process() -> Process:
    """Return the identity of this process."""
    return Process(socket.gethostname(), os.getpid(), started(os.getpid()) or 0)


DEAD_AFTER = 120.0
"""A driver on another host that was silent for so many seconds has ended, or nobody can reach it any more."""


def is_gone(process: Process, silence: float | None = None) -> bool:
    """Return whether the process has ended. One that we cannot see has if it is silent for long.

    `silence` is given in seconds for processes elsewhere; another host, such as a container, may have the same name.
    """
    if silence is not None:
        return silence > DEAD_AFTER
    if process.host != socket.gethostname():
        return False
    if Path("/proc/self/stat").exists():
        return started(process.pid) != process.start
    return not _answers(process.pid)


def is_own(process: Process) -> bool:
    """Return whether the process certainly runs on this computer, and for this user."""
    if process.host != socket.gethostname() or is_gone(process):
        return False
    try:
        os.kill(process.pid, 0)
    except OSError:
        return False
    return True


def started(pid: int) -> int | None:
    """Return when a process of this host started, in clock ticks since boot; None if it is gone or a zombie."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else int(fields[18])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
