"""Starts the fork server before the flow is read, because its own imports take as long as all that the driver does.

What it must know is seen in the syntax of the file: the modules to import, and whether tasks run side by side.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbflow.run.workers.fork_server import has_fork_server, start_fork_server

WIDEST = 16
"""A foreach is taken to be so wide."""

_OWN = ("nbflow.run.workers.worker", "nbflow.script.execution.script_performer", "nbflow")


def start_workers_early(file: Path, max_workers: int | None) -> None:
    """Start the fork server with what a script imports; errors of the script are reported later, by the command."""
    if has_fork_server():
        return
    try:
        nodes = list(ast.walk(ast.parse(file.read_bytes())))
    except (OSError, SyntaxError, ValueError):
        return
    foreign = sorted(name for name in set(_imported(nodes)) if not _is_local(name, file.parent))
    start_fork_server([*_OWN, *foreign], most_workers(_width(nodes), max_workers))


def most_workers(width: int, max_workers: int | None) -> int:
    """Return how many workers can be busy if so many tasks may run at once: up to twice the number of processors."""
    usual = max(4, 2 * (os.cpu_count() or 1))
    return max(1, min(max_workers or min(WIDEST, usual), width))


def _imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _is_local(name: str, folder: Path) -> bool:
    """Return whether a module lies beside the script: it may change while the server lives."""
    top = folder / name.partition(".")[0]
    return top.is_dir() or top.with_suffix(".py").is_file()


def _width(nodes: Iterable[ast.AST]) -> int:
    """Return how many tasks the transitions of a class can let run at once."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "next"]
    if any(keyword.arg == "foreach" for call in calls for keyword in call.keywords):
        return WIDEST
    return 1 + sum(max(0, len(call.args) - 1) for call in calls)
