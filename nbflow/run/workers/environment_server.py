"""Starts a fork server in the environment of a step. Workers are forks of it, as they are of the ordinary one."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterable
from multiprocessing import connection, util
from multiprocessing.forkserver import ForkServer
from pathlib import Path

from blake3 import blake3

from nbflow.run.workers.fork_server import prepare_processes, server_variables
from nbflow.store.homes import cache_folder
from nbflow.store.leftovers import own_name

_COMMAND = (
    "import sys; sys.path.insert(0, {path!r}); from multiprocessing.forkserver import main; "
    "main({listener}, {alive}, ['nbflow.run.workers.preload'])"
)


class EnvironmentServer(ForkServer):
    """Is a fork server whose interpreter is that of an environment; nbflow alone comes from outside of it."""

    def __init__(self, python: Path) -> None:
        super().__init__()
        self.python = python
        self.asked: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, modules: Iterable[str], workers: int, notebook: Path) -> None:
        """Start the server unless it runs: with these modules, in this folder, for workers that share the cores."""
        self.asked = server_variables(modules, workers, notebook, "")
        self.ensure_running()

    def variables(self, environment: dict[str, str]) -> dict[str, str]:
        """Return environment variables changed so that programs which a step starts are those of the environment."""
        path = os.pathsep.join(filter(None, (str(self.python.parent), environment.get("PATH", ""))))
        kept = {name: value for name, value in environment.items() if name not in ("PYTHONHOME", "CONDA_PREFIX")}
        return {**kept, "VIRTUAL_ENV": str(self.python.parents[1]), "PATH": path}

    def ensure_running(self) -> None:
        """Start the server unless it runs."""
        with self._lock:  # type: ignore[attr-defined]
            if self._process is not None and self._process.poll() is None:
                return
            if self._process is not None:
                os.close(self._forkserver_alive_fd)
            prepare_processes()
            self._start()

    def _start(self) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            address = connection.arbitrary_address("AF_UNIX")  # type: ignore[attr-defined]
            listener.bind(address)
            os.chmod(address, 0o600)
            listener.listen()
            alive, ours = os.pipe()
            command = _COMMAND.format(path=str(_worker_part()), listener=listener.fileno(), alive=alive)
            options = util._args_from_interpreter_flags()  # type: ignore[attr-defined]
            words, passed = [str(self.python), *options, "-P", "-c", command], (listener.fileno(), alive)
            try:
                self._process = subprocess.Popen(words, pass_fds=passed, env={**os.environ, **self.asked})
                self._forkserver_pid = self._process.pid
            except BaseException:
                os.close(ours)
                raise
            finally:
                os.close(alive)
        self._forkserver_address, self._forkserver_alive_fd = address, ours

    def stop(self) -> None:
        """Let the server end, and wait for that."""
        with self._lock:  # type: ignore[attr-defined]
            if self._process is not None:
                os.close(self._forkserver_alive_fd)
                self._process.wait()
                self._process = None


def _worker_part() -> Path:
    """Return a folder in which nbflow is, and nothing else: other packages beside it are not those of the step."""
    package = Path(__file__).parents[2]
    folder = cache_folder() / "worker" / str(blake3(str(package).encode()).hexdigest(8))
    link = folder / "nbflow"
    if not link.is_symlink():
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / own_name("linking-")
        aside.symlink_to(package)
        aside.replace(link)
    return folder
