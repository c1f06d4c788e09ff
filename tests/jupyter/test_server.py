"""The extension in a real Jupyter server: who may ask, and that a kernel need not be free."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from nbflow.jupyter.panel.answers import ANSWERS
from tests.jupyter.kernels import Kernel
from tests.jupyter.notebooks import write
from tests.jupyter.serving import PATIENCE, Server, serve


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("server")) as server:
        yield server


def test_nobody_is_answered_without_a_token(server: Server) -> None:
    write(server.folder / "closed.ipynb", "%%step one\none = 1")
    for what in ANSWERS:
        for token in ("", "wrong"):
            reply = server.ask(what, {} if what in ("flow", "plan") else None, token, path="closed.ipynb")
            assert reply.status == 403, what
            assert "one" not in reply.text


def test_a_path_out_of_the_servers_folder_is_refused_as_json(server: Server) -> None:
    write(server.folder.parent / "secret.ipynb", "%%step one\none = 1")
    for path in ("../secret.ipynb", str(server.folder.parent / "secret.ipynb"), "%2e%2e/secret.ipynb"):
        reply = server.ask("runs", path=path)
        assert (reply.status, list(reply.data)) == (404, ["message"])


def test_questions_are_asked_in_one_way_only(server: Server) -> None:
    write(server.folder / "one_way.ipynb", "%%step one\none = 1")
    assert server.ask("runs", {"cells": []}, path="one_way.ipynb").status == 405
    assert server.ask("flow", path="one_way.ipynb").status == 405
    assert server.ask("nothing", path="one_way.ipynb").status == 404


def test_a_report_may_do_nothing_in_the_page_of_the_user(server: Server) -> None:
    notebook = write(server.folder / "reported.ipynb", "%%step one\none = 1")
    subprocess.run([sys.executable, "-m", "nbflow", "run", str(notebook)], check=True, capture_output=True)
    reply = server.ask("report", path="reported.ipynb", run="1")
    assert reply.headers["Content-Type"].startswith("text/html")
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert 'id="step-one"' in reply.text


def test_a_kernel_that_is_busy_keeps_nobody_waiting(server: Server) -> None:
    gate = server.folder / "gate"
    os.mkfifo(gate)
    source = f"%%step slow\nopen({str(gate)!r}).read()\nslow = 1"
    notebook = write(server.folder / "busy.ipynb", source)
    cells = {"cells": [{"id": "a", "source": source, "type": "code", "tags": []}]}
    kernel = Kernel(server.folder, notebook)
    try:
        message = kernel.send(source, "a")
        with gate.open("w"):  # opens when the step reads: the kernel is busy now
            began = time.monotonic()
            found = server.ask("flow", cells, path="busy.ipynb").data
            took = time.monotonic() - began
        kernel.read(message)
        (line,) = found["lines"]
        assert (line["status"], line["running"]) == ("running", 1)
        assert (found["run"]["kind"], found["run"]["status"]) == ("interactive", "running")
        assert took < PATIENCE / 2
        (line,) = server.ask("flow", cells, path="busy.ipynb").data["lines"]
        assert (line["status"], line["running"]) == ("done", 0)
    finally:
        kernel.stop()


UNANSWERED = """import asyncio, threading
from nbflow.jupyter.server import in_thread
begun = threading.Event()
async def serve():
    request = asyncio.create_task(in_thread(lambda: (begun.set(), threading.Event().wait()), threading.Semaphore()))
    await asyncio.to_thread(begun.wait)
asyncio.run(serve())
"""


def test_a_request_that_is_never_answered_does_not_keep_the_server_from_ending() -> None:
    assert subprocess.run([sys.executable, "-c", UNANSWERED], timeout=60, check=False).returncode == 0
