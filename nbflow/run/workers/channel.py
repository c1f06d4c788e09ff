"""Sends objects over a socket between the driver and a worker. The driver's end never waits.

The driver sends a `WorkerSetup`, then lists of jobs and `TakeBack`, and None at the end. A worker sends `Ready` or
`StartFailed`, then a result for each job, and `Dropped`.
"""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any

from nbflow.run.events.events import Failure
from nbflow.run.program.program import Program
from nbflow.run.task.task_store import TaskStore

_LENGTH = struct.Struct("!Q")
_AT_ONCE = 1 << 20  # bytes


CONNECTION_CLOSED = 74  # EX_IOERR of sysexits.h
"""Is the exit code of a worker that cannot reach its driver, because the body has closed what is not its own."""

OpenStore = Callable[[], TaskStore]
"""Opens in a worker what its tasks load from and save to. It is pickled on the way there."""


@dataclass(frozen=True)
class WorkerSetup:
    """Is the first message to a worker.

    Attributes:
        program: The program of the run, whose tasks the worker performs.
        open_store: Opens what the tasks load from and save to.
        environment: The environment variables of the run's driver.
    """

    program: Program
    open_store: OpenStore
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Ready:
    """Says that a worker has started."""


@dataclass(frozen=True)
class StartFailed:
    """Says that a worker could not start, and ends."""

    cause: Failure


@dataclass(frozen=True)
class TakeBack:
    """Says that the jobs before this message for which there is no permit are not the worker's any more."""


@dataclass(frozen=True)
class Dropped:
    """Says that a worker has dropped what was taken back from it."""


class Channel:
    """Is the driver's end: what cannot be sent now is sent by `flush`, and half a message is kept until the rest comes.

    A worker that is stopped, or that dies in the middle of a message, therefore never makes the driver wait.
    """

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._received, self._unsent = bytearray(), bytearray()

    def fileno(self) -> int:
        """Return the descriptor, so that a selector can watch this channel."""
        return self._socket.fileno()

    @property
    def is_full(self) -> bool:
        """Return whether something is left that `flush` must send."""
        return bool(self._unsent)

    def send(self, message: object) -> None:
        """Send an object, now or by the next `flush`.

        Raises:
            Exception: The object cannot be pickled; nothing was sent then.
        """
        self._unsent += _packed(message)
        self.flush()

    def flush(self) -> None:
        """Send as much as the socket takes. An end that is gone takes everything, for `read` tells of it."""
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent[:_AT_ONCE])]
        except BlockingIOError:
            pass  # the rest is sent when there is room
        except OSError:
            self._unsent.clear()

    def read(self) -> Iterator[Any]:
        """Yield the objects that have arrived as a whole.

        Raises:
            EOFError: The other end is closed, and everything that it had sent has been yielded.
            Exception: What arrived cannot be unpickled.
        """
        is_open = self._take()
        while (message := self._next()) is not None:
            yield ForkingPickler.loads(message)
        if not is_open:
            raise EOFError

    def _take(self) -> bool:
        """Take what has arrived, and return whether the other end is open."""
        try:
            while data := self._socket.recv(_AT_ONCE):
                self._received += data
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def _next(self) -> bytes | None:
        if len(self._received) < _LENGTH.size:
            return None
        end = _LENGTH.size + _LENGTH.unpack_from(self._received)[0]
        if len(self._received) < end:
            return None
        message = bytes(memoryview(self._received)[_LENGTH.size : end])
        del self._received[:end]
        return message

    def close(self) -> None:
        """Close this end."""
        self._socket.close()


class WorkerEnd:
    """Is the worker's end of a channel, which waits until a message is sent or has come."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(True)
        self._send, self._receive = end.sendall, end.recv_into  # as they are before a body patches their class

    def send(self, message: object) -> None:
        """Send an object.

        Raises:
            Exception: The object cannot be pickled, or the driver is gone.
        """
        self._send(_packed(message))

    def receive(self) -> Any:
        """Return the next object.

        Raises:
            EOFError: The driver is gone.
        """
        (size,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return ForkingPickler.loads(self._exactly(size))

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            count = self._receive(rest)
            if not count:
                raise EOFError
            rest = rest[count:]
        return data


def _packed(message: object) -> bytes:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)  # a ForkingPickler asks Python code about each object
    return b"".join((_LENGTH.pack(len(data)), data))
