"""Which process drives a run, and whether it is still there."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a host; `start` in clock ticks since boot tells it from a later one with the same pid."""

    host: str
    pid: int
    start: int


def this_process() -> Process:
    return Process(socket.gethostname(), os.getpid(), started(os.getpid()) or 0)


def is_gone(process: Process) -> bool:
    """Whether the process has certainly ended; of another host nobody can say."""
    if process.host != socket.gethostname():
        return False
    if Path("/proc/self/stat").exists():
        return started(process.pid) != process.start
    return not _answers(process.pid)


def started(pid: int) -> int | None:
    """When the process started; None if there is none, or only a zombie."""
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
