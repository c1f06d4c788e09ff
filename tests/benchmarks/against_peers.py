"""The same work with nbflow and with its peers, in turn; prints seconds and megabytes as tables.

pip install 'jupyter-nbflow[bench]' kishu marimo papermill joblib
python -m tests.benchmarks.against_peers [ROUNDS]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.manager import KernelManager

from tests.benchmarks import peer_works as works
from tests.benchmarks.peer_works import LARGE, SMALL, Part

Write = Callable[[Sequence[Part]], str]
Row = Mapping[str, Sequence[float]]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Tool:
    """How a tool runs a whole work, and runs it again with what it has kept; None if it keeps nothing."""

    file: str
    write: Write
    run: str
    again: str | None = None
    after_edit: str | None = None


TOOLS = {
    "nbflow": Tool(
        "work.ipynb",
        lambda parts: works.notebook(works.step_cells(parts)),
        "nbflow run work.ipynb",
        *["nbflow run work.ipynb --reuse"] * 2,
    ),
    "papermill": Tool(
        "work.ipynb", lambda parts: works.notebook(works.plain_cells(parts)), "papermill work.ipynb out.ipynb"
    ),
    "Metaflow": Tool("work.py", works.flow_spec, "python work.py run", None, "python work.py resume {last}"),
    "marimo": Tool("work.py", works.cached_app, *["python work.py"] * 3),
    "joblib": Tool("work.py", works.memory_script, *["python work.py"] * 3),
}
"""Kishu has no command that runs a notebook; it is in the second table."""


def whole_processes(rounds: int) -> None:
    """Print the seconds of whole processes, of which each starts cold."""
    heads = ["twenty cells", "large, first", "large, again", "last cell edited", "MB kept"]
    found: dict[str, list[list[float]]] = {tool: [[] for _ in heads] for tool in TOOLS}
    for _ in range(rounds):
        for name, tool in TOOLS.items():
            for column, figure in zip(found[name], _figures(tool), strict=True):
                column += [figure] if figure is not None else []
    _print("whole process, seconds", heads, found)


def _figures(tool: Tool) -> Iterator[float | None]:
    with _folder() as folder:
        yield _time(folder, tool, tool.run, SMALL)
    with _folder() as folder:
        yield _time(folder, tool, tool.run, LARGE)
        kept = _megabytes(folder)
        yield _time(folder, tool, tool.again, LARGE) if tool.again else None
        yield _time(folder, tool, tool.after_edit, works.edited(LARGE)) if tool.after_edit else None
        yield kept if tool.again or tool.after_edit else None


def _time(folder: Path, tool: Tool, command: str, parts: Sequence[Part]) -> float:
    (folder / tool.file).write_text(tool.write(parts))
    python = Path(sys.executable).parent
    env = {
        **os.environ,
        "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        "METAFLOW_USER": "bench",
        "METAFLOW_HOME": str(folder),
    }
    words = command.format(last=parts[-1].name).split()
    began = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return took


@dataclass(frozen=True)
class Session:
    """The cells of a session that keeps 500 MB, changes one element of it, and gets the first state back."""

    prepare: str
    make: str = "big = numpy.random.default_rng(0).standard_normal(62_500_000)"
    change: str = "big[7] = 1.0"
    back: str | None = None


PLAIN = Session("pass")
SESSIONS = {
    "nbflow": Session(
        "%load_ext nbflow", f"%%step make\n{PLAIN.make}", f"%%step change\n{PLAIN.change}", "%flow restore make"
    ),
    "Kishu": Session(
        "from kishu import init_kishu; init_kishu('work.ipynb')",
        back="_kishu.checkout(_kishu._kishu_commit.keys_like('1:')[-2], skip_notebook=True)",
    ),
    "joblib": Session(
        "from joblib import dump, load",
        f"{PLAIN.make}; dump(big, 'first')",
        f"{PLAIN.change}; dump(big, 'second')",
        "big = load('first', mmap_mode='c')",
    ),
}


def sessions(rounds: int) -> None:
    """Print what keeping and getting back costs in a kernel, beyond the seconds of the same cells without the tool."""
    heads = ["500 MB kept, s", "one element changed, s", "MB new for that", "first state back, s"]
    found: dict[str, list[list[float]]] = {tool: [[] for _ in heads] for tool in SESSIONS}
    for _ in range(rounds):
        plain = _in_kernel(PLAIN)
        for name, session in SESSIONS.items():
            figures = _in_kernel(session)
            for column, figure, without in zip(found[name], figures, (plain[0], plain[1], 0.0, 0.0), strict=True):
                column.append(figure - without)
    _print("in a kernel, beyond the cell itself", heads, found)


def _in_kernel(session: Session) -> list[float]:
    with _folder() as folder, _kernel(folder) as run:
        run(session.prepare)
        run(works.IMPORTS)
        made = run(session.make)
        before = _megabytes(folder)
        changed = run(session.change)
        new = _megabytes(folder) - before
        back = run(session.back) if session.back else 0.0
        run("assert big[7] != 1.0" if session.back else "assert big[7] == 1.0")
        return [made, changed, new, back]


@contextmanager
def _kernel(folder: Path) -> Iterator[Callable[[str], float]]:
    (folder / "work.ipynb").write_text(works.notebook([]))
    manager = KernelManager(kernel_name="python3", connection_file=str(folder / "kernel-1.json"))
    manager.start_kernel(cwd=str(folder), env={**os.environ, "ENV_KISHU_TEST_MODE": "yes"})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def run(cell: str) -> float:
        began = time.perf_counter()
        reply = client.execute_interactive(cell, output_hook=lambda message: None, timeout=600)
        if reply["content"]["status"] != "ok":
            sys.exit("\n".join(reply["content"]["traceback"]))
        return time.perf_counter() - began

    try:
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _megabytes(folder: Path) -> float:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _print(title: str, heads: Sequence[str], found: Mapping[str, Sequence[Sequence[float]]]) -> None:
    print(f"| {' | '.join([title, *heads])} |\n|{'---|' * (len(heads) + 1)}")
    for name, columns in found.items():
        medians = [f"{statistics.median(column):.3g}" if column else "—" for column in columns]
        print(f"| {' | '.join([name, *medians])} |", flush=True)
    print()


if __name__ == "__main__":
    ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    sessions(ROUNDS)
    whole_processes(ROUNDS)
