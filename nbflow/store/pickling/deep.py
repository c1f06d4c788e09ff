"""Gives pickle room for values that are nested deeply, such as linked lists and objects that know their neighbours.

Pickle goes a level down for each object that holds the next one. Python's limit of recursion is soon reached, and
where a notebook has raised it, the stack of the process is. A thread may have a larger stack.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Made = TypeVar("_Made")

_ORDINARY = 3_000  # levels for which the stack of a process is large enough, even if each runs code of the user
_LEVELS = 100_000
_STACK = 1 << 30  # bytes: 10 kB for each level; the system gives only those that are used

_turn = threading.Lock()  # the limit and the size are those of the whole process
_room = threading.local()


def with_room(call: Callable[[], _Made]) -> _Made:
    """Return what the call returns. It is called again, with much room, if it reaches the limit of recursion.

    Raises:
        Exception: What the call raises; `is_too_deep` tells whether there was no room even so.
    """
    if hasattr(_room, "is_here"):
        return call()
    failure: Exception = RecursionError("there is no room for a larger stack")
    if sys.getrecursionlimit() <= _ORDINARY:
        try:
            return call()
        except Exception as error:
            if not is_too_deep(error):
                raise
            failure = error
    made: list[_Made] = []
    failures: list[BaseException] = []
    thread = threading.Thread(target=_call_with_room, args=(call, made, failures), daemon=True)
    with _turn, _larger_limits():
        try:
            thread.start()
        except RuntimeError:  # there is no memory for the stack
            raise failure from None
        thread.join()
    if failures:
        raise failures[0]
    return made[0]


def is_too_deep(error: BaseException | None) -> bool:
    """Return whether an error, or one that caused it, says that the limit of recursion was reached."""
    return error is not None and (isinstance(error, RecursionError) or is_too_deep(error.__cause__))


def _call_with_room(call: Callable[[], _Made], made: list[_Made], failures: list[BaseException]) -> None:
    _room.is_here = True
    try:
        made.append(call())
    except BaseException as error:  # noqa: BLE001 - it is raised where the call was asked for
        failures.append(error)


@contextmanager
def _larger_limits() -> Iterator[None]:
    """Set the limit of recursion, and let threads that begin in this context have a large stack."""
    levels, stack = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(_LEVELS)
    try:
        yield
    finally:
        sys.setrecursionlimit(levels)
        threading.stack_size(stack)
