"""Pauses garbage collection while many objects are created or read: none of them is garbage, and collecting takes half
of the time.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_gc_lock = threading.Lock()
_gc_users = 0


@contextmanager
def without_gc() -> Iterator[None]:
    """Pause garbage collection during the `with` block. Several threads may use it at once; the last one resumes it."""
    global _gc_users
    with _gc_lock:
        _gc_users += 1 if _gc_users or gc.isenabled() else 0
        counted = _gc_users > 0
        gc.disable()
    try:
        yield
    finally:
        with _gc_lock:
            _gc_users -= 1 if counted else 0
            if counted and not _gc_users:
                gc.enable()
