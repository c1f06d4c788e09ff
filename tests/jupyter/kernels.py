"""A real kernel over jupyter_client, and what its cells gave."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbflow.jupyter.protocol.messages import COMM

PATIENCE = 60
"""Seconds that any single message may take."""


@dataclass
class Reply:
    """What one cell gave: its streams, what it displayed, and its error."""

    status: str = ""
    text: str = ""
    displayed: list[Mapping[str, Any]] = field(default_factory=list)
    results: list[Mapping[str, Any]] = field(default_factory=list)
    updates: list[Mapping[str, Any]] = field(default_factory=list)
    error: str = ""
    error_name: str = ""
    frames: str = ""

    @property
    def value(self) -> str:
        return str(self.results[-1]["text/plain"]) if self.results else ""


class Kernel:
    """One kernel process. `session_name` is what a Jupyter server says about the notebook."""

    def __init__(self, folder: Path, session_name: Path | None = None, extension: bool = True) -> None:
        self.folder = folder
        self.snapshots: list[Mapping[str, Any]] = []  # what was broadcast, in order
        self._sockets = tempfile.TemporaryDirectory(prefix="nbflow")  # short: a socket's path has 107 letters at most
        env = dict(os.environ)
        env.pop("JPY_SESSION_NAME", None)
        env.pop("PYTEST_CURRENT_TEST", None)  # with it a kernel does not show what child processes print
        if session_name is not None:
            env["JPY_SESSION_NAME"] = str(session_name)
        self.client = self._launch(Path(self._sockets.name, "k.json"), env)
        self.client.start_channels(hb=False)  # on a busy machine a heart may miss a beat
        self.client.wait_for_ready(timeout=PATIENCE)
        if extension:
            self.ok("%load_ext nbflow")

    def _launch(self, connection: Path, env: Mapping[str, str]) -> BlockingKernelClient:
        """Start the process; returns the client that will talk to it."""
        self.manager = KernelManager(kernel_name="python3", transport="ipc", connection_file=str(connection))
        self.manager.start_kernel(cwd=str(self.folder), env=env)
        return self.manager.blocking_client()

    def send(
        self,
        source: str,
        cell_id: str | None = None,
        stdin: bool = False,
        history: bool = True,
        deleted: Sequence[str] = (),
    ) -> str:
        """Execute a cell as JupyterLab does, which names the cell and those that were deleted before."""
        content = {
            "code": source, "silent": False, "store_history": history, "user_expressions": {}, "allow_stdin": stdin,
            "stop_on_error": True,
        }  # fmt: skip
        metadata = {} if cell_id is None else {"cellId": cell_id, "deletedCells": [*deleted]}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def read(self, message: str) -> Reply:
        """Everything until the cell is done."""
        reply = Reply()
        while True:
            got = self._hear()
            if got["parent_header"].get("msg_id") != message:
                continue
            if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                break
            self._take(reply, got["msg_type"], got["content"])
        reply.status = self.answer_to(message)["status"]
        return reply

    def answer_to(self, message: str) -> Mapping[str, Any]:
        """What the kernel answers to a request, whatever it still had to say to others."""
        answer = self.client.get_shell_msg(timeout=PATIENCE)
        while answer["parent_header"].get("msg_id") != message:
            answer = self.client.get_shell_msg(timeout=PATIENCE)
        content: Mapping[str, Any] = answer["content"]
        return content

    def _hear(self) -> Mapping[str, Any]:
        """The next message to all; those of a broadcast belong to no cell."""
        got: Mapping[str, Any] = self.client.get_iopub_msg(timeout=PATIENCE)
        if got["msg_type"] == "comm_msg" and got["content"]["comm_id"] == COMM:
            self.snapshots.append(got["content"]["data"])
        return got

    def wait_for_snapshot(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """The first one so far that is as wanted, or the next that will be."""
        seen = 0
        while True:
            for snapshot in self.snapshots[seen:]:
                if wanted(snapshot):
                    return snapshot
            seen = len(self.snapshots)
            self._hear()

    def _take(self, reply: Reply, kind: str, content: Mapping[str, Any]) -> None:
        match kind:
            case "stream":
                reply.text += content["text"]
            case "clear_output":
                reply.text = ""
            case "display_data":
                reply.displayed.append(content["data"])
            case "update_display_data":
                reply.updates.append(content["data"])
            case "execute_result":
                reply.results.append(content["data"])
            case "error":
                reply.error_name, reply.error = content["ename"], content["evalue"]
                reply.frames = "\n".join(content["traceback"])

    def converse(self, source: str, *answers: str) -> Reply:
        """Execute a cell that asks, such as %debug."""
        message = self.send(source, stdin=True)
        for answer in answers:
            self.client.get_stdin_msg(timeout=PATIENCE)
            self.client.input(answer)
        return self.read(message)

    def wait_for_text(self, text: str) -> None:
        """Until some cell has printed it."""
        while text not in self._hear()["content"].get("text", ""):
            pass

    def run(self, source: str, cell_id: str | None = None, history: bool = True) -> Reply:
        return self.read(self.send(source, cell_id, history=history))

    def ok(self, source: str, cell_id: str | None = None) -> Reply:
        """Execute a cell that must not fail."""
        reply = self.run(source, cell_id)
        assert reply.status == "ok", reply.frames
        return reply

    def value(self, expression: str) -> str:
        """The repr of an expression in the notebook's namespace."""
        return self.ok(expression).value

    def complete(self, line: str) -> list[str]:
        return list(self.answer_to(self.client.complete(line, len(line)))["matches"])

    def kill(self) -> None:
        """As `kill -9` does, and the out-of-memory killer."""
        provisioner = self.manager.provisioner
        assert isinstance(provisioner, LocalProvisioner)
        assert provisioner.pid is not None
        assert provisioner.process is not None
        os.kill(provisioner.pid, signal.SIGKILL)
        provisioner.process.wait()
        self.stop()

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def stop(self) -> None:
        self.client.stop_channels()
        self._end()
        self._sockets.cleanup()

    def _end(self) -> None:
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
