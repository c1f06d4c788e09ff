"""A real Jupyter server with the extension, and what a browser or somebody else asks of it."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 60


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Server:
    """`process` writes where it listens into a file of `runtime`."""

    folder: Path
    url: str
    token: str
    process: subprocess.Popen[bytes] = field(repr=False)

    def ask(self, what: str, body: Any = None, token: str | None = None, **query: str) -> Reply:
        token = self.token if token is None else token
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {token}"} if token else {}
        place = f"nbflow/{what}?{urllib.parse.urlencode(query)}"
        return self.send("GET" if data is None else "POST", place, headers, data)

    def send(self, method: str, place: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send a request as it is; `place` is the rest of the address."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
        try:
            connection.request(method, f"{address.path}{place}", body, dict(headers))
            found = connection.getresponse()
            return Reply(found.status, dict(found.headers), found.read().decode())
        finally:
            connection.close()


@contextmanager
def serve(folder: Path, home: Path) -> Iterator[Server]:
    """Serve a folder; `home` holds what the server writes itself."""
    token = secrets.token_hex(16)
    settings = {
        "ServerApp": {"jpserver_extensions": {"nbflow.jupyter.server": True}, "port": 0, "ip": "127.0.0.1",
                      "open_browser": False, "root_dir": str(folder), "allow_root": True},
        "IdentityProvider": {"token": token},
    }  # fmt: skip
    (home / "settings.json").write_text(json.dumps(settings))
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_NO_CONFIG": "1"}
    command = [sys.executable, "-m", "jupyter_server", f"--config={home / 'settings.json'}"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
    try:
        yield Server(folder, _address(home, process), token, process)
    finally:
        process.terminate()
        process.wait()


def _address(home: Path, process: subprocess.Popen[bytes]) -> str:
    """Once it answers; it says where before it does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        for path in home.glob("jpserver-*.json"):
            with suppress(ValueError, OSError):  # half written, or nobody is there yet
                url = str(json.loads(path.read_text())["url"])
                urllib.request.urlopen(f"{url}login", timeout=PATIENCE).close()
                return url
        time.sleep(0.05)
    raise AssertionError((home / "log").read_text())
