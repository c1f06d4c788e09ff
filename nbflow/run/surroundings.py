"""What all code of a process shares beside names: the working folder, the environment, signals, options of libraries.

A task finds it as the task before found it, in a worker and in the kernel alike: what a step does to its process ends
with the step, so it makes no difference which tasks ran here before.
"""

from __future__ import annotations

import asyncio
import builtins
import copy
import gc
import getpass
import locale
import logging
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, NoReturn

Restore = Callable[[], object]
"""Puts one thing back."""

_SIGNALS = [number for number in signal.Signals if number.name in (
    "SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGCHLD", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2",
)]  # fmt: skip


class StdinRefused(EOFError):
    """A step asked for input, and a flow has nobody to ask."""

    def __init__(self) -> None:
        super().__init__("a step cannot read standard input: make the value a parameter in the %%parameters cell")


class Surroundings:
    """The state of this process as it is now, to which it goes back after every task."""

    def __init__(self) -> None:
        self._kept = [keep() for keep in _KEPT]
        self._kept += [keep() for name, keep in _KEPT_OF_LIBRARIES.items() if name in sys.modules]

    @contextmanager
    def task(self) -> Iterator[None]:
        """Put everything back after what runs inside, which has no input and no event loop but its own."""
        with ExitStack() as stack:
            for restore in (*self._kept, _keep_logging()):  # which loggers there are changes from task to task
                stack.callback(restore)
            for enter in _entered():
                stack.enter_context(enter)
            yield


def _entered() -> Iterator[AbstractContextManager[object]]:
    yield warnings.catch_warnings()
    for module, contexts in _CONTEXTS.items():
        if module in sys.modules:
            for name in contexts:
                yield getattr(sys.modules[module], name)()
    yield _without_input()
    yield _without_loop()


def _keep_folder() -> Restore:
    before = os.getcwd()
    return lambda: os.chdir(before)


def _keep_environment() -> Restore:
    before = dict(os.environ)

    def restore() -> None:
        if dict(os.environ) != before:
            os.environ.clear()
            os.environ.update(before)

    return restore


def _keep_path() -> Restore:
    """The very lists, which others hold too, with what they held."""
    path, arguments, before = sys.path, sys.argv, ([*sys.path], [*sys.argv])

    def restore() -> None:
        sys.path, sys.argv = path, arguments
        path[:], arguments[:] = before

    return restore


def _keep_streams() -> Restore:
    before = sys.stdin, sys.stdout, sys.stderr

    def restore() -> None:
        sys.stdin, sys.stdout, sys.stderr = before

    return restore


def _keep_signals() -> Restore:
    """Only the main thread may set them; timers that a step has started would end the next one."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)

    return restore


def _keep_locale() -> Restore:
    before = locale.setlocale(locale.LC_ALL)

    def restore() -> None:
        if locale.setlocale(locale.LC_ALL) != before:
            locale.setlocale(locale.LC_ALL, before)

    return restore


def _keep_umask() -> Restore:
    before = os.umask(0o22)
    os.umask(before)
    return lambda: os.umask(before)


def _keep_interpreter() -> Restore:
    limit, collects, hooks = sys.getrecursionlimit(), gc.isenabled(), (sys.displayhook, sys.excepthook)
    method = multiprocessing.get_start_method(allow_none=True)

    def restore() -> None:
        sys.setrecursionlimit(limit)
        (gc.enable if collects else gc.disable)()
        sys.displayhook, sys.excepthook = hooks
        multiprocessing.set_start_method(method, force=True)

    return restore


def _keep_logging() -> Restore:
    known = [
        logging.root,
        *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)),
    ]
    before = [(one, one.level, [*one.handlers], one.propagate, one.disabled) for one in known]
    disabled = logging.root.manager.disable

    def restore() -> None:
        if logging.root.manager.disable != disabled:
            logging.disable(disabled)
        for logger, level, handlers, propagate, is_off in before:
            if logger.level != level:
                logger.setLevel(level)
            logger.handlers[:], logger.propagate, logger.disabled = handlers, propagate, is_off

    return restore


_KEPT: tuple[Callable[[], Restore], ...] = (
    _keep_folder,
    _keep_environment,
    _keep_path,
    _keep_streams,
    _keep_signals,
    _keep_locale,
    _keep_umask,
    _keep_interpreter,
)


# libraries that are loaded


def _keep_matplotlib() -> Restore:
    options = sys.modules["matplotlib"].rcParams
    before = dict(dict.items(options))  # asked directly, no option is resolved and none of the old ones warns
    del before["backend"]

    def restore() -> None:
        changed = {name: value for name, value in before.items() if dict.get(options, name) is not value}
        dict.update(options, changed)

    return restore


def _keep_pandas() -> Restore:
    config = sys.modules["pandas._config.config"]
    whole = copy.deepcopy(config._global_config)
    with warnings.catch_warnings(action="ignore"):
        before = {name: config.get_option(name) for name in config._registered_options}

    def restore() -> None:
        if config._global_config == whole:
            return
        with warnings.catch_warnings(action="ignore"):
            for name in [name for name, value in before.items() if config.get_option(name) != value]:
                config.set_option(name, before[name])

    return restore


_KEPT_OF_LIBRARIES = {"matplotlib": _keep_matplotlib, "pandas": _keep_pandas}

_CONTEXTS = {"decimal": ("localcontext",), "numpy": ("printoptions", "errstate"), "sklearn": ("config_context",)}
"""Functions of libraries whose contexts put options back."""


# input and exit


@contextmanager
def _without_input() -> Iterator[None]:
    """Refuse `input()` and `getpass()`; `exit()` does no more than `sys.exit()`, also in a kernel."""
    with ExitStack() as stack:
        for owner, name, other in (
            (builtins, "input", refuse_input),
            (getpass, "getpass", refuse_input),
            (builtins, "exit", sys.exit),
            (builtins, "quit", sys.exit),
        ):
            stack.enter_context(_replaced(owner, name, other))
        yield


def refuse_input(_prompt: object = "", *_more: object, **_options: object) -> NoReturn:
    raise StdinRefused


@contextmanager
def _replaced(owner: Any, name: str, value: object) -> Iterator[None]:
    missing = object()
    before = vars(owner).get(name, missing)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is missing:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


@contextmanager
def _without_loop() -> Iterator[None]:
    """Let a step start event loops: that of a kernel runs already, and a loop of another task may be closed."""
    running, policy = asyncio._get_running_loop(), asyncio.get_event_loop_policy()
    asyncio._set_running_loop(None)
    asyncio.set_event_loop_policy(type(policy)())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(policy)
        asyncio._set_running_loop(running)
