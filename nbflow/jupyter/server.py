"""Extends the Jupyter server with read-only requests about stored runs, which need no kernel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async, url_path_join
from tornado import web

from nbflow.jupyter.panel.requests import EXECUTING, HTML, LARGEST_BODY, POSTED, REQUESTS

if TYPE_CHECKING:
    from nbflow.jupyter.panel.answers import PanelAnswer

_Found = TypeVar("_Found")

_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""The policy for reports: they show the outputs of tasks, which must not act with the user's permissions."""


class FlowHandler(APIHandler):
    """Answers one kind of request; the work happens in a thread."""

    auth_resource = "nbflow"
    _turns = threading.Semaphore(32)

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
        found = await self._find(top, self._query(), body, hidden)
        self.set_status(found.status)
        if found.kind == HTML:
            self.set_header("Content-Security-Policy", _SANDBOX)
        self.finish(found.text, set_content_type=found.kind)

    async def _find(self, top: Path, query: Mapping[str, str], body: str, hidden: bool) -> PanelAnswer:
        return await in_thread(partial(_answer, self.what, top, query, body, hidden), self._turns)

    def _query(self) -> dict[str, str]:
        """Return the query as it was sent: Tornado takes spaces and control characters out of it."""
        try:
            return {name: values[-1].decode() for name, values in self.request.query_arguments.items()}
        except UnicodeDecodeError:
            raise web.HTTPError(400) from None


class ValueHandler(FlowHandler):
    """Answers questions about values, which a process loads that the kernel's Python runs."""

    auth_resource = "kernels"
    _turns = threading.Semaphore(4)  # its own: a value that takes long keeps no other request waiting

    @web.authenticated
    @authorized("execute")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        await self._answer()

    async def _find(self, top: Path, query: Mapping[str, str], body: str, hidden: bool) -> PanelAnswer:
        argv, env = await self._command_of(query.get("kernel", ""))
        return await in_thread(partial(_answer, self.what, top, query, body, hidden, argv, env), self._turns)

    async def _command_of(self, kernel: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Return how Jupyter starts a kernel; nothing for one that it does not know."""
        try:
            spec = await ensure_async(self.settings["kernel_spec_manager"].get_kernel_spec(kernel))
        except (KeyError, ValueError):  # NoSuchKernel is a KeyError
            return (), ()
        return tuple(spec.argv), tuple(spec.env.items())


async def in_thread(work: Callable[[], _Found], turns: threading.Semaphore) -> _Found:
    """Return what `work` returns, which waits in its thread for its turn.

    The thread is a daemon: a request that is never answered does not keep the server from ending, as one in an executor
    would.
    """
    answered: Future[_Found] = Future()

    def perform() -> None:
        with turns:
            try:
                answered.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where the answer is awaited
                answered.set_exception(error)

    answered.set_running_or_notify_cancel()  # so that a request that is given up cannot cancel it
    threading.Thread(target=perform, name="nbflow request", daemon=True).start()
    return await asyncio.wrap_future(answered)


def _answer(
    what: str,
    top: Path,
    query: Mapping[str, str],
    body: str,
    allow_hidden: bool,
    argv: tuple[str, ...] = (),
    env: tuple[tuple[str, str], ...] = (),
) -> PanelAnswer:
    from nbflow.jupyter.panel.answers import Question, answer  # noqa: PLC0415 - every server would start later
    from nbflow.jupyter.values.viewers import KernelCommand  # noqa: PLC0415 - as above

    return answer(what, Question(top, query, body, allow_hidden, KernelCommand(argv, env)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbflow.jupyter.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    base = app.web_app.settings["base_url"]
    handlers = [
        (url_path_join(base, "nbflow", what), ValueHandler if what in EXECUTING else FlowHandler, {"what": what})
        for what in REQUESTS
    ]
    app.web_app.add_handlers(".*$", handlers)
