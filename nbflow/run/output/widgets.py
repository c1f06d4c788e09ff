"""Keeps the last state of widgets: no browser draws the widgets of a worker, but a notebook can show them later."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from html import unescape
from typing import Any

import comm
from comm.base_comm import BaseComm

from nbflow.run.output import frontend
from nbflow.run.output.display import in_json
from nbflow.run.output.outputs import Bundle, Output

VIEW = "application/vnd.jupyter.widget-view+json"
"""Is the MIME type under which a widget is displayed."""

_TARGET, _VERSION = "jupyter.widget", "2.1.0"
"""Name the comm target of widgets, and the version of their messages."""


class WidgetComm(BaseComm):
    """Carries the messages of a widget to the stage of the task instead of to a browser."""

    def publish_msg(
        self,
        msg_type: str,
        data: Bundle | None = None,
        metadata: Bundle | None = None,
        buffers: list[bytes] | None = None,
        **_keys: Any,
    ) -> None:
        frontend.stage().hear(self.comm_id, data or {})


def find_widget(model: str) -> Any:
    """Return the widget of this process that has this id, if there is one that is not closed."""
    return _widgets().get(model)


def _widgets() -> Mapping[str, Any]:
    module: Any = sys.modules.get("ipywidgets.widgets.widget")
    return getattr(module, "_instances", {})


def keep_widgets(outputs: Iterable[Output]) -> None:
    """Add to each displayed widget its last text, its state, and the states of its parts."""
    if not _widgets():
        return
    for output in outputs:
        model = output.get("data", {}).get(VIEW, {}).get("model_id")
        if model is not None:
            with suppress(Exception):  # the user's own widget may fail to give its state
                output["widgets"] = {"text": _text(model), "state": _states(model)}


def _text(model: str) -> str:
    """Return the plain text of a widget as it is now; "" once it is closed."""
    widget = find_widget(model)
    if widget is None:
        return ""
    parts = getattr(widget, "children", ())
    if any(hasattr(part, "bar_style") for part in parts):  # tqdm's box can give its text only while its loop runs
        return "".join(map(_drawn, parts))
    return str((widget._repr_mimebundle_() or {}).get("text/plain", ""))


def _drawn(widget: Any) -> str:
    """Draw a part of a progress bar: a text, or how far it is."""
    value, most = getattr(widget, "value", ""), getattr(widget, "max", 0)
    if isinstance(value, str):
        return unescape(_TAGS.sub("", value)).replace("\u2007", " ")
    done = round(_WIDTH * value / most) if most else _WIDTH
    return f"|{'█' * done:{_WIDTH}}|"


_WIDTH = 10
_TAGS = re.compile(r"<[^>]*>")


def _states(model: str) -> dict[str, Any]:
    """Return the states by model, in the order in which the widgets were created, so that parts come first."""
    found, new = dict[str, Any](), {model} & _widgets().keys()
    while new:
        found |= {name: _state(find_widget(name)) for name in new}
        named = {name for pair in _REFERENCES.findall(json.dumps(found)) for name in pair}
        new = named & _widgets().keys() - found.keys()
    return {name: found[name] for name in _widgets() if name in found}


_REFERENCES = re.compile(r'"IPY_MODEL_(\w+)"|"model_id": "(\w+)"')


def _state(widget: Any) -> dict[str, Any]:
    """Return the state of one model as a notebook file holds it."""
    state, paths, buffers = sys.modules["ipywidgets.widgets.widget"].__dict__["_remove_buffers"](widget.get_state())
    names = {name: state.get(f"_{name}") for name in ("model_name", "model_module", "model_module_version")}
    texts = [base64.b64encode(buffer).decode("ascii") for buffer in buffers]
    held = [{"data": text, "encoding": "base64", "path": path} for path, text in zip(paths, texts, strict=True)]
    return in_json({**names, "state": state, **({"buffers": held} if held else {})})


def show_states(states: Mapping[str, Any]) -> None:
    """Create missing models in the browser. Nothing in this process answers to them."""
    known = comm.get_comm_manager().comms
    for model, kept in states.items():
        if model not in known:
            buffers = kept.get("buffers", ())
            comm.create_comm(
                target_name=_TARGET, comm_id=model, metadata={"version": _VERSION},
                data={"state": kept["state"], "buffer_paths": [one["path"] for one in buffers]},
                buffers=[base64.b64decode(one["data"]) for one in buffers],
            )  # fmt: skip
