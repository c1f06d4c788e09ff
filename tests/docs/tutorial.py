"""Runs the tutorial: `python -m tests.docs.tutorial` writes what its commands print into docs/tutorial.md.

A block of Python with a title is a file, a block of sh is run, and the block of text below it is what that prints.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial.md"
BLOCK = re.compile(r'^```(python|sh|text)(?: title="([^"]+)")?\n(.*?)^```$', re.M | re.S)
CHANGING = (
    (r"\bjust now\b", "0 s ago"),
    (r"\b\d+(\.\d+)? (ms|s|m|min|h)\b", "0 s"),
    (r"(?m)^.*in <listcomp>\n.*\n", ""),  # newer versions of Python have no such frame
    (r"(?m)^.*[~^]{2,}.*\n", ""),
    (r"(?m) · [\d.]+ [kMG]B( · CPU 0 s)?$", ""),  # the memory that a task held, and its processor time
    (r"\bfor user:\w+", "for user:me"),
    (r" +", " "),
    (r"\b[1-9]\d* workers?", "2 workers"),
)
"""What differs from run to run and from machine to machine."""


def run_tutorial(page: str, folder: Path) -> str:
    """Return the page with what its commands print today."""
    printed = ""
    parts: list[str] = []
    end = 0
    for block in BLOCK.finditer(page):
        kind, title, text = block.groups()
        parts.append(page[end : block.start()])
        end = block.end()
        if kind == "python" and title:
            (folder / title).write_text(text)
        elif kind == "sh":
            printed = _run(text, folder)
        parts.append(f"```text\n{printed}```" if kind == "text" else block.group())
    return "".join((*parts, page[end:]))


def outputs(page: str) -> list[list[str]]:
    """Return the lines that each command prints, sorted, and without what differs from run to run."""
    return [sorted(_settle(block.group(3)).splitlines()) for block in BLOCK.finditer(page) if block.group(1) == "text"]


def _settle(text: str) -> str:
    for pattern, stand_in in CHANGING:
        text = re.sub(pattern, stand_in, text)
    return text


def _run(script: str, folder: Path) -> str:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "USER": "me"}
    environment.pop("NBFLOW_HOME", None)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    lines = "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
    return f"{lines}\n".replace(str(folder), ".") if lines else ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        PAGE.write_text(run_tutorial(PAGE.read_text(), Path(temporary)))
