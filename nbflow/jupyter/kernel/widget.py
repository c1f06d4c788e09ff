"""Shows the panel's drawing as a widget in Notebook 7, VS Code, Colab and every other front end that runs anywidget."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import anywidget
import traitlets

from nbflow.errors import NbflowError
from nbflow.jupyter.kernel.bundle import BUNDLE
from nbflow.jupyter.kernel.live_notebook import LiveNotebook
from nbflow.jupyter.panel.flow_state import flow_state
from nbflow.jupyter.panel.notebook_place import NotebookPlace
from nbflow.jupyter.protocol.messages import FlowState
from nbflow.jupyter.protocol.wire import to_data


class FlowWidget(anywidget.AnyWidget):
    """Draws a flow: `state` is the stored flow, `snapshot` its progress, `selected` the name of the selected step."""

    _esm = BUNDLE
    _css = BUNDLE.with_suffix(".css")
    state = traitlets.Dict().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)


_live: WeakKeyDictionary[LiveNotebook, FlowWidget] = WeakKeyDictionary()


def live_widget(notebook: LiveNotebook) -> FlowWidget:
    """Return the widget of a notebook, which all its cells share; it is up to date and follows the runs."""
    if notebook not in _live:
        widget = _live[notebook] = FlowWidget()
        notebook.broadcast.sinks.append(lambda snapshot: _hear(notebook, widget, snapshot))
    _live[notebook].state = to_data(state_of(notebook))
    return _live[notebook]


def show_state(state: FlowState) -> FlowWidget:
    """Return a widget that shows a state and does not change."""
    return FlowWidget(state=to_data(state))


def state_of(notebook: LiveNotebook) -> FlowState:
    """Return the state of the notebook in this kernel, as the server would answer it."""
    path = notebook.document.path or notebook.folder / notebook.document.name
    return flow_state(NotebookPlace(path), notebook.document.cells())


def _hear(notebook: LiveNotebook, widget: FlowWidget, snapshot: Mapping[str, Any]) -> None:
    widget.snapshot = dict(snapshot)
    if snapshot["run"]["finished"]:
        with suppress(NbflowError):  # errors of the store are reported where the user asks for it
            widget.state = to_data(state_of(notebook))
