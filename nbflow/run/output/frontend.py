"""Gives code in a worker the shell of a kernel, if it asks whether it runs in a notebook.

Libraries show other things in a notebook than in a script. The shell is IPython's own. It is made only when code asks
for more than its name, because importing IPython takes longer than most tasks.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any, Protocol

from nbflow.run.output import display
from nbflow.run.output.outputs import Bundle

_BACKEND = "module://matplotlib_inline.backend_inline"
"""Names the matplotlib backend of a kernel."""

ENVIRONMENT = {
    "MPLBACKEND": _BACKEND,
    "TERM": "xterm-color",
    **dict.fromkeys(("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"), "1"),
    **dict.fromkeys(("PAGER", "GIT_PAGER"), "cat"),
}
"""Holds the environment variables that a kernel sets for itself and its child processes."""

_PLAIN = (int, float, complex, bool, str, bytes)
"""Lists the types whose values IPython shows by their `repr` and nothing else."""

SHELL_MODULE = "IPython"
"""Names the package of the shell: libraries check whether it is imported."""

_INTERACTIVE = "IPython.core.interactiveshell"


class Stage(Protocol):
    """Receives what a task shows, as a `Capture` does."""

    def show(self, kind: str, data: Bundle, metadata: Bundle | None = None, name: str | None = None) -> None: ...
    def update(self, name: str | None, data: Bundle, metadata: Bundle | None = None) -> None: ...
    def fail(self, name: str, value: str, traceback: list[str]) -> None: ...
    def clear(self, wait: bool = False) -> None: ...
    def hear(self, model: str, data: Bundle) -> None: ...


_stage: Stage | None = None


def perform_on(stage: Stage) -> None:
    """Show on this stage what is shown from now on."""
    global _stage
    _stage = stage
    sys.displayhook = show_value


def is_on_stage() -> bool:
    """Return whether this process is a worker of a notebook."""
    return _stage is not None


def stage() -> Stage:
    """Return the stage of this process."""
    assert _stage is not None, "only tasks show something"
    return _stage


def look_like_kernel() -> None:
    """Let libraries find a kernel here, whether they check once at import or each time."""
    if find_spec("IPython") is None:
        return
    os.environ.update(ENVIRONMENT)
    for name in ("COLUMNS", "LINES"):  # they describe the terminal in which the run was started
        os.environ.pop(name, None)
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = _BACKEND
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
    module: Any = importlib.import_module("nbflow.run.output.worker_shell")
    sys.modules.setdefault(ZMQInteractiveShell.__module__, module)  # tqdm checks whether this module is imported
    return module.ZMQInteractiveShell.instance()


def prepare_shell() -> None:
    """Create the shell now, and load the backend of matplotlib if pyplot is imported."""
    with suppress(Exception):  # a task that needs the shell reports the error itself
        shell()
        if "matplotlib.pyplot" in sys.modules:
            importlib.import_module(_BACKEND.removeprefix("module://"))


def known_shell() -> Any:
    """Return the shell if it exists already."""
    module: Any = sys.modules.get("nbflow.run.output.worker_shell")
    return module.ZMQInteractiveShell._instance if module is not None else None


def get_ipython() -> Any:
    """Return the shell, or its stand-in while nobody has imported IPython."""
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
    """Stands in for the shell where code looks only at its name, as pandas does."""

    __module__ = "ipykernel.zmqshell"

    def __getattr__(self, name: str) -> Any:
        return getattr(shell(), name)

    @property
    def kernel(self) -> Any:
        """Return an object, because only the shells of kernels have a kernel."""
        return self


_STAND_IN = ZMQInteractiveShell()


class _Offering:
    """Notices when IPython is imported, and then offers the shell."""

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
    """Let IPython find the shell, which is created when code first asks for it."""
    interactive = module.InteractiveShell

    def make() -> Any:
        del interactive.initialized, interactive.instance  # the inherited methods are right from now on
        return shell()

    interactive.initialized = classmethod(lambda cls: make() is not None)
    interactive.instance = classmethod(lambda cls, *args, **options: make())
