"""A catalog that another process keeps locked: whoever needs it waits and says so, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbflow.jupyter.panel import answers
from nbflow.jupyter.panel.answers import Question, answer
from tests.cli.shell import Shell
from tests.jupyter.kernels import Kernel

SAID = "waiting: another process keeps"
SECONDS = 40 if "NBFLOW_EXPLORE" in os.environ else 6
"""So long the catalog stays locked."""

LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(f"PRAGMA locking_mode = {sys.argv[3]}")
connection.execute("BEGIN EXCLUSIVE")
connection.execute("INSERT INTO meta VALUES ('lock', '')")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(root: Path, mode: str = "NORMAL", seconds: float = SECONDS) -> Iterator[None]:
    """With the mode EXCLUSIVE nobody can read the catalog either."""
    command = [sys.executable, "-c", LOCK, str(root / "catalog.db"), str(seconds), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        yield
        holder.kill()


@pytest.fixture
def flow(shell: Shell) -> str:
    path = shell.write("flow", "%%step a\nx = 1", "%%step b\ny = x + 1")
    assert shell("run", path).code == 0
    return path


def test_a_run_waits_and_says_so(shell: Shell, flow: str) -> None:
    with locked(shell.folder / ".nbflow"):
        answer = shell("run", flow)
    assert answer.code == 0
    assert answer.err.count(SAID) == 1


def test_who_only_reads_does_not_wait_for_a_writer(shell: Shell, flow: str) -> None:
    with locked(shell.folder / ".nbflow", seconds=60):
        answer = shell("status", flow)
    assert (answer.code, answer.err) == (0, "")


def test_the_panel_says_why_it_has_no_answer(shell: Shell, flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_PATIENCE", 0.1)
    root = shell.folder / ".nbflow"
    for file in root.glob("catalog.db-*"):
        file.unlink()  # whoever locks it alone must be the first
    with locked(root, "EXCLUSIVE", 60):
        found = answer("runs", Question(shell.folder, {"path": "flow.ipynb"}))
    assert (found.status, "another process keeps it locked. Try again" in found.text) == (409, True)
    assert answer("runs", Question(shell.folder, {"path": "flow.ipynb"})).status == 200


def test_a_step_in_a_kernel_binds_its_values_although_the_catalog_is_busy(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    try:
        kernel.ok("%%step a\nx = 1")
        ready, go = tmp_path / "ready", tmp_path / "go"
        kernel.ok("import time, pathlib")
        body = (
            f"pathlib.Path({str(ready)!r}).touch()\nwhile not pathlib.Path({str(go)!r}).exists():\n    time.sleep(0.01)"
        )
        message = kernel.send(f"%%step b\n{body}\ny = x + 1")
        while not ready.exists():
            kernel.client.get_iopub_msg(timeout=60)
        with locked(tmp_path / ".nbflow", seconds=600):
            go.touch()
            kernel.wait_for_text(SAID)
            kernel.interrupt()
            reply = kernel.read(message)
            assert reply.error_name == "KeyboardInterrupt"
            assert kernel.value("y") == "2"
        assert kernel.ok("%%step c\nz = y + 1").error == ""
        assert kernel.value("z") == "3"
    finally:
        kernel.stop()
