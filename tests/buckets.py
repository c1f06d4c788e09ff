"""Starts real servers of object stores on free ports, and a proxy that breaks the connection to them as it is told."""

from __future__ import annotations

import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

KEYS = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
"""Are the credentials that the servers accept."""

READER = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "other secret"}
"""Are credentials that let nothing be written."""


def free_port() -> int:
    """Return a port of this computer that nobody uses now."""
    with closing(socket.socket()) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def environment_of(endpoint: str) -> Mapping[str, str]:
    """Return the environment variables with which obstore finds a server of S3."""
    return {**KEYS, "AWS_ENDPOINT_URL": endpoint}


@contextmanager
def moto(folder: Path, host: str = "127.0.0.1", inside: Sequence[str] = ()) -> Iterator[str]:
    """Run moto's server of S3, and give its address; the bucket `team` is there. `inside` begins the command."""
    port = free_port()
    command = [*inside, sys.executable, "-m", "moto.server", "-H", host, "-p", str(port)]
    with _running(command, folder, "Running on"):
        make_bucket(f"http://{host}:{port}", "team", inside)
        yield f"http://{host}:{port}"


def make_bucket(endpoint: str, bucket: str, inside: Sequence[str] = ()) -> None:
    """Make a bucket; the request is not signed, which these servers allow."""
    asking = "import sys; from urllib.request import Request, urlopen; urlopen(Request(sys.argv[1], method='PUT'))"
    subprocess.run([*inside, sys.executable, "-c", asking, f"{endpoint}/{bucket}"], check=True, timeout=30)


@contextmanager
def _running(command: list[str], folder: Path, ready: str) -> Iterator[None]:
    """Run a server until the block ends; it begins when the server has written that it is ready."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=folder,
        start_new_session=True,
    )  # fmt: skip
    assert server.stdout is not None
    written, reading = iter(server.stdout), threading.Thread()
    try:
        seen = []
        for line in written:
            seen.append(line)
            if ready in line:
                break
        else:
            raise AssertionError("".join(seen))
        reading = threading.Thread(target=lambda: [None for _ in written])  # a full pipe would stop the server
        reading.start()
        yield
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # a command of npm starts the server as its child
        server.wait()
        if reading.ident:
            reading.join()
        server.stdout.close()


Fault = Literal["", "500", "cut", "lost", "silent", "careless"]
"""Says what happens to a request: nothing; the server fails; the connection ends before or after the server was asked;
nobody answers; or the header is lost that says to write only what is not there."""


class Proxy(ThreadingHTTPServer):
    """Stands between a client and a server, and spoils the requests for which `fault` says so.

    `fault` is called with the number of the request, its method and its path.
    """

    daemon_threads = True

    def __init__(self, endpoint: str, fault: Callable[[int, str, str], Fault]) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.server = urlsplit(endpoint).netloc
        self.fault, self.number, self.asking = fault, 0, threading.Lock()
        self.over = threading.Event()

    @property
    def endpoint(self) -> str:
        """Return the address of the proxy."""
        return f"http://127.0.0.1:{self.server_port}"

    def next_fault(self, method: str, path: str) -> Fault:
        """Return what happens to the next request."""
        with self.asking:
            self.number += 1
            return self.fault(self.number, method, path)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that have gone."""


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.next_fault(self.command, self.path)
        if fault == "silent":
            self.server.over.wait(20)
        if fault in ("silent", "cut"):
            self.close_connection = True
            return
        status, headers, content = (500, [], b"spoilt") if fault == "500" else self._ask(body, fault == "careless")
        if fault == "lost":
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
                self.send_header(name, value)
        length = {name.lower(): value for name, value in headers}.get("content-length", "0")
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _ask(self, body: bytes, careless: bool) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = {k: v for k, v in self.headers.items() if not (careless and k.lower() == "if-none-match")}
        with closing(HTTPConnection(self.server.server, timeout=30)) as connection:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815 - the library looks for these names

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def spoiling(endpoint: str, fault: Callable[[int, str, str], Fault]) -> Iterator[Proxy]:
    """Run a proxy in front of a server until the block ends."""
    with Proxy(endpoint, fault) as proxy:
        serving = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield proxy
        finally:
            proxy.over.set()
            proxy.shutdown()
            serving.join()


@dataclass(frozen=True)
class Machine:
    """Is a computer with a disk of its own: its cache folder, its copy of the notebook, its environment.

    `inside` begins its commands.
    """

    folder: Path
    variables: Mapping[str, str]
    inside: Sequence[str] = ()

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables of its processes."""
        return {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), **self.variables}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start nbflow with these words in its folder."""
        command = [*self.inside, sys.executable, "-m", "nbflow", *words]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def nbflow(self, *words: str, code: int = 0) -> str:
        """Run nbflow to its end, and return what it has printed. It must end with this exit code."""
        with self.start(*words) as process:
            said, _ = process.communicate(timeout=120)
        assert process.returncode == code, said
        return said


def new_machine(folder: Path, url: str, endpoint: str, cells: Sequence[str], **variables: str) -> Machine:
    """Return a computer whose store is at a URL, with a notebook `flow.ipynb` of these cells."""
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=list(map(new_code_cell, cells))), folder / "flow.ipynb")
    return Machine(folder, {**environment_of(endpoint), "NBFLOW_HOME": url, **variables})


@contextmanager
def weed(folder: Path) -> Iterator[str]:
    """Run SeaweedFS, and give the address of its S3; the bucket `team` is there, and READER may only read."""
    actions = ((KEYS, ["Admin", "Read", "Write", "List"]), (READER, ["Read", "List"]))
    users = [
        {
            "name": keys["AWS_ACCESS_KEY_ID"],
            "credentials": [{"accessKey": keys["AWS_ACCESS_KEY_ID"], "secretKey": keys["AWS_SECRET_ACCESS_KEY"]}],
            "actions": allowed,
        }
        for keys, allowed in actions
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": users}))
    ports = {
        f"{part}.port{kind}": free_port() for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")
    }
    command = ["weed", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-s3"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    command += [f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    with _running(command, folder, "Start Seaweed S3 API Server"):
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        keys = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}
        boto3 = pytest.importorskip("boto3", reason="boto3 is missing: pip install 'moto[server,s3]'")
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys).create_bucket(Bucket="team")
        yield endpoint


AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Is the key of Azurite's only account, which its documents give."""


@contextmanager
def azurite(folder: Path) -> Iterator[Mapping[str, str]]:
    """Install and run Azurite, and give the variables with which obstore finds it; the container `team` is there."""
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), "azurite"]
    subprocess.run(install, check=True, capture_output=True)
    port, account = free_port(), "devstoreaccount1"
    command = [str(folder / "node_modules/.bin/azurite-blob"), "--blobPort", str(port), "--skipApiVersionCheck"]
    with _running([*command, "--inMemoryPersistence"], folder, "successfully listens"):
        endpoint = f"http://127.0.0.1:{port}/{account}"
        _make_container(endpoint, account, "team")
        keys = {"AZURE_STORAGE_ACCOUNT_NAME": account, "AZURE_STORAGE_ACCOUNT_KEY": AZURE_KEY}
        yield {**keys, "AZURE_STORAGE_ENDPOINT": endpoint}


def _make_container(endpoint: str, account: str, name: str) -> None:
    date = f"x-ms-date:{formatdate(usegmt=True)}\nx-ms-version:2021-12-02\n"
    signed = "PUT" + "\n" * 12 + f"{date}/{account}/{account}/{name}\nrestype:container"
    mac = b64encode(hmac.digest(b64decode(AZURE_KEY), signed.encode(), "sha256")).decode()
    headers = {"Authorization": f"SharedKey {account}:{mac}", **dict(line.split(":", 1) for line in date.splitlines())}
    with closing(HTTPConnection(urlsplit(endpoint).netloc, timeout=10)) as connection:
        connection.request("PUT", f"{urlsplit(endpoint).path}/{name}?restype=container", headers=headers)
        assert (answer := connection.getresponse()).status == 201, answer.read()
