"""Shows a flow in a notebook: as a live widget where the front end can, else as a drawing, else as text."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any
from weakref import WeakSet

from nbflow.errors import NoDrawing
from nbflow.flow.graph.graph import Graph
from nbflow.history.archive import Archive
from nbflow.jupyter.kernel.bundle import BUNDLE
from nbflow.jupyter.kernel.live_notebook import LiveNotebook
from nbflow.jupyter.panel.flow_shape import shape_of
from nbflow.jupyter.panel.status_lines import run_line, step_lines, totals_of
from nbflow.jupyter.protocol.messages import PROTOCOL, FlowState
from nbflow.progress.dot import to_svg
from nbflow.progress.pictures import to_text

live_notebooks: WeakSet[LiveNotebook] = WeakSet()
"""The open notebooks whose front ends can show a widget."""


class FlowDrawing:
    """Displays a flow as the value of a cell, in every format that is available."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self._bundle = dict(bundle)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        return self._bundle

    def __repr__(self) -> str:
        return str(self._bundle["text/plain"]).rstrip("\n")


def draw_live(notebook: LiveNotebook, svg: bool = True) -> FlowDrawing:
    """Return the drawing of an open notebook's flow, which follows the changes of the notebook."""
    is_live = svg and BUNDLE.exists() and notebook in live_notebooks
    return _draw(notebook.graph(), _widgets().live_widget(notebook) if is_live else None, svg)


def draw_newest_run(archive: Archive) -> FlowDrawing:
    """Return the drawing of the newest run; if its notebook is open in this kernel, the drawing of the notebook."""
    here = (one for one in live_notebooks if one.root == archive.root and one.graph().flow.name == archive.flow)
    notebook = next(here, None)
    if notebook is not None:
        return draw_live(notebook)
    row = archive.run()
    graph, totals = archive.graph(row), totals_of(archive, row)
    lines = tuple(step_lines(archive.steps(row), totals, graph))
    state = FlowState(PROTOCOL, shape_of(graph), lines, (), (), run_line(archive, totals), str(archive.root), "")
    return _draw(graph, _widgets().show_state(state) if BUNDLE.exists() else None)


def _draw(graph: Graph, widget: Any, svg: bool = True) -> FlowDrawing:
    """Return a drawing in every available format; the front end shows the richest one that it knows."""
    shown: Any = widget._repr_mimebundle_() if widget is not None else {}
    bundle: dict[str, Any] = dict(shown[0] if isinstance(shown, tuple) else shown or {})
    bundle["text/plain"] = to_text(graph)
    try:
        return FlowDrawing(bundle | {"image/svg+xml": to_svg(graph)} if svg else bundle)
    except NoDrawing:
        return FlowDrawing(bundle)


def _widgets() -> Any:
    """Import the widgets only when a flow is shown."""
    return importlib.import_module("nbflow.jupyter.kernel.widget")
