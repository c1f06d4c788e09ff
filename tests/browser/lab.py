"""A real JupyterLab: a server on a free port of this machine, with a token, and with no settings but its own."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labextension import bundle
from tests.browser.bundle import refresh

PATIENCE = 60
"""Seconds that the server may take to start."""
NO_NEWS = '{"fetchNews": "false", "checkForUpdates": false}'


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


OF_COLLABORATION = {
    "@jupyter/collaboration-extension": True, "@jupyter/docprovider-extension": True,
}  # fmt: skip
"""The front end of `jupyter-collaboration`, with which all pages that show a notebook edit it together."""


class Lab:
    """Serves the folder `root`, with the panel of this checkout, whatever is installed.

    With `together` all pages that show a notebook edit it together.
    """

    def __init__(self, home: Path, together: bool = False) -> None:
        self.together = together
        self.home, self.root, self.log = home, home / "notebooks", home / "lab.log"
        # short, because the path of a socket has 107 letters at most
        self._runtime = tempfile.TemporaryDirectory(prefix="nbflow", ignore_cleanup_errors=True)
        self.port, self.token = free_port(), secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._prepare()
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                self._command(), env=self._environment(), cwd=self.root, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _prepare(self) -> None:
        refresh()
        settings = self.home / "settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(NO_NEWS)
        if not self.together:
            (self.home / "config/labconfig").mkdir(parents=True)
            disabled = json.dumps({"disabledExtensions": OF_COLLABORATION})
            (self.home / "config/labconfig/page_config.json").write_text(disabled)
        (self.home / "extensions").mkdir()
        (self.home / "extensions/nbflow").symlink_to(bundle.HERE / "dist")
        self.root.mkdir()

    def forget_settings(self) -> None:
        """What a test has set, such as a theme."""
        for path in (self.home / "settings").rglob("*.jupyterlab-settings"):
            if path.stem != "notification":
                path.unlink()

    def _command(self) -> list[str]:
        return [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
            "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={self.token}",
            f"--LabApp.extra_labextensions_path={self.home / 'extensions'}",
            f"--JupyterNotebookApp.extra_labextensions_path={self.home / 'extensions'}",
            "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
            f"--ServerApp.jpserver_extensions={{'jupyter_server_ydoc': {self.together}}}",
            "--KernelManager.transport=ipc",  # a TCP port may be taken by another before the kernel binds it
        ]  # fmt: skip

    def _environment(self) -> dict[str, str]:
        scripts = sysconfig.get_path("scripts")
        return {
            **os.environ,
            "PATH": os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)]),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": self._runtime.name,
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "JUPYTER_PLATFORM_DIRS": "1",
        }

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)  # it says by no message that it listens

    def _answers(self) -> bool:
        try:
            self.ask("api/status")
        except OSError:
            return False
        return True

    def ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")

    def page(self, path: Path, kind: str = "lab/tree") -> str:
        """The address of a notebook: in JupyterLab, or in Notebook 7 (`notebooks`)."""
        return f"{self.url}/{kind}/{quote(path.relative_to(self.root).as_posix())}?token={self.token}&reset"

    def end_kernels(self) -> None:
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", method="DELETE")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # JupyterLab waits for kernels, on a busy machine for long
            self._process.kill()
            self._process.wait(PATIENCE)
        self._runtime.cleanup()
