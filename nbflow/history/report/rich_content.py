"""Shows the outputs of tasks as HTML, as Jupyter shows them on paper: the richest form that needs no script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from nbflow.history.report.harmless_html import make_harmless
from nbflow.plain import plain_text

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_PICTURES = frozenset({*_IMAGES, "image/svg+xml"})
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CHART = re.compile(r"application/vnd\.vegalite\.v\d+(\.\d+)*\+json")
_COLOURS = re.compile(r"\b(?:color|background|background-color|fill):")
"""Matches declarations of colours, which were chosen for a light page."""

_CODES = re.compile(r"\x1b\]?[^\x07\x1b]*?(?:\x07|\x1b\\)")
"""Matches commands for a terminal, such as links, which have no meaning on a page."""

_ACTIVE = re.compile(r"text/html|application/(?!json).*")
"""Matches formats of which nothing but a text may be left without a script."""

_NO_FORM = "This output needs a script or an application. A report runs neither: see it in the notebook."


def outputs_html(outputs: Iterable[Mapping[str, Any]], title: str) -> Iterator[str]:
    """Yield each output in the notebook format as HTML. `title` says what its pictures show."""
    for output in outputs:
        match output["output_type"]:
            case "stream":
                kind = "stderr" if output["name"] == "stderr" else "stdout"
                yield f'<pre class="stream {kind}">{ansi(output["text"])}</pre>'
            case "error":
                traceback = "\n".join(output["traceback"])
                yield f'<pre class="traceback">{ansi(traceback)}</pre>'
            case _:
                yield _displayed(output.get("data", {}), output.get("metadata", {}), title)


def picture_in(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return the formats of an output that is shown as a picture; none if it is shown in another form."""
    data = output.get("data", {})
    is_shown = "text/html" not in data
    return {mime: data[mime] for mime in data if is_shown and (mime in _PICTURES or _CHART.fullmatch(mime))}


def ansi(text: object) -> str:
    """Return a text of a terminal as HTML: colours become classes, all other commands are left out."""
    from nbconvert.filters.ansi import ansi2html  # noqa: PLC0415 - takes a second

    whole = "".join(map(str, text)) if isinstance(text, list) else str(text)
    return str(ansi2html(plain_text(_CODES.sub("", whole))))


def _displayed(data: Mapping[str, Any], metadata: Mapping[str, Any], title: str) -> str:
    shown = next(filter(None, _forms(data, metadata, title)), "")
    is_all = not any(map(_ACTIVE.fullmatch, data)) or (shown and not shown.startswith("<pre"))
    return shown if is_all else f'{shown}<p class="quiet">{_NO_FORM}</p>'


def _forms(data: Mapping[str, Any], metadata: Mapping[str, Any], title: str) -> Iterator[str]:
    """Yield what each format gives, the richest first; "" if it gives nothing without a script."""
    if "text/html" in data:
        yield _isolated(_whole(data["text/html"]))
    if "text/markdown" in data:
        yield _isolated(_markdown(_whole(data["text/markdown"])))
    for mime in filter(_CHART.fullmatch, data):
        yield _chart(data[mime], title)
    if "image/svg+xml" in data:
        yield svg_image(_whole(data["image/svg+xml"]), title)
    for mime in _IMAGES:
        if mime in data and _BASE64.fullmatch(_whole(data[mime])):
            yield image(mime, _whole(data[mime]), title, metadata.get(mime))
    text = _whole(data.get("text/plain", ""))
    if "text/latex" in data and text.startswith("<"):
        yield f"<pre>{escape(plain_text(_whole(data['text/latex'])))}</pre>"
    if "application/json" in data:
        yield f"<pre>{escape(json.dumps(data['application/json'], indent=2, ensure_ascii=False))}</pre>"
    yield f"<pre>{ansi(text)}</pre>" if text else ""


def _whole(text: Any) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def image(mime: str, content: str, title: str, size: object = None) -> str:
    """Return an image that is in the page itself. `content` is base64."""
    given = size if isinstance(size, Mapping) else {}
    lengths = "".join(f' {side}="{given[side]:.0f}"' for side in ("width", "height") if _is_length(given.get(side)))
    source = re.sub(r"\s", "", content)
    return f'<img class="figure" alt="{escape(title)}" src="data:{mime};base64,{source}"{lengths}>'


def _is_length(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10_000


def svg_image(svg: str, title: str) -> str:
    """Return an SVG document as an image: inside of one, nothing runs and nothing is loaded."""
    import base64  # noqa: PLC0415

    return image("image/svg+xml", base64.b64encode(svg.encode()).decode("ascii"), title)


def _chart(spec: Any, title: str) -> str:
    """Return a chart of Vega-Lite as a picture, "" if it cannot be drawn from its own data alone."""
    with suppress(Exception):  # not installed, or a chart that is wrong or needs data from elsewhere
        import vl_convert  # noqa: PLC0415 - optional, and large

        return svg_image(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), title)
    return ""


def _markdown(text: str) -> str:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only reports and cards need it

    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def _isolated(html: str) -> str:
    """Return HTML in a tree of its own, so that its styles, names and sizes do not meet those of the page."""
    found = make_harmless(html)
    if not found.has_content:
        return ""
    styles = f"<style>{_output_sheet()}</style>" + (f"<style>{found.css}</style>" if found.css else "")
    inside = f'<template shadowrootmode="open">{styles}{found.html}</template>'
    kind = "rich light" if _COLOURS.search(found.css + found.html) else "rich"
    return f'<div class="{kind}" tabindex="0" role="group" aria-label="Output"><div>{inside}</div></div>'


@cache
def _output_sheet() -> str:
    return (Path(__file__).parent / "templates/output.css").read_text("utf-8")
