"""What becomes of the widgets of a task: there is no browser to draw them, so their last state is kept."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterable
from typing import Any

from comm.base_comm import BaseComm

from nbflow.run import frontend
from nbflow.run.outputs import Bundle, Output

VIEW = "application/vnd.jupyter.widget-view+json"
"""The MIME type by which a widget is displayed."""


class WidgetComm(BaseComm):
    """A line from a widget to the browser, on which the task listens."""

    def publish_msg(
        self,
        msg_type: str,
        data: Bundle | None = None,
        metadata: Bundle | None = None,
        buffers: list[bytes] | None = None,
        **_keys: Any,
    ) -> None:
        frontend.stage().hear(self.comm_id, msg_type, data or {}, buffers or [])


class Widgets:
    """The state of each widget of this process, as its model in a browser would have it."""

    def __init__(self) -> None:
        self._states: dict[str, dict[str, Any]] = {}
        self._buffers: dict[str, dict[str, Bundle]] = {}
        self._closed: set[str] = set()

    def hear(self, comm: str, kind: str, data: Bundle, buffers: list[bytes]) -> None:
        """Take what a widget says of itself."""
        if kind == "comm_close":
            self._closed.add(comm)
        elif "state" in data:
            self._states.setdefault(comm, {}).update(data["state"])
            for path, buffer in zip(data.get("buffer_paths", ()), buffers, strict=False):
                text = base64.b64encode(buffer).decode("ascii")
                kept = {"data": text, "encoding": "base64", "path": path}
                self._buffers.setdefault(comm, {})[json.dumps(path)] = kept

    def add_outputs(self, comm: str, outputs: list[Output]) -> None:
        """Give a widget what was shown for it."""
        self._states[comm]["outputs"] = [*self._states[comm].get("outputs", ()), *outputs]

    def gathers_outputs(self, comm: str) -> bool:
        """Whether a widget shows outputs of cells."""
        return self._states.get(comm, {}).get("_model_name") == "OutputModel"

    def keep(self, outputs: Iterable[Output]) -> None:
        """Put beside each displayed widget its last text, and its state with that of all that it consists of."""
        for output in outputs:
            model = output.get("data", {}).get(VIEW, {}).get("model_id")
            if model in self._states:
                state = {name: self._state(name) for name in sorted(self._parts(model))}
                output["widgets"] = {"text": self._text(model, output), "state": state}

    def _parts(self, model: str) -> set[str]:
        found, new = set[str](), {model}
        while new:
            found |= new
            text = "".join(json.dumps(self._states[name], default=str) for name in new)
            new = {name for pair in _REFERENCES.findall(text) for name in pair} & self._states.keys() - found
        return found

    def _state(self, model: str) -> Bundle:
        state = self._states[model]
        kept = {name: state.get(f"_{name}") for name in ("model_name", "model_module", "model_module_version")}
        buffers = [*self._buffers.get(model, {}).values()]
        return {**kept, "state": dict(state), **({"buffers": buffers} if buffers else {})}

    def _text(self, model: str, output: Output) -> str:
        """Return the plain text of a widget as it is now: nothing once it is closed."""
        if model in self._closed:
            return ""
        module: Any = sys.modules.get("ipywidgets.widgets.widget")
        widget = getattr(module, "_instances", {}).get(model)
        shown = frontend.shell().display_formatter.format(widget)[0] if widget is not None else {}
        return str(shown.get("text/plain", output["data"].get("text/plain", "")))


_REFERENCES = re.compile(r'"IPY_MODEL_(\w+)"|"model_id": "(\w+)"')
