"""Keeps and restores what all code of a process shares: working folder, environment, signals, options of libraries.

So each task finds these as the task before found them, in a worker and in a kernel alike: a step's changes to its
process end with the step, and it does not matter which tasks ran here before.
"""

from __future__ import annotations

import builtins
import contextlib
import copyreg
import functools
import gc
import getpass
import importlib
import locale
import multiprocessing
import operator
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from nbflow.run.surroundings.lasting_changes import limits_now, listen_to_process, variables_set
from nbflow.run.surroundings.logging_state import keep_logging
from nbflow.run.surroundings.shell_state import draws_in_cells, keep_shell
from nbflow.run.surroundings.stdin import IN_NOTEBOOK, NoStdin, advise, refuse_input

Restore = Callable[[], object]
"""Restores one thing."""

_SIGNALS = [one for one in signal.Signals if one.name not in ("SIGKILL", "SIGSTOP", "SIGRTMIN", "SIGRTMAX")]
_TIMERS = [getattr(signal, name) for name in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF") if hasattr(signal, name)]


class Surroundings:
    """Holds the state of this process at one time, and can restore it."""

    def __init__(self, instead_of_input: str = IN_NOTEBOOK) -> None:
        before = advise(instead_of_input)
        listen_to_process()
        libraries = (keep for name, keep in _KEPT_OF_LIBRARIES.items() if name in sys.modules)
        self._first = [keep() for keep in _KEPT_FOR_BODY]
        self._restores = [keep() for keep in (*_KEPT, *libraries)]
        self._restores.append(lambda: advise(before))
        self._contexts = ExitStack()
        self._contexts.enter_context(warnings.catch_warnings())
        for module in _CONTEXTS.keys() & sys.modules.keys():
            for name in _CONTEXTS[module]:
                self._contexts.enter_context(getattr(sys.modules[module], name)())

    def restore_for_store(self) -> None:
        """Restore what would disturb nbflow when it stores what the body has made: signals, timers and limits."""
        while self._first:
            self._first.pop()()

    def restore(self) -> None:
        """Restore everything; call it once."""
        self.restore_for_store()
        for restore in self._restores:
            restore()
        self._contexts.close()


@contextmanager
def apart() -> Iterator[None]:
    """Run the code of this context without input, and with no event loop but its own."""
    give_input_back, give_loop_back = _take_input(), _take_loop()
    try:
        yield
    finally:
        give_loop_back()
        give_input_back()


def _keep_folder() -> Restore:
    with contextlib.suppress(FileNotFoundError):  # the folder is deleted
        before = os.getcwd()
        return lambda: _go_back(before)
    return lambda: None


def _go_back(folder: str) -> None:
    with contextlib.suppress(OSError):
        os.chdir(folder)


def _keep_environment() -> Restore:
    raw: dict[Any, Any] = vars(os.environ)["_data"]  # decoding it all, twice per task, takes longer than the rest
    before = dict(raw)
    variables_set()

    def restore() -> None:
        beside = variables_set()  # `os.putenv` does not tell `os.environ`
        if raw != before or beside:
            os.environ.clear()
            os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in before.items()})
            for name in beside - before.keys():
                os.unsetenv(name)
            if hasattr(time, "tzset"):
                time.tzset()

    return restore


def _keep_path() -> Restore:
    """Keep `sys.path` and `sys.argv`: the lists themselves, which others hold too, and their content."""
    path, arguments, before = sys.path, sys.argv, ([*sys.path], [*sys.argv])

    def restore() -> None:
        sys.path, sys.argv = path, arguments
        path[:], arguments[:] = before

    return restore


def _keep_streams() -> Restore:
    before, first = (sys.stdin, sys.stdout, sys.stderr), (sys.__stdin__, sys.__stdout__, sys.__stderr__)

    def restore() -> None:
        sys.stdin, sys.stdout, sys.stderr = before
        vars(sys).update(zip(("__stdin__", "__stdout__", "__stderr__"), first, strict=True))

    return restore


# the function below `signal.getsignal`, because that makes an enum of each answer
_handler_of: Callable[[int], Any] = importlib.import_module("_signal").getsignal


def _keep_signals() -> Restore:
    """Keep signal handlers, and stop timers, which would end the next step; only the main thread may do so."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = [*map(_handler_of, _SIGNALS)]
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ()) if hasattr(signal, "pthread_sigmask") else set()

    def restore() -> None:
        for timer in _TIMERS:
            signal.setitimer(timer, 0)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if _are_same([*map(_handler_of, _SIGNALS)], before):
            return
        for number, handler in zip(_SIGNALS, before, strict=True):
            if handler is not None and _handler_of(number) is not handler:
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
    rarely = sys.unraisablehook, sys.breakpointhook, threading.excepthook
    thresholds, callbacks, finders = gc.get_threshold(), [*gc.callbacks], [*sys.path_hooks]
    interval, digits, stack = sys.getswitchinterval(), sys.get_int_max_str_digits(), threading.stack_size()
    method, debug = multiprocessing.get_start_method(allow_none=True), gc.get_debug()

    def restore() -> None:
        sys.setrecursionlimit(limit)
        (gc.enable if collects else gc.disable)()
        sys.displayhook, sys.excepthook = hooks
        sys.unraisablehook, sys.breakpointhook, threading.excepthook = rarely
        gc.set_threshold(*thresholds)
        gc.callbacks[:], sys.path_hooks[:] = callbacks, finders
        sys.setswitchinterval(interval)
        sys.set_int_max_str_digits(digits)
        threading.stack_size(stack)
        gc.set_debug(debug)
        if "faulthandler" in sys.modules:  # else it may end the process in the middle of another step
            sys.modules["faulthandler"].cancel_dump_traceback_later()
        multiprocessing.set_start_method(method, force=True)

    return restore


def _keep_limits() -> Restore:
    """Keep the limits that a process sets itself; a lower hard limit cannot be raised again."""
    before = limits_now()

    def restore() -> None:
        now = limits_now()
        for limit, (soft, _) in before.items() if now is not before else ():
            hard = now[limit][1]
            if now[limit][0] != soft:
                with contextlib.suppress(ValueError, OSError):  # -1 is no limit
                    sys.modules["resource"].setrlimit(
                        limit, (soft if hard in (-1, soft) or -1 < soft < hard else hard, hard)
                    )

    return restore


def _keep_sockets() -> Restore:
    socket = sys.modules["socket"]
    before = socket.getdefaulttimeout()
    return lambda: socket.setdefaulttimeout(before)


def _keep_temporary() -> Restore:
    tempfile = sys.modules["tempfile"]
    before = tempfile.tempdir
    return lambda: setattr(tempfile, "tempdir", before)


def _keep_affinity() -> Restore:
    if not hasattr(os, "sched_setaffinity"):
        return lambda: None
    before = os.sched_getaffinity(0)

    def restore() -> None:
        if os.sched_getaffinity(0) != before:
            os.sched_setaffinity(0, before)

    return restore


def _keep_reducers() -> Restore:
    """Keep how objects are pickled; libraries that are imported add to it, and that stays."""
    table, before = copyreg.dispatch_table, copyreg.dispatch_table.copy()

    def restore() -> None:
        if table != before:
            of_notebook = [kind for kind, reduce in table.items() if reduce.__module__ == "__main__"]
            for kind in of_notebook:
                del table[kind]
            table.update(before)

    return restore


_KEPT_FOR_BODY: tuple[Callable[[], Restore], ...] = (_keep_limits, _keep_signals)

_KEPT: tuple[Callable[[], Restore], ...] = (
    _keep_folder,
    _keep_environment,
    _keep_path,
    _keep_streams,
    _keep_locale,
    _keep_umask,
    _keep_interpreter,
    keep_logging,
    _keep_affinity,
    _keep_reducers,
)


# libraries that are loaded


def _keep_matplotlib() -> Restore:
    options = sys.modules["matplotlib"].rcParams
    # the methods of dict resolve no option, and give no warnings of old ones
    names, values = [*dict.keys(options)], [*dict.values(options)]
    was_inline = draws_in_cells()

    def restore() -> None:
        if _are_same(dict.values(options), values):
            return
        stays = {"backend", "interactive"} if draws_in_cells() and not was_inline else {"backend"}
        before = zip(names, values, strict=True)
        dict.update(options, {name: value for name, value in before if name not in stays})

    return restore


def _keep_pandas() -> Restore:
    config = sys.modules["pandas._config.config"]
    places = _places_of(config, len(config._registered_options))
    before = [options[name] for options, name in places.values()]

    def restore() -> None:
        if _are_same([options[name] for options, name in places.values()], before):
            return
        with warnings.catch_warnings(action="ignore"):
            for path, (options, name), value in zip(places, places.values(), before, strict=True):
                if options[name] is not value:
                    config.set_option(path, value)

    return restore


@functools.cache
def _places_of(pandas_config: Any, _number: int) -> dict[str, tuple[dict[str, Any], str]]:
    """Return where pandas keeps each option, such as `display.width`: asking it is slow, and old options warn."""
    paths = [path.rpartition(".") for path in pandas_config._registered_options]
    whole = pandas_config._global_config
    groups = {group: functools.reduce(operator.getitem, group.split("."), whole) for group, _, _ in paths}
    return {f"{group}.{name}": (groups[group], name) for group, _, name in paths}


def _are_same(now: Collection[object], before: Collection[object]) -> bool:
    """Return whether these are the same objects; asking objects whether they are equal would run their code."""
    return len(now) == len(before) and all(map(operator.is_, now, before))


_KEPT_OF_LIBRARIES = {
    "matplotlib": _keep_matplotlib,
    "pandas": _keep_pandas,
    "socket": _keep_sockets,
    "tempfile": _keep_temporary,
    "IPython.core.interactiveshell": keep_shell,
}

_CONTEXTS = {"decimal": ("localcontext",), "numpy": ("printoptions", "errstate"), "sklearn": ("config_context",)}
"""Lists functions of libraries whose context managers restore options."""


# input and exit


def _take_input() -> Restore:
    """Refuse to ask the user, and let `exit()` only call `sys.exit()`, also in a kernel."""
    before = [(owner, name, vars(owner).get(name, _ABSENT)) for owner, name, _ in _REPLACED]
    stdin, sys.stdin = sys.stdin, NoStdin()
    for owner, name, other in _REPLACED:
        setattr(owner, name, other)

    def restore() -> None:
        sys.stdin = stdin
        for owner, name, value in before:
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)

    return restore


_ABSENT = object()
_REPLACED: tuple[tuple[Any, str, object], ...] = (
    (builtins, "input", refuse_input),
    (getpass, "getpass", refuse_input),
    (builtins, "exit", sys.exit),
    (builtins, "quit", sys.exit),
)


def _take_loop() -> Restore:
    """Let a step start event loops: a kernel's loop is running, and the loop of another task may be closed."""
    running, policy = None, None  # as they are where nothing has imported asyncio
    if asyncio := sys.modules.get("asyncio"):
        running, policy = asyncio._get_running_loop(), asyncio.get_event_loop_policy()
        asyncio._set_running_loop(None)
        asyncio.set_event_loop_policy(type(policy)())

    def restore() -> None:
        if asyncio := sys.modules.get("asyncio"):
            asyncio.set_event_loop_policy(policy)
            asyncio._set_running_loop(running)

    return restore
