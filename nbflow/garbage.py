"""Pauses garbage collection, or makes it rare, where many objects are created and hardly one is garbage.

Python looks for cycles whenever 700 objects are new, and again and again at those that stay.
"""

from __future__ import annotations

import functools
import gc
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")

_gc_lock = threading.Lock()
_gc_users = 0


_RARELY = 10_000  # new objects


def collect_rarely() -> None:
    """Look for garbage less often in this process, which must be nbflow's own: a user's cells may make more of it."""
    gc.set_threshold(_RARELY, *gc.get_threshold()[1:])


class without_gc:  # noqa: N801 - used as a function, which as a generator would take twice as long
    """Pauses garbage collection during a `with` block, or during the calls of a function that it decorates.

    Several threads may use it at once; the last one resumes the collection.
    """

    __slots__ = ("_is_counted",)

    def __enter__(self) -> None:
        global _gc_users
        with _gc_lock:
            _gc_users += 1 if _gc_users or gc.isenabled() else 0
            self._is_counted = _gc_users > 0
            gc.disable()

    def __exit__(self, *error: object) -> None:
        global _gc_users
        with _gc_lock:
            _gc_users -= 1 if self._is_counted else 0
            if self._is_counted and not _gc_users:
                gc.enable()

    def __call__(self, function: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
        @functools.wraps(function)
        def paused(*args: _Given.args, **options: _Given.kwargs) -> _Answer:
            with without_gc():
                return function(*args, **options)

        return paused
