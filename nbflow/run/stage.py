"""What a task of a notebook shows, put together as a front end does it with the messages of a kernel."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from nbflow.run import frontend
from nbflow.run.capture import Capture
from nbflow.run.outputs import Bundle, Output, Outputs
from nbflow.run.widgets import Widgets


class NotebookCapture(Capture):
    """The capture of a worker that looks like a kernel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._widgets = Widgets()
        self._gathering: list[str] = []  # widgets that take what is shown, the innermost last
        frontend.perform_on(self)
        frontend.look_like_kernel()

    @contextlib.contextmanager
    def task(self, label: str) -> Iterator[list[Output]]:
        self._gathering.clear()
        with super().task(label) as outputs:
            yield outputs
        self._widgets.keep(outputs)

    def result(self, value: object) -> None:
        """Show a value as that of the step."""
        sys.displayhook(value)

    def flush(self) -> None:
        """Do what waits for the end of a cell, such as showing the figures that are open."""
        shell = frontend.known_shell()
        if shell is None:
            super().flush()
        else:
            shell.events.trigger("post_execute")
            close_figures()

    def hear(self, comm: str, kind: str, data: Bundle, buffers: list[bytes]) -> None:
        """Take what a widget says. One that gathers outputs says so when it begins and when it ends."""
        self._widgets.hear(comm, kind, data, buffers)
        begins = data.get("state", {}).get("msg_id")
        if begins is None or not self._widgets.gathers_outputs(comm) or (begins == "" and comm not in self._gathering):
            return
        self.collect()
        if begins:
            self._gathering.append(comm)
            self._open.append(Outputs())
        else:
            self._gathering.remove(comm)
            self._widgets.add_outputs(comm, self._open.pop().all)


def close_figures() -> None:
    """Close figures that were never shown: what a step draws ends with it."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is not None and helpers.Gcf.figs:
        sys.modules["matplotlib.pyplot"].close("all")
