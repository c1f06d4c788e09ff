"""Calls a function in child processes: `parallel_map` and `parallel_imap_unordered`."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import mkstemp
from typing import Any, NoReturn

from nbflow.errors import MetaflowException, MulticoreException

_LOOK_AGAIN = 0.005
"""The seconds to wait before it looks again whether a child has ended."""


def parallel_map(
    func: Callable[[Any], Any], iterable: Iterable[Any], max_parallel: int | None = None, dir: str | None = None
) -> list[Any]:
    """Call a function with each argument in child processes, and return the results in the order of the arguments.

    Args:
        func: The function; it takes one argument.
        iterable: The arguments.
        max_parallel: How many calls run at a time; as many as there are processors if it is not given.
        dir: The folder for the files with the results; the usual folder for temporary files if it is not given.

    Returns:
        The results in the order of the arguments.

    Raises:
        MulticoreException: if a call fails.
        MetaflowException: if the operating system cannot fork.

    Example:
        >>> parallel_map(lambda seed: seed ** 2, range(4))
        [0, 1, 4, 9]
    """
    numbered = parallel_imap_unordered(lambda one: (one[0], func(one[1])), enumerate(iterable), max_parallel, dir)
    return [result for _, result in sorted(numbered, key=lambda one: one[0])]


def parallel_imap_unordered(
    func: Callable[[Any], Any], iterable: Iterable[Any], max_parallel: int | None = None, dir: str | None = None
) -> Iterator[Any]:
    """Call a function with each argument in child processes, and yield each result as soon as it is there.

    Args:
        func: The function; it takes one argument.
        iterable: The arguments.
        max_parallel: How many calls run at a time; as many as there are processors if it is not given.
        dir: The folder for the files with the results; the usual folder for temporary files if it is not given.

    Yields:
        The results, in the order in which the calls end.

    Raises:
        MulticoreException: if a call fails.
        MetaflowException: if the operating system cannot fork.

    Example:
        >>> sum(parallel_imap_unordered(lambda seed: seed ** 2, range(4)))
        14
    """
    if not hasattr(os, "fork"):
        raise MetaflowException("parallel_map needs an operating system that can fork: use foreach=")
    waiting, running = iter(iterable), dict[int, Path]()
    try:
        for argument in islice(waiting, os.cpu_count() if max_parallel is None else max_parallel):
            _start(func, argument, dir, running)
        while running:
            yield _result(running)
            for argument in islice(waiting, 1):
                _start(func, argument, dir, running)
    finally:
        _end(running)


def _start(func: Callable[[Any], Any], argument: Any, folder: str | None, running: dict[int, Path]) -> None:
    handle, name = mkstemp(prefix="parallel_map_", dir=folder)
    os.close(handle)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # or the child prints it again
    child = os.fork()
    if not child:
        _work(func, argument, Path(name))
    running[child] = Path(name)


def _work(func: Callable[[Any], Any], argument: Any, file: Path) -> NoReturn:
    """Call the function in the child, write its result, and end without the exit functions of this process."""
    code = 1
    try:
        file.write_bytes(pickle.dumps(func(argument), pickle.HIGHEST_PROTOCOL))
        code = 0
    except BaseException:  # noqa: BLE001 - the user's code
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code)


def _result(running: dict[int, Path]) -> Any:
    """Return the result of the next child that ends."""
    child, status = _ended(running)
    file = running.pop(child)
    try:
        if status:
            raise MulticoreException("Child failed")
        return pickle.loads(file.read_bytes())
    finally:
        file.unlink(missing_ok=True)


def _ended(running: dict[int, Path]) -> tuple[int, int]:
    while True:
        for child in running:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return ended, status
        time.sleep(_LOOK_AGAIN)


def _end(running: dict[int, Path]) -> None:
    """End the children whose results are not needed any more."""
    for child, file in running.items():
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        file.unlink(missing_ok=True)
