"""Collects what a task of a notebook shows, as a front end does with the messages of a kernel."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import comm

from nbflow.run.output import frontend
from nbflow.run.output.capture import Capture, figures_are_open
from nbflow.run.output.card_parts import cards_of_task
from nbflow.run.output.outputs import Bundle, Output, Outputs
from nbflow.run.output.widgets import WidgetComm, find_widget, keep_widgets


class NotebookCapture(Capture):
    """Captures the outputs of a worker that looks like a kernel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._gathered: dict[str, list[Output]] = {}  # the outputs that widgets show, by model
        comm.create_comm = WidgetComm
        frontend.perform_on(self)
        frontend.look_like_kernel()

    @contextlib.contextmanager
    def task(self, label: str, attempt: int = 0) -> Iterator[list[Output]]:
        self._gathered.clear()
        with super().task(label) as outputs, cards_of_task(self.folder):
            yield outputs
        self._hand_to_widgets()
        keep_widgets(outputs)

    def result(self, value: object) -> None:
        """Show a value as the result of the step."""
        sys.displayhook(value)

    def flush(self) -> None:
        """Do what libraries do at the end of a cell, such as showing the open figures."""
        shell = frontend.known_shell()
        if shell is None:
            super().flush()
        else:
            shell.events.trigger("post_execute")
            close_figures()

    def hear(self, model: str, data: Bundle) -> None:
        """Handle a message of a widget. A widget that collects outputs says so when it begins and when it ends."""
        state, widget = data.get("state", {}), find_widget(model)
        if "outputs" in state:
            self._gathered.pop(model, None)
        if "msg_id" not in state or widget is None or not hasattr(widget, "outputs"):
            return
        self.collect()
        if state["msg_id"]:
            self._open.append(Outputs(self._gathered.get(model, widget.outputs)))
        elif len(self._open) > 1:
            self._gathered[model] = self._open.pop().all

    def _hand_to_widgets(self) -> None:
        """Give widgets their outputs at the end, because a browser would answer only after the cell."""
        for model, outputs in [*self._gathered.items()]:
            if (widget := find_widget(model)) is not None:
                widget.outputs = tuple(outputs)


def close_figures() -> None:
    """Close figures that were never shown: what a step draws ends with the step."""
    if figures_are_open():
        sys.modules["matplotlib.pyplot"].close("all")
