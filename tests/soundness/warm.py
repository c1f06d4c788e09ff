"""A process that has imported the libraries, and runs scripts and kernels in forks of itself: they start at once.

`python -m tests.soundness.warm` answers one request per line. Such a fork is as good as a new process: nothing but
imports has happened in it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from nbflow.run.workers.fork_server import start_fork_server

LIBRARIES = (
    "joblib", "matplotlib.pyplot", "numpy", "pandas", "scipy.stats", "sklearn.ensemble", "sklearn.linear_model",
    "sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing",
)  # fmt: skip
KERNEL = (
    "IPython.core.pylabtools",
    "ipykernel.kernelapp",
    "matplotlib_inline.backend_inline",
    "nbflow.jupyter.kernel.magics",
)
SCRIPT = (
    "nbflow.script.commands.command_line",
    "nbflow.script.execution.launch_script",
    "nbflow.script.execution.script_performer",
)
ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds that a script may take."""


@dataclass(frozen=True)
class Ended:
    """A script that has ended."""

    code: int
    out: str
    err: str


class Warm:
    """The side of the tests."""

    def __init__(self) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soundness.warm"],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def python(self, folder: Path, *words: str) -> Ended:
        """Run `python WORDS` in the folder, to its end."""
        with tempfile.TemporaryDirectory() as place:
            code = self._ask(kind="script", folder=str(folder), words=words, place=place)
            return Ended(code, *(Path(place, name).read_text() for name in ("out", "err")))

    def kernel(self, folder: Path, connection: Path, env: Mapping[str, str]) -> int:
        """Start a kernel; returns its process id."""
        return self._ask(kind="kernel", folder=str(folder), connection=str(connection), env=dict(env))

    def stop(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _ask(self, **request: Any) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def start_workers() -> None:
    """Start the fork server of this process, with the libraries that notebooks import.

    There is one for all tests of a process: begun by a test without libraries, it would have none, and each worker
    of each test would import them.
    """
    start_fork_server(LIBRARIES, 2, ROOT)


def answer() -> Mapping[str, Any] | None:
    """Answer requests until there are no more. In a fork, return the request that it was made for."""
    for line in sys.stdin:
        request: Mapping[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            return request
        print(_end_of(pid) if request["kind"] == "script" else pid, flush=True)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
    return None


def _end_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def share_fork_server() -> None:
    """Use the fork server of the process above. Multiprocessing takes it for lost: it is no child of this process."""
    forkserver.ensure_running = forkserver._forkserver.ensure_running = lambda: None  # type: ignore[method-assign]


def perform(request: Mapping[str, Any]) -> None:
    share_fork_server()
    os.chdir(request["folder"])
    sys.path[0] = request["folder"]
    sys.stdin = open(os.devnull)  # noqa: SIM115 - open as long as the process lives
    if request["kind"] == "script":
        run_script(request["words"], Path(request["place"]))
    else:
        run_kernel(request["connection"], request["env"])


def run_script(words: list[str], place: Path) -> None:
    _write_to(place / "out", place / "err")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # else forks of it write a line twice
    signal.alarm(PATIENCE)
    sys.argv = words
    end_at_once(_outcome_of(os.path.abspath(words[0])))


def _outcome_of(script: str) -> int:
    """Run a script and return its exit code, or what there is of one after an error."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        if isinstance(left.code, str):
            print(left.code, file=sys.stderr)
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - printed as Python prints what nobody catches
        traceback.print_exc()
        return 1
    return 0


def end_at_once(code: int) -> None:
    """End as Python does, but leave the modules: to take all those libraries apart takes a second."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()  # what the script has left behind may have something to say at its end
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run_kernel(connection: str, env: Mapping[str, str]) -> None:
    _write_to(Path(os.devnull), Path(os.devnull))
    os.environ.update(env)
    os.environ.pop("MPLBACKEND")  # a kernel chooses its own
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # it ends with the process above, however that ends
    importlib.import_module("ipykernel.kernelapp").IPKernelApp.launch_instance(["-f", connection, parent])


def _write_to(out: Path, err: Path) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)


if __name__ == "__main__":
    for name in (*LIBRARIES, *KERNEL, *SCRIPT):
        importlib.import_module(name)
    start_fork_server((*LIBRARIES, *SCRIPT), 2)
    gc.freeze()  # or each fork would look through all of it, and copy it by that
    if (asked := answer()) is not None:
        perform(asked)
