"""Provides `display(…)` without IPython: turns a value into a bundle of MIME types by its `_repr_*_` methods."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from numbers import Integral, Real
from typing import Any

from nbflow.run.output.outputs import Bundle
from nbflow.store.values.user_code import TakesTooLong, answer_of, reason_of, type_name_of

BACKEND = "module://nbflow.run.output.figures"
"""Names the matplotlib backend of workers, which displays figures."""

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

SECONDS_FOR_DISPLAY = 20.0
_MOST_ITEMS = 1_000_000  # items of an iterable that JSON does not know
_NO_NUMBERS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
"""Says what stands for the numbers that JSON does not have, as in the messages of a kernel."""

_publish: Callable[[Bundle], object] = lambda bundle: print(bundle["text/plain"])  # noqa: E731 - outside of a task


def publish_to(receiver: Callable[[Bundle], object]) -> None:
    """Pass the bundles of `display` to `receiver` from now on."""
    global _publish
    _publish = receiver


def _display_plainly(*values: object, **_options: object) -> None:
    for value in values:
        _publish(bundle_of(value))


_perform: Callable[..., Any] = _display_plainly


def display_by(function: Callable[..., Any]) -> None:
    """Let `display` call this function from now on."""
    global _perform
    _perform = function


def display(*values: object, **options: Any) -> Any:
    """Show values in the output of the step. The options are those of IPython's `display`."""
    return _perform(*values, **options)


def bundle_of(value: object) -> dict[str, Any]:
    """Return the content of a value by MIME type; bytes become base64 text, as in a notebook file."""
    return answer_of(lambda: in_json(_bundle_of(value)), lambda error: withheld(value, error), SECONDS_FOR_DISPLAY)


Format = Callable[[Any, Any, Any], tuple[Bundle, Bundle]]
"""Is how IPython makes a bundle, and metadata, of an object; the others are the types to include and to exclude."""


def within_its_time(form: Format) -> Format:
    """Return a function that forms objects likewise, and a line for one that exits, takes long, or cannot be shown."""

    def format_or_withhold(value: Any, include: Any = None, exclude: Any = None) -> tuple[Bundle, Bundle]:
        return answer_of(
            lambda: form(value, include, exclude),
            lambda error: (withheld(value, error), {}),
            SECONDS_FOR_DISPLAY,
        )

    return format_or_withhold


def withheld(value: object, error: BaseException) -> dict[str, Any]:
    """Return what is shown instead of a value that cannot be shown: a line that says why."""
    late = isinstance(error, TakesTooLong)
    why = f"it takes longer than {SECONDS_FOR_DISPLAY:.0f} s" if late else reason_of(error)
    return {"text/plain": f"<{type_name_of(type(value))} cannot be shown: {why}>"}


def _bundle_of(value: object) -> dict[str, Any]:
    bundle: dict[str, Any] = {"text/plain": _plain(value)}
    figure = _figure_png(value)
    if figure is not None:
        return bundle | {"image/png": figure}
    custom = _call(value, "_repr_mimebundle_")
    if isinstance(custom, tuple):
        custom = custom[0]
    if isinstance(custom, dict):
        return bundle | custom
    for mime, method in _METHODS.items():
        content = _call(value, method)
        if content is not None:
            bundle[mime] = content[0] if isinstance(content, tuple) else content
    return bundle


def _plain(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - the user's own __repr__ may raise
        return f"<{type_name_of(type(value))}: its repr raises {type_name_of(type(error))}>"


def _call(value: object, method: str) -> Any:
    try:
        function = getattr(type(value), method, None)
        return None if function is None or isinstance(value, type) else function(value)
    except Exception:  # noqa: BLE001 - the user's own method may raise; the plain text is still shown
        return None


def in_json(bundle: Bundle) -> dict[str, Any]:
    """Return what a notebook file can hold of a bundle or its metadata."""
    return answer_of(
        lambda: {str(mime): _in_json(content) for mime, content in bundle.items()},
        lambda error: withheld(bundle, error),
        SECONDS_FOR_DISPLAY,
    )


def _in_json(content: Any) -> Any:
    """Return text unchanged, and anything else as JSON values, or as text if that fails."""
    if type(content) is str:
        return content
    try:
        return json.loads(json.dumps(content, default=_as_json, skipkeys=True), parse_constant=_NO_NUMBERS.__getitem__)
    except Exception:  # noqa: BLE001 - the user's own objects
        return f"<a {type(content).__name__} that is not valid JSON>"


def _as_json(content: object) -> Any:
    """Return the JSON value that stands for an object, as in the messages of a kernel."""
    match content:
        case bytes():
            return base64.b64encode(content).decode("ascii")
        case Integral():
            return int(content)
        case Real():
            return float(content)
        case Iterable():
            items = list(islice(content, _MOST_ITEMS + 1))
            if len(items) > _MOST_ITEMS:
                raise ValueError(f"it has more than {_MOST_ITEMS:,} items")
            return items
        case _:
            return str(content)


def _figure_png(value: object) -> bytes | None:
    module = sys.modules.get("matplotlib.figure")
    if module is None or not isinstance(value, module.Figure):
        return None
    file = io.BytesIO()
    value.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()
