"""The panel's drawing as a widget: for Notebook 7, VS Code, Colab, and wherever else anywidget goes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import anywidget
import traitlets

from nbflow.errors import NbflowError
from nbflow.jupyter.kernel.drawing import BUNDLE
from nbflow.jupyter.panel.flow_state import flow_state
from nbflow.jupyter.panel.notebook_place import NotebookPlace
from nbflow.jupyter.protocol.messages import FlowState
from nbflow.jupyter.protocol.wire import to_data

if TYPE_CHECKING:
    from nbflow.jupyter.kernel.session import Session


class FlowWidget(anywidget.AnyWidget):
    """`state` is the flow at rest, `snapshot` what goes on in it, `selected` the name of a step."""

    _esm = BUNDLE
    _css = BUNDLE.with_suffix(".css")
    state = traitlets.Dict().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)


_live: WeakKeyDictionary[Session, FlowWidget] = WeakKeyDictionary()


def live_widget(session: Session) -> FlowWidget:
    """One for all cells of a notebook that show it, up to date, and told of what goes on."""
    if session not in _live:
        widget = _live[session] = FlowWidget()
        session.broadcast.sinks.append(lambda snapshot: _hear(session, widget, snapshot))
    _live[session].state = to_data(state_of(session))
    return _live[session]


def show_state(state: FlowState) -> FlowWidget:
    return FlowWidget(state=to_data(state))


def state_of(session: Session) -> FlowState:
    """What the server would say of the notebook as the kernel knows it."""
    path = session.document.path or session.folder / session.document.name
    return flow_state(NotebookPlace(path), session.document.cells())


def _hear(session: Session, widget: FlowWidget, snapshot: Mapping[str, Any]) -> None:
    widget.snapshot = dict(snapshot)
    if snapshot["run"]["finished"]:
        with suppress(NbflowError):  # what is wrong with the store is said where it is asked for
            widget.state = to_data(state_of(session))
