"""The panel's drawing as a widget: for Notebook 7, VS Code, Colab, and wherever else anywidget goes."""

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
    """`state` is the flow at rest, `snapshot` what goes on in it, `selected` the name of a step."""

    _esm = BUNDLE
    _css = BUNDLE.with_suffix(".css")
    state = traitlets.Dict().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)


_live: WeakKeyDictionary[LiveNotebook, FlowWidget] = WeakKeyDictionary()


def live_widget(notebook: LiveNotebook) -> FlowWidget:
    """One for all cells of a notebook that show it, up to date, and told of what goes on."""
    if notebook not in _live:
        widget = _live[notebook] = FlowWidget()
        notebook.broadcast.sinks.append(lambda snapshot: _hear(notebook, widget, snapshot))
    _live[notebook].state = to_data(state_of(notebook))
    return _live[notebook]


def show_state(state: FlowState) -> FlowWidget:
    return FlowWidget(state=to_data(state))


def state_of(notebook: LiveNotebook) -> FlowState:
    """What the server would say of the notebook as the kernel knows it."""
    path = notebook.document.path or notebook.folder / notebook.document.name
    return flow_state(NotebookPlace(path), notebook.document.cells())


def _hear(notebook: LiveNotebook, widget: FlowWidget, snapshot: Mapping[str, Any]) -> None:
    widget.snapshot = dict(snapshot)
    if snapshot["run"]["finished"]:
        with suppress(NbflowError):  # what is wrong with the store is said where it is asked for
            widget.state = to_data(state_of(notebook))
