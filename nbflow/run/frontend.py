"""What code in a worker finds when it asks whether it runs in a notebook: the shell of a kernel.

Libraries show other things in a notebook than in a script. The shell is IPython's own; it is made when somebody asks
for more than its name, since IPython takes longer to import than most tasks take.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any, Protocol

from nbflow.run import display
from nbflow.run.outputs import Bundle

BACKEND = "module://matplotlib_inline.backend_inline"
"""The matplotlib backend of a kernel."""

ENVIRONMENT = {
    "MPLBACKEND": BACKEND,
    "TERM": "xterm-color",
    **dict.fromkeys(("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"), "1"),
    **dict.fromkeys(("PAGER", "GIT_PAGER"), "cat"),
}
"""What a kernel sets for itself and for its children."""

_PLAIN = (int, float, complex, bool, str, bytes)
"""Types whose values IPython shows by their `repr`, and nothing else."""

SHELL = "IPython"
"""The package of the shell: libraries look whether it is imported."""

_INTERACTIVE = "IPython.core.interactiveshell"


class Stage(Protocol):
    """Where a task shows things."""

    def show(self, kind: str, data: Bundle, metadata: Bundle | None = None, name: str | None = None) -> None: ...
    def update(self, name: str | None, data: Bundle, metadata: Bundle | None = None) -> None: ...
    def fail(self, name: str, value: str, traceback: list[str]) -> None: ...
    def clear(self, wait: bool = False) -> None: ...
    def hear(self, model: str, data: Bundle) -> None: ...


_stage: Stage | None = None


def perform_on(stage: Stage) -> None:
    """Have shown there what is shown from now on."""
    global _stage
    _stage = stage
    sys.displayhook = show_value


def is_on_stage() -> bool:
    """Whether this is a worker of a notebook."""
    return _stage is not None


def stage() -> Stage:
    """Return where things are shown in this process."""
    assert _stage is not None, "only tasks show something"
    return _stage


def look_like_kernel() -> None:
    """Have libraries find a kernel here, those that are imported later and those that look each time."""
    if find_spec("IPython") is None:
        return
    os.environ.update(ENVIRONMENT)
    for name in ("COLUMNS", "LINES"):  # of the terminal in which the run was started
        os.environ.pop(name, None)
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = BACKEND
    if getattr(builtins, "get_ipython", None) is get_ipython:
        return  # the fork server looks like one already
    vars(builtins).update(__IPYTHON__=True, get_ipython=get_ipython, display=display.display)
    display.display_by(_display)
    if _INTERACTIVE in sys.modules:
        _offer(sys.modules[_INTERACTIVE])
    else:
        sys.meta_path.insert(0, _Offering())


def shell() -> Any:
    """Return the shell of this process."""
    module: Any = importlib.import_module("nbflow.run.shell")
    sys.modules.setdefault(ZMQInteractiveShell.__module__, module)  # tqdm looks whether it is there
    return module.ZMQInteractiveShell.instance()


def prepare_shell() -> None:
    """Make the shell now, and have matplotlib, if it is there, draw in its cells."""
    with suppress(Exception):  # a task that needs it says so itself
        shell()
        if "matplotlib.pyplot" in sys.modules:
            importlib.import_module(BACKEND.removeprefix("module://"))


def known_shell() -> Any:
    """Return the shell if there is one already."""
    module: Any = sys.modules.get("nbflow.run.shell")
    return module.ZMQInteractiveShell._instance if module is not None else None


def get_ipython() -> Any:
    """Return the shell, or what has its name as long as nobody has imported IPython."""
    return shell() if "IPython" in sys.modules else _STAND_IN


def show_value(value: object) -> None:
    """Show the value of an expression, as `sys.displayhook` does."""
    if value is None:
        return
    if type(value) in _PLAIN and known_shell() is None:
        stage().show("execute_result", {"text/plain": repr(value)})
    elif getattr(builtins, "get_ipython", None) is get_ipython:
        shell().displayhook(value)
    else:
        stage().show("execute_result", display.bundle_of(value))


def _display(*values: object, **options: Any) -> Any:
    shell()
    return importlib.import_module("IPython.display").display(*values, **options)


class ZMQInteractiveShell:
    """Stands in for the shell where only its name is looked at, as pandas does."""

    __module__ = "ipykernel.zmqshell"

    def __getattr__(self, name: str) -> Any:
        return getattr(shell(), name)

    @property
    def kernel(self) -> Any:
        """Only kernels have one."""
        return self


_STAND_IN = ZMQInteractiveShell()


class _Offering(MetaPathFinder):
    """Sees IPython being imported."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != _INTERACTIVE:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        loader: Any = spec.loader if spec is not None else None
        if loader is not None:
            execute = loader.exec_module

            def execute_and_offer(module: Any) -> None:
                execute(module)
                _offer(module)

            loader.exec_module = execute_and_offer
        return spec


def _offer(module: Any) -> None:
    """Have IPython find the shell, which is made as soon as somebody looks for it."""
    interactive = module.InteractiveShell

    def make() -> Any:
        del interactive.initialized, interactive.instance  # what the class inherits is right from now on
        return shell()

    interactive.initialized = classmethod(lambda cls: make() is not None)
    interactive.instance = classmethod(lambda cls, *args, **options: make())
