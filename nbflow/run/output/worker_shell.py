"""Defines the IPython shell of a worker. It shows on the stage of the task what a kernel sends to its front end."""

from __future__ import annotations

import atexit
import os
import sys
from types import ModuleType
from typing import Any

import comm
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell, InteractiveShellABC
from traitlets import Type
from traitlets.config import Config

from nbflow.run.output.display import within_its_time
from nbflow.run.output.frontend import stage
from nbflow.run.output.outputs import Bundle
from nbflow.store.values.user_code import text_of, type_name_of

_SESSION = ("_dh", "_ih", "_oh")
"""Lists names that magics look up among the user's names; the names of a step lack them."""


class _Publisher(DisplayPublisher):
    """Shows the bundles of `display` on the stage."""

    def publish(  # type: ignore[override]
        self,
        data: Bundle,
        metadata: Bundle | None = None,
        *,
        transient: Bundle | None = None,
        update: bool = False,
        **_options: Any,
    ) -> None:
        self._validate_data(data, metadata)  # type: ignore[no-untyped-call]
        name = (transient or {}).get("display_id")
        if update:
            stage().update(name, data, metadata)
        else:
            stage().show("display_data", data, metadata, name)

    def clear_output(self, wait: bool = False) -> None:
        stage().clear(wait)


class _Formatter(DisplayFormatter):
    """Shows a line instead of a value whose methods exit, take long, or raise where IPython does not expect it."""

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> tuple[Bundle, Bundle]:
        return within_its_time(super().format)(obj, include, exclude)


class _Hook(DisplayHook):
    """Shows the value of a cell, and does not keep it: names like `_` and `Out` would end with the step."""

    def quiet(self) -> bool:
        return False

    def check_for_underscore(self) -> None:
        pass

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def update_user_ns(self, result: object) -> None:
        pass

    def log_output(self, format_dict: Bundle) -> None:
        pass

    def write_format_data(self, format_dict: Bundle, md_dict: Bundle | None = None) -> None:
        stage().show("execute_result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        pass


class Kernel:
    """Answers what code asks the kernel of a shell."""

    def __init__(self, shell: ZMQInteractiveShell) -> None:
        self.shell = shell

    @property
    def comm_manager(self) -> Any:
        return comm.get_comm_manager()

    def get_parent(self, _channel: str = "shell") -> Bundle:
        """Return the current request; widgets that collect outputs note its id."""
        return {"header": {"msg_id": "task"}}


class ZMQInteractiveShell(InteractiveShell):
    """Is the shell of a task: its user names are the names of the task. It is named as the shell of a kernel is."""

    __module__ = "ipykernel.zmqshell"

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    system = InteractiveShell.system_piped

    def __init__(self, **options: Any) -> None:
        config = Config()
        config.HistoryManager.enabled, config.HistoryManager.hist_file = False, ":memory:"
        config.IPKernelApp.connection_file = ""  # tqdm and others recognise a kernel by this file
        super().__init__(config=config, **options)  # type: ignore[no-untyped-call]
        self.kernel = Kernel(self)
        self.set_hook("show_in_pager", lambda *_: None, 99)  # type: ignore[no-untyped-call]  # a pager is not an output
        atexit.unregister(self.atexit_operations)  # they would delete the names of the last task

    @property
    def user_module(self) -> ModuleType:
        return sys.modules["__main__"]

    @user_module.setter
    def user_module(self, _module: object) -> None:
        pass

    @property
    def user_ns(self) -> dict[str, Any]:
        names = vars(self.user_module)
        for name, value in zip(_SESSION, ([os.getcwd()], [""], {}), strict=True):
            names.setdefault(name, value)
        return names

    @user_ns.setter
    def user_ns(self, _names: object) -> None:
        pass

    def get_parent(self) -> Bundle:
        return self.kernel.get_parent()

    def set_parent(self, parent: Bundle) -> None:
        """Do nothing: there is only one request."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: no one could see the window."""

    def init_display_formatter(self) -> None:
        """Use a formatter that never fails the step."""
        self.display_formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)  # type: ignore[arg-type]  # its own list of anything

    def init_profile_dir(self, profile_dir: object) -> None:
        """Create no folder in the user's home."""

    def init_virtualenv(self) -> None:
        """Do nothing: the import path is the notebook's."""

    def init_sys_modules(self) -> None:
        """Do nothing: the notebook is `__main__` already."""

    def init_user_ns(self) -> None:
        """Do nothing: a task has only its own names."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        stage().fail(type_name_of(etype), text_of(evalue), list(stb))


InteractiveShellABC.register(ZMQInteractiveShell)
