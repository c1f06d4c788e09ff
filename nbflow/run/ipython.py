"""IPython in a worker, for steps that ask it for something: lines of the shell, `%timeit`, `%%bash`."""

from __future__ import annotations

import os
import types
from typing import Any

_NAMES = ("_dh", "_ih", "_oh")
"""What magics look up among the names of the user, where a step has nothing but its own."""


class WorkerShell:
    """Makes IPython's shell when a step asks for it first; the import alone takes a quarter of a second."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self._shell: Any = None

    def get_ipython(self) -> Any:
        """What stands for IPython's own function in a step."""
        if self._shell is None:
            self._shell = _make_shell()
            self._shell.user_module, self._shell.user_ns = self._module, self._module.__dict__
        for name, value in zip(_NAMES, ([os.getcwd()], [""], {}), strict=True):
            self._module.__dict__.setdefault(name, value)
        return self._shell


def _make_shell() -> Any:
    """A shell that is nobody's terminal. It writes down no history, and runs commands as a kernel does."""
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415 - see above
    from traitlets.config import Config  # noqa: PLC0415

    class Shell(InteractiveShell):
        """Figures are shown by the worker itself, whatever a magic says."""

        system = InteractiveShell.system_piped

        def enable_gui(self, gui: Any = None) -> None:
            pass

        def enable_matplotlib(self, gui: Any = None) -> tuple[Any, str]:
            return gui, "module"

    place = types.ModuleType("__nbflow_shell__")  # it fills the module that it is made with
    return Shell(user_module=place, config=Config(HistoryManager={"enabled": False}))  # type: ignore[no-untyped-call]
