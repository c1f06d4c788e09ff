"""Starts the processes that show values, and asks them. Each serves the notebooks of one folder and one kernel."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.jupyter.values.asked import read_asked
from nbflow.run.output.display import BACKEND

SECONDS_FOR_ANSWER = 60.0
"""A process that takes longer is ended, so that it keeps nobody waiting."""

MOST_VIEWERS = 4

_MODULE = "nbflow.jupyter.values"


class ViewerEnded(NbflowError):
    """Raised if the process that shows values has ended instead of answering."""

    def __init__(self, why: str, program: str) -> None:
        self.why, self.program = why, program
        super().__init__(
            f"the process that shows values ({program}) ended: {why}. Open the value again, or restore it in the kernel"
        )


@dataclass(frozen=True)
class KernelCommand:
    """Says how Jupyter starts a kernel: its command and its environment. Values are loaded by the same Python."""

    argv: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()

    @property
    def viewer(self) -> tuple[str, ...]:
        """Return the command that shows values: that of an ipykernel with another module, else this Python."""
        for place, word in enumerate(self.argv[:-1]):
            if word == "-m" and self.argv[place + 1].split(".")[0] in ("ipykernel", "ipykernel_launcher"):
                program = sys.executable if self.argv[0] in _THIS_PYTHON else self.argv[0]
                return (program, *self.argv[1:place], "-m", _MODULE)
        return (sys.executable, "-m", _MODULE)


_THIS_PYTHON = ("python", "python3", f"python3.{sys.version_info.minor}")
"""Names by which the command of a kernel means the Python of the server."""


class Viewer:
    """Is a process that shows values, started when it is first asked."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._command, self._env = tuple(command), dict(env)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, question: str) -> tuple[HTTPStatus, str]:
        """Return the status and the text of the answer to a question. Raises ViewerEnded."""
        with self._turn:
            line = self._ask(question) or self._ask(question)  # it may just have ended because it had been idle
            if not line:
                raise ViewerEnded("it stops at once", self._command[0])
        status, text = json.loads(line)
        return HTTPStatus(status), text

    def end(self) -> bool:
        """End the process, unless it has a question to answer; return whether it has none."""
        if not self._turn.acquire(blocking=False):
            return False
        try:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            self._close()
        finally:
            self._turn.release()
        return True

    def _ask(self, question: str) -> str:
        """Return the line that answers a question, "" if the process has ended by itself. Raises ViewerEnded."""
        process = self._started()
        late = threading.Timer(SECONDS_FOR_ANSWER, process.kill)
        late.start()
        try:
            line = _exchange(process, question)
            is_late = not late.is_alive()
        finally:
            late.cancel()
        if not line:
            self._refuse(process, is_late)
        return line

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._close()
            self._complaints = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - the process has it as long as it runs
            env = {**os.environ, **self._env, "PYTHONSAFEPATH": "1", "MPLBACKEND": BACKEND}
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, text=True,
                    encoding="utf-8", env=env, cwd=os.path.abspath(os.sep), start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                self._complaints.close()
                raise ViewerEnded(f"it cannot be started ({error.strerror})", self._command[0]) from error
        return self._process

    def _refuse(self, process: subprocess.Popen[str], is_late: bool) -> None:
        """Raise ViewerEnded, unless the process has ended without an error."""
        code = process.wait()
        self._complaints.seek(0)
        last = [line.strip() for line in self._complaints if line.strip()][-1:]
        self._close()
        if is_late:
            raise ViewerEnded(f"it had no answer after {SECONDS_FOR_ANSWER:.0f} s", self._command[0])
        if code:
            raise ViewerEnded(last[0][:300] if last and code > 0 else f"its exit code is {code}", self._command[0])

    def _close(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout, self._complaints):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()
        self._process = None


def _exchange(process: subprocess.Popen[str], question: str) -> str:
    """Return the line that answers a question; "" if the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{question}\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except (OSError, ValueError):
        return ""
    return line if line.endswith("\n") else ""


class Viewers:
    """Keeps a process for each folder and kernel, but only a few: the one that was asked longest ago ends first."""

    def __init__(self) -> None:
        self._viewers: OrderedDict[tuple[KernelCommand, Path], Viewer] = OrderedDict()
        self._changing = threading.Lock()

    def of(self, kernel: KernelCommand, folder: Path) -> Viewer:
        """Return the process for the notebooks of a folder and for a kernel."""
        with self._changing:
            key = (kernel, folder)
            if key not in self._viewers:
                self._viewers[key] = Viewer(kernel.viewer, dict(kernel.env))
            self._viewers.move_to_end(key)
            for other in [*self._viewers][: max(0, len(self._viewers) - MOST_VIEWERS)]:
                if self._viewers[other].end():
                    del self._viewers[other]
            return self._viewers[key]

    def end(self) -> None:
        """End all processes that have nothing to answer."""
        with self._changing:
            for viewer in self._viewers.values():
                viewer.end()


_viewers = Viewers()
atexit.register(_viewers.end)


def ask_viewer(kernel: KernelCommand, root: Path, flow: str, folder: Path, body: str) -> tuple[HTTPStatus, str]:
    """Return the status and the text of the answer to a question about a value. Raises Misunderstood, ViewerEnded."""
    read_asked(body)
    question = json.dumps({"body": body, "root": str(root), "flow": flow, "folder": str(folder)})
    return _viewers.of(kernel, folder).ask(question)
