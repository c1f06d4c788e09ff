"""Serves a page with the cards of a run to a browser on this machine."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer

from nbflow.cards.reading import Card

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Cards</title><style>
body{{font-family:sans-serif;margin:0;display:flex;height:100vh}}nav{{width:18em;overflow:auto;padding:1em}}
iframe{{flex:1;border:0;border-left:1px solid #ccc}}a{{display:block;padding:.2em 0}}</style></head><body>
<nav>{links}</nav><iframe name="card" src="{first}"></iframe><script>
setInterval(async () => {{
  const frame = document.querySelector("iframe"), place = frame.contentWindow.location.href;
  if (place !== frame.place) frame.shown = undefined;
  frame.place = place;
  const now = await (await fetch(place)).text();
  if (frame.shown !== undefined && now !== frame.shown) frame.contentWindow.location.reload();
  frame.shown = now;
}}, {pause});</script></body></html>"""


def server_of(cards: Callable[[], Sequence[Card]], port: int, pause: float) -> HTTPServer:
    """Return a server that calls `cards` for each request, in the thread that serves.

    `port` 0 means any free port. The browser looks for changes every `pause` seconds.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = _answer(self.path, cards(), pause)
            self.send_response(HTTPStatus.OK if page else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "there is no such card").encode("utf-8", "backslashreplace"))

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing about requests."""

    return HTTPServer(("127.0.0.1", port), Handler)


def _answer(path: str, cards: Sequence[Card], pause: float) -> str | None:
    places = [f"/{card.task.pathspec}/{number}" for number, card in enumerate(cards)]
    if path == "/":
        links = "".join(
            f'<a target="card" href="{html.escape(place)}">{html.escape(card.task.pathspec.partition("/")[2])}'
            f" {html.escape(card.id or card.type)}</a>"
            for place, card in zip(places, cards, strict=True)
        )
        first = places[0] if places else "about:blank"
        return _PAGE.format(links=links or "no cards yet: reload", first=html.escape(first), pause=int(pause * 1000))
    return dict(zip(places, cards, strict=True))[path].html if path in places else None
