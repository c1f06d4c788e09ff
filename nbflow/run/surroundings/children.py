"""Finds and ends the processes that the tasks of a worker have started, so that none outlives the run."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

if sys.platform != "win32":
    import resource

_PATIENCE = 1.0
"""Limits how many seconds a process has to end before it is killed."""

_SET_CHILD_SUBREAPER = 36  # of prctl(2)
_PROCESSES = Path("/proc")


def lead_session() -> None:
    """Make this process the leader of a session, by which all processes that it starts are found later.

    It then has no terminal, so nothing in it can ask the user, and Ctrl-C reaches only the driver.
    """
    if hasattr(os, "setsid"):
        with contextlib.suppress(PermissionError):  # it is a leader already
            os.setsid()


def started_by(*leaders: int) -> set[int]:
    """Return the processes of these workers' sessions and all their descendants, without the workers themselves."""
    table = {pid: (parent, session) for pid, parent, session in _processes()}
    found = {*leaders, *(pid for pid, (_, session) in table.items() if session in leaders)}
    while new := {pid for pid, (parent, _) in table.items() if parent in found} - found:
        found |= new
    return found.difference(leaders)


def processes_started() -> int | None:
    """Return a number that grows when this process starts another; None while a child runs, or if it is unknown.

    The page faults of a child that has ended are added to the account of the process that waited for it.
    """
    if sys.platform in ("win32", "darwin"):  # these have no `waitid`
        return None
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    return None


def adopt_orphans() -> None:
    """Become the parent of what a child of this process has started, once that child is gone; Linux only."""
    with contextlib.suppress(OSError, ImportError, AttributeError):
        import ctypes  # noqa: PLC0415 - only a fork server needs it

        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(server: int, workers: Collection[int]) -> None:
    """End what workers that are gone have left to their fork server, in sessions of their own; `workers` go on."""
    table = {pid: (parent, session) for pid, parent, session in _processes()}
    own_session = table.get(server, (0, 0))[1]
    children = {pid: session for pid, (parent, session) in table.items() if parent == server}
    orphans = {pid for pid, session in children.items() if pid not in workers and session != own_session}
    if orphans:
        end_children(*orphans, known=orphans)


def end_children_apart() -> None:
    """End what this process has started in other sessions: once it is gone, nobody knows any more what that was."""
    own_session = {pid for pid, _, session in _processes() if session == os.getpid()}
    apart = started_by(os.getpid()) - own_session
    if apart:
        end_children(known=apart)


def end_children(*leaders: int, known: Iterable[int] = ()) -> None:
    """End the processes that these workers have started, and `known` ones of theirs; return when they are gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):  # a resource tracker ends by itself after the others
        told: set[int] = set()
        deadline = time.monotonic() + _PATIENCE
        while (alive := _alive(leaders, known)) and time.monotonic() < deadline:
            for pid in alive - told:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
            told |= alive
            time.sleep(0.01)


def end_workers() -> None:
    """End the child processes of this fork server, which has no driver any more, and all that they have started.

    A worker that cannot notice the end of the driver, because C code does not let its threads run or because it was
    stopped, is ended too.
    """
    server = os.getpid()
    workers = {pid for pid, parent, _ in _processes() if parent == server}
    if workers:
        end_children(*workers, known=workers)


def end_with_children(code: int | None = None) -> None:
    """End this process, with this exit code, and all processes that it has started."""
    end_children(os.getpid())
    if code is None and hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # also ends what the main thread has just started
    os._exit(1 if code is None else code)


def is_stopped(pid: int) -> bool:
    """Return whether a process was stopped by a signal, and nobody has continued it."""
    try:
        return (_PROCESSES / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()[0] == b"T"
    except OSError:
        return False


def _alive(leaders: Iterable[int], known: Iterable[int]) -> set[int]:
    running = {pid for pid, _, _ in _processes()}
    return started_by(*leaders) | (running & set(known))


def _processes() -> Iterator[tuple[int, int, int]]:
    """Yield pid, parent and session of every running process; nothing where the system does not list them."""
    for name in os.listdir(_PROCESSES) if _PROCESSES.is_dir() else ():
        if name.isdigit():
            with contextlib.suppress(OSError):
                state, parent, _, session, *_ = (_PROCESSES / name / "stat").read_bytes().rpartition(b")")[2].split()
                if state not in b"ZX":
                    yield int(name), int(parent), int(session)
