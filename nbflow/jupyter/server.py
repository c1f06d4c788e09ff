"""Extends the Jupyter server with read-only requests about stored runs, which need no kernel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from nbflow.jupyter.panel.requests import HTML, LARGEST_BODY, POSTED, REQUESTS

if TYPE_CHECKING:
    from nbflow.jupyter.panel.answers import PanelAnswer

_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""The policy for reports: they show the outputs of tasks, which must not act with the user's permissions."""


class FlowHandler(APIHandler):
    """Answers one kind of request; the work happens in a thread."""

    auth_resource = "nbflow"

    def initialize(self, what: str) -> None:
        """Set which kind of request the handler answers."""
        self.what = what

    @web.authenticated
    @authorized("read")  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        await self._answer()

    @web.authenticated
    @authorized("read")  # type: ignore[untyped-decorator]  # POST carries only data that does not fit into a URL
    async def post(self) -> None:
        await self._answer()

    async def _answer(self) -> None:
        if (self.request.method == "POST") != (self.what in POSTED):
            raise web.HTTPError(405)
        if len(self.request.body) > LARGEST_BODY:
            raise web.HTTPError(413)
        top = Path(self.settings["server_root_dir"]).expanduser()
        body = self.request.body.decode("utf-8", "replace")
        hidden = bool(getattr(self.settings.get("contents_manager"), "allow_hidden", False))
        found = await asyncio.to_thread(_answer, self.what, top, self._query(), body, hidden)
        self.set_status(found.status)
        if found.kind == HTML:
            self.set_header("Content-Security-Policy", _SANDBOX)
        self.finish(found.text, set_content_type=found.kind)

    def _query(self) -> dict[str, str]:
        """Return the query as it was sent: Tornado takes spaces and control characters out of it."""
        try:
            return {name: values[-1].decode() for name, values in self.request.query_arguments.items()}
        except UnicodeDecodeError:
            raise web.HTTPError(400) from None


def _answer(what: str, top: Path, query: Mapping[str, str], body: str, allow_hidden: bool) -> PanelAnswer:
    from nbflow.jupyter.panel.answers import Question, answer  # noqa: PLC0415 - every server would start later

    return answer(what, Question(top, query, body, allow_hidden))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbflow.jupyter.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    base = app.web_app.settings["base_url"]
    handlers = [(url_path_join(base, "nbflow", what), FlowHandler, {"what": what}) for what in REQUESTS]
    app.web_app.add_handlers(".*$", handlers)
