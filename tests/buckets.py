"""Starts real servers of object stores on free ports, and a proxy that breaks the connection to them as it is told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

KEYS = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
"""Are the credentials that the servers accept."""


def free_port() -> int:
    """Return a port of this computer that nobody uses now."""
    with closing(socket.socket()) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def environment_of(endpoint: str) -> Mapping[str, str]:
    """Return the environment variables with which obstore finds a server of S3."""
    return {**KEYS, "AWS_ENDPOINT_URL": endpoint}


@contextmanager
def moto(folder: Path, *, checks_rights: bool = False) -> Iterator[str]:
    """Run moto's server of S3, and give its address; the bucket `team` is there."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    settings = {"INITIAL_NO_AUTH_ACTION_COUNT": "0"} if checks_rights else {}
    with _running(command, folder / "moto.log", "Running on", settings):
        make_bucket(f"http://127.0.0.1:{port}", "team")
        yield f"http://127.0.0.1:{port}"


def make_bucket(endpoint: str, bucket: str) -> None:
    """Make a bucket; the request is not signed, which these servers allow."""
    urlopen(Request(f"{endpoint}/{bucket}", method="PUT"), timeout=10).close()


@contextmanager
def _running(command: list[str], log: Path, ready: str, settings: Mapping[str, str]) -> Iterator[None]:
    """Run a server until the block ends; it begins when the server has written that it is ready."""
    environment = {**os.environ, **settings, "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=log.parent
    )
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
        server.kill()
        server.wait()
        if reading.ident:
            reading.join()
        server.stdout.close()
