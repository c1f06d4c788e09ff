"""Writes a card as one page of HTML that needs no other files."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from nbflow.cards.components import Markdown, MetaflowCardComponent
from nbflow.run.output.display import bundle_of

_STYLE = (
    "body{font-family:sans-serif;margin:2em auto;padding:0 1em;max-width:60em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2em .6em}img,svg{max-width:100%}h1.task{font-size:1.1em;color:#666}"
    ".error{background:#fdecea;padding:1em;overflow:auto}progress{width:60%}div>b{font-size:2em}"
)


def page_of(title: str, parts: Iterable[str]) -> str:
    """Return a page of HTML with a title and these parts."""
    body = "\n".join(f"<section>{part}</section>" for part in parts)
    name = html.escape(title)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style></head>'
        f'<body><h1 class="task">{name}</h1>\n{body}\n</body></html>'
    )


def drawn(part: Any) -> str:
    """Return the HTML of a component, or of a value as a notebook displays it."""
    return part._repr_html_() if isinstance(part, MetaflowCardComponent) else displayed(bundle_of(part))


def displayed(bundle: Mapping[str, Any]) -> str:
    """Return the HTML of a displayed output from its MIME bundle."""
    if "text/html" in bundle:
        return str(bundle["text/html"])
    if "image/png" in bundle:
        return f'<img src="data:image/png;base64,{bundle["image/png"]}">'
    if "text/markdown" in bundle:
        return Markdown(str(bundle["text/markdown"])).render()
    return f"<pre>{html.escape(str(bundle.get('text/plain', '')))}</pre>"
