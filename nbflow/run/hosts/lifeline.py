"""Notices within seconds that the network between a dask worker and the scheduler is cut, at both ends.

Dask itself notices it after half a minute. Each run has a connection of its own for this, on which nothing is sent: the
operating systems ask each other whether they are there. So a process that is busy or stopped does not count as lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

from distributed.comm.core import CommClosedError, connect

_ASKED = {"TCP_KEEPIDLE": 2, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 6000}
"""The system asks after two seconds, then every second. Without an answer for six, the connection is broken."""


class Lifeline:
    """Is the end of the connection on a worker."""

    def __init__(self, run: str) -> None:
        self._op = operation_of(run)
        self._comm: Any = None

    async def is_cut(self, worker: Any) -> bool:
        """Return once the connection has ended: whether the network was cut, and not `close` called."""
        try:
            self._comm = await connect(worker.scheduler.address, **worker.connection_args)
            _ask_often(self._comm)
            await self._comm.write({"op": self._op, "reply": False, "worker": worker.contact_address})
        except OSError:
            return False  # dask notices what is wrong
        return await _is_cut(self._comm) and self._comm is not None

    async def close(self) -> None:
        """Tell the scheduler that nobody is lost, and end the connection."""
        comm, self._comm = self._comm, None
        if comm is not None:
            with contextlib.suppress(OSError):
                await asyncio.wait_for(comm.write("over"), 1)
            comm.abort()


def operation_of(run: str) -> str:
    """Return the name by which the workers of a run ask the scheduler to hold their lifelines."""
    return f"{run}-lifeline"


async def remove_when_cut(scheduler: Any, comm: Any, worker: str) -> None:
    """Hold a lifeline on the scheduler, and have it take the worker for lost if the network is cut."""
    _ask_often(comm)
    if await _is_cut(comm):
        await scheduler.remove_worker(worker, stimulus_id=f"nbflow-lifeline-{worker}")


async def _is_cut(comm: Any) -> bool:
    try:
        await comm.read()
    except CommClosedError:
        return True
    return False


def _ask_often(comm: Any) -> None:
    """Have the system ask soon whether the other end is there; connections inside one process need none of it."""
    line: socket.socket | None = getattr(getattr(comm, "stream", None), "socket", None)
    for name, value in _ASKED.items():
        if line is not None and hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
