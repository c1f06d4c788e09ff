"""`display(…)` without IPython: a value becomes a bundle of MIME types by the methods Jupyter's users know."""

from __future__ import annotations

import base64
import importlib
import io
import json
import sys
from collections.abc import Callable
from typing import Any

Bundle = dict[str, Any]
LONGEST = 1_000_000  # characters of a repr that are kept
BACKEND = "module://nbflow.run.figures"
"""The matplotlib backend of the workers, which displays figures."""

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "application/json": "_repr_json_",
    "application/javascript": "_repr_javascript_",
}

_publish: Callable[[Bundle], None] = lambda bundle: print(bundle["text/plain"])  # noqa: E731 - outside of a task


def publish_to(receiver: Callable[[Bundle], None]) -> None:
    """From now on `display` hands its bundles to `receiver`."""
    global _publish
    _publish = receiver


def display(*values: object, **_options: object) -> None:
    """Show values in the output of the step. Takes what IPython's `display` takes."""
    for value in values:
        _publish(bundle_of(value))


def bundle_of(value: object) -> Bundle:
    """MIME type -> content; bytes are base64 text, as in a notebook file."""
    return {str(mime): _in_json(content) for mime, content in _bundle_of(value).items()}


def _bundle_of(value: object) -> Bundle:
    bundle: Bundle = {"text/plain": _plain(value)}
    figure = _figure_png(value)
    if figure is not None:
        return bundle | {"image/png": _as_text(figure)}
    custom = _call(value, "_repr_mimebundle_")
    if isinstance(custom, tuple):
        custom = custom[0]
    if isinstance(custom, dict):
        return bundle | {mime: _as_text(content) for mime, content in custom.items()}
    for mime, method in _METHODS.items():
        content = _call(value, method)
        if content is not None:
            bundle[mime] = _as_text(content[0] if isinstance(content, tuple) else content)
    return bundle


def _plain(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - the user's own __repr__ may raise
        return f"<{type(value).__name__}: its repr raises {type(error).__name__}>"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[the repr of this {type(value).__name__} is longer]"


def _call(value: object, method: str) -> Any:
    try:
        function = getattr(type(value), method, None)
        return None if function is None or isinstance(value, type) else function(value)
    except Exception:  # noqa: BLE001 - the user's own method may raise; the plain text remains
        return None


def _in_json(content: Any) -> Any:
    """What a notebook can hold of it: text as it is, anything else by way of JSON, or as text."""
    if type(content) is str:
        return content
    try:
        return json.loads(json.dumps(content, default=str, skipkeys=True))
    except Exception:  # noqa: BLE001 - the user's own objects
        return f"<a {type(content).__name__} that is no JSON>"


def _figure_png(value: object) -> bytes | None:
    module = sys.modules.get("matplotlib.figure")
    if module is None or not isinstance(value, module.Figure):
        return None
    file = io.BytesIO()
    value.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def _as_text(content: Any) -> Any:
    return base64.b64encode(content).decode("ascii") if isinstance(content, bytes) else content


def adopt_display() -> None:
    """Make IPython's own `display` ours, for code that imports it; without a kernel it would only print."""
    for name in ("IPython.display", "IPython.core.display_functions"):
        importlib.import_module(name).__dict__["display"] = display
