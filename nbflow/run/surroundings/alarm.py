"""Sets a time limit inside a process, for bodies that cannot be ended by killing the process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def alarm(seconds: float | None, error: Exception) -> Iterator[None]:
    """Raise `error` in the code of this context when its time is over.

    Python raises it between two instructions, so C code is not interrupted. Without a limit, without timers (Windows)
    and outside the main thread nothing happens.
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
