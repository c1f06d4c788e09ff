"""Nobody gets anything out of the server that Jupyter would not give them, or keeps it from answering others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from nbflow.jupyter.panel.answers import ANSWERS
from nbflow.jupyter.panel.requests import POSTED, WITHOUT_NOTEBOOK
from nbflow.jupyter.server import _load_jupyter_server_extension
from tests.cli.shell import Shell
from tests.hostile.poison import Poisoned, poison
from tests.hostile.test_numbers_and_names import BODIES
from tests.jupyter.serving import Reply, Server, serve

QUERY = {"path": "films.ipynb", "run": "1", "task": "1", "runs": "1,2", "step": "load", "name": "values"}
GOOD = {
    "flow": {"cells": []},
    "plan": {"cells": []},
    "repair": {"cells": [], "repair": {}},
    "value": {"ask": "open", "run": 1, "task": 1, "name": "values"},
}
REFUSED = {"repair": "the cells were edited since", "value": "was signed by"}
SECRET = "the secret of somebody else"


def places() -> list[str]:
    """Return the last parts of all addresses that the extension adds to a server."""
    added: list[Any] = []
    web_app = SimpleNamespace(settings={"base_url": "/"}, add_handlers=lambda _, handlers: added.extend(handlers))
    _load_jupyter_server_extension(SimpleNamespace(web_app=web_app))
    return [address.removeprefix("/nbflow/") for address, *_ in added]


PLACES = places()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves a folder with files that nobody may read, and a notebook whose store somebody else has poisoned."""
    folder, home = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("server")
    shell = Shell(folder)
    for _ in range(2):
        said = shell("run", shell.write("films", "%%step load\nvalues = [1]"))
        assert said.code == 0, said
    poison(folder / ".nbflow", "by another")
    (folder.parent / "secret.ipynb").write_text(json.dumps({"cells": [], "metadata": {"secret": SECRET}}))
    (folder / "link.ipynb").symlink_to(folder.parent / "secret.ipynb")
    (folder / "up").symlink_to(folder.parent)
    (folder / ".hidden.ipynb").write_text((folder / "films.ipynb").read_text())
    with serve(folder, home) as server:
        yield server


def ask(server: Server, what: str, token: bool = True, origin: str = "", cookie: str = "", **query: str) -> Reply:
    headers = {"Authorization": f"token {server.token}"} if token else {}
    headers |= {"Origin": origin} if origin else {}
    headers |= {"Cookie": cookie} if cookie else {}
    body = json.dumps(GOOD[what]).encode() if what in POSTED else None
    place = f"nbflow/{what}?{urlencode({**QUERY, **query}, errors='surrogateescape')}"
    return server.send("POST" if body else "GET", place, headers, body)


def content(server: Server) -> dict[str, bytes]:
    """Return the content of the folder and its store; the files beside the catalog belong to whoever reads it."""
    paths = [*server.folder.iterdir(), *(server.folder / ".nbflow").rglob("*")]
    files = (path for path in paths if path.is_file() and not path.name.startswith("catalog.db-"))
    return {str(path): path.read_bytes() for path in files}


@pytest.fixture(autouse=True)
def untouched(server: Server) -> Iterator[None]:
    """Nothing is written, and nothing of the store is unpickled."""
    before = content(server)
    yield
    assert content(server) == before
    assert not Poisoned(server.folder / ".nbflow", server.folder / "code of the store was run").has_run_code
    assert server.process.poll() is None


def test_every_address_has_an_answer() -> None:
    assert sorted(PLACES) == sorted(ANSWERS)


@pytest.mark.parametrize("what", PLACES)
def test_the_user_is_answered(server: Server, what: str) -> None:
    reply = ask(server, what)
    assert reply.status == (409 if what in REFUSED else 200)
    assert REFUSED.get(what, "") in reply.text
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert not reply.headers.get("Access-Control-Allow-Origin")
    assert "frame-ancestors 'self'" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("what", PLACES)
def test_nobody_else_is_answered(server: Server, what: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "TRACE"):
        reply = server.send(method, f"nbflow/{what}?{urlencode(QUERY)}", {}, b"{}" if method == "POST" else None)
        assert reply.status in (403, 405)
        assert "load" not in reply.text
    assert server.send("OPTIONS", f"nbflow/{what}?{urlencode(QUERY)}", {}).text == ""


@pytest.mark.parametrize("what", PLACES)
def test_another_page_of_the_users_browser_is_not_answered(server: Server, what: str) -> None:
    found = server.send("GET", f"api/status?token={server.token}", {})
    cookie = found.headers["Set-Cookie"].partition(";")[0]
    assert ask(server, what, token=False, cookie=cookie).status == (403 if what in POSTED else 200)  # no XSRF token
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"{server.url[:-1]}.evil.example"):
        reply = ask(server, what, token=False, origin=origin, cookie=cookie)
        assert reply.status in (403, 404)
        assert "load" not in reply.text
        assert not reply.headers.get("Access-Control-Allow-Origin")


OUTSIDE = (
    *("../secret.ipynb", "x/../../secret.ipynb", "/etc/passwd", "//etc/passwd", "link.ipynb", "up/secret.ipynb", "up"),
    *(
        ".hidden.ipynb",
        ".nbflow/catalog.db",
        "films.ipynb\0",
        "films.ipynb\0.txt",
        "\0",
        "..",
        ".",
        "~",
        "",
        "a" * 5000,
    ),
    *(
        "a/" * 3000,
        "\udcff",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"),
        " films.ipynb",
    ),
    *(
        "..\\secret.ipynb",
        "%2e%2e/secret.ipynb",
        "file:///etc/passwd",
        "C:\\films.ipynb",
    ),
)


@pytest.mark.parametrize("what", sorted({*PLACES} - WITHOUT_NOTEBOOK))
def test_no_file_is_found_but_the_notebooks_of_the_folder(server: Server, what: str) -> None:
    for path in OUTSIDE:
        reply = ask(server, what, path=path)
        assert reply.status in (400, 404, 414), path
        assert SECRET not in reply.text
        assert "root:" not in reply.text


@pytest.mark.parametrize("what", sorted(WITHOUT_NOTEBOOK))
def test_what_is_about_no_notebook_finds_no_file_outside_either(server: Server, what: str) -> None:
    for path in OUTSIDE:
        reply = ask(server, what, path=path, page=path, demo=path, look=path)
        assert reply.status in (400, 404, 414) or (reply.status == 200 and (what in ("flows", "space") or not path))
        assert SECRET not in reply.text
        assert "root:" not in reply.text


@pytest.mark.parametrize("what", sorted(POSTED))
def test_a_body_that_makes_no_sense_is_refused(server: Server, what: str) -> None:
    headers = {"Authorization": f"token {server.token}"}
    place = f"nbflow/{what}?{urlencode(QUERY)}"
    for body in BODIES:
        assert server.send("POST", place, headers, body.encode("utf-8", "surrogatepass")).status in (200, 400)
    for raw in (b"\xff\xfe\0", b"\0" * 1000, b'{"cells": "' + b"\xed\xa0\x80" + b'"}'):
        assert server.send("POST", place, headers, raw).status == 400
    whole = json.dumps({**GOOD[what], "more": "x" * 100_000_000}).encode()
    assert server.send("POST", place, headers, whole).status == 413


ENDLESS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
}
PARTS = (
    *("x.ipynb", "x/.nbflow", "x/.nbflow/catalog.db", "x/.nbflow/catalog.db-wal", "x/.nbflow/catalog.seal"),
    *("x/.nbflow/bucket", "x/.nbflow/live", "x/live.txt"),
)


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("part", PARTS)
def test_a_file_that_never_ends_keeps_nobody_waiting(server: Server, kind: str, part: str) -> None:
    name = f"{kind} {part}".replace("/", " ").replace(".ipynb", "")
    folder, notebook = server.folder / name, "x.ipynb"
    if part == notebook:
        folder.mkdir()
    else:
        shell = Shell(folder)
        folder.mkdir()
        cells = ("%%parameters\ntext: File = 'live.txt'", "%%step load --watch live.txt\nx = text")
        (folder / "live.txt").write_text("text")
        (folder / ".nbflow").mkdir()
        assert shell("run", shell.write("x", *cells)).code == 0
    target = folder / part.removeprefix("x/")
    if target.is_dir():
        target.rename(folder / "moved")
    target.unlink(missing_ok=True)
    ENDLESS[kind](target)
    sent = {"cells": [{"id": "a", "source": "%%parameters\ntext: File = 'live.txt'", "type": "code"}]}
    headers = {"Authorization": f"token {server.token}"}
    for what in PLACES * 3:  # more than there are threads
        body = json.dumps({**GOOD[what], **sent, "source": "x"}).encode() if what in POSTED else None
        place = f"nbflow/{what}?{urlencode({**QUERY, 'path': f'{name}/{notebook}'})}"
        assert server.send("POST" if body else "GET", place, headers, body).status < 500
    assert server.send("GET", f"api/contents/{quote(name)}", headers).status == 200
