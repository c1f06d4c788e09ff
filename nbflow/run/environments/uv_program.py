"""Calls uv, which resolves requirements and builds environments."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from nbflow.errors import UvFailed, UvMissing

_LOOKS_EVERY = 0.1
"""While uv works, it is looked every so many seconds whether that was cancelled."""


def call_uv(words: Sequence[str], folder: Path, given: str = "", cancelled: threading.Event | None = None) -> str:
    """Run uv in a folder, with a text as its input, and return what it prints.

    Raises UvMissing, and UvFailed with its reason; also if `cancelled` is set meanwhile.
    """
    command = [_find_uv(), *words, "--no-python-downloads", "--no-progress", "--color", "never"]
    with subprocess.Popen(
        command, cwd=folder, env=_surroundings(), text=True, encoding="utf-8", errors="replace",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        printed, said = _communicate(process, given, cancelled or threading.Event())
    if process.returncode:
        raise UvFailed(_reason(said) or f"uv ended with exit code {process.returncode}")
    return printed


def _communicate(process: subprocess.Popen[str], given: str, cancelled: threading.Event) -> tuple[str, str]:
    rest: str | None = given
    while True:
        try:
            return process.communicate(rest, timeout=_LOOKS_EVERY)
        except subprocess.TimeoutExpired:
            rest = None
            if cancelled.is_set():
                process.kill()
        except BaseException:
            process.kill()
            raise


def _find_uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    if beside.is_file():
        return str(beside)
    if find_spec("uv") is not None:
        import uv  # noqa: PLC0415 - an optional library

        return str(uv.find_uv_bin())
    found = shutil.which("uv")
    if found is None:
        raise UvMissing
    return found


def _surroundings() -> dict[str, str]:
    """Return the environment variables without those that name another environment for uv to work in."""
    apart = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT", "UV_PYTHON", "UV_SYSTEM_PYTHON")
    kept = {name: value for name, value in os.environ.items() if name not in apart}
    return {**kept, "COLUMNS": "10000"}  # else uv breaks the lines of its messages


def _reason(said: str) -> str:
    """Return the lines of uv's message, without warnings and its marks."""
    lines = (line.strip(" ×╰─▶├│").removeprefix("error:").removeprefix("cause:").strip() for line in said.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("warning:"))
