"""A time limit inside a process: for bodies that cannot be ended by killing it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def alarm(seconds: float | None, error: Exception) -> Iterator[None]:
    """Raise `error` in what runs inside when its time is over, as soon as Python gets to look; C code is not stopped.

    Without a limit, without timers (Windows) and outside the main thread nothing happens.
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise error

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
