"""Notebooks run as IPython runs them: every cell from the first to the last, in one process.

`python -m tests.notebooks.plain` reads one line of JSON for each, a notebook and the folder to run it in, and answers
with a line as `Ran` has it.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

from nbflow.notebook.read import read_cells
from tests.notebooks.values import portraits
from tests.soundness.warm import LIBRARIES as SCIENCE

ROOT = Path(__file__).parents[2]
LIBRARIES = (
    *SCIENCE,
    "jupytext",
    "IPython.core.completer",
    "IPython.core.pylabtools",
    "matplotlib_inline.backend_inline",
)
HEADERS = ("%%step", "%%parameters", "%%shared", "#| step:", "#| parameters", "#| shared", "%load_ext nbflow")
TIMES = re.compile(r"^(CPU times|Wall time|Compiler time)|per loop \(mean")


@dataclass
class Ran:
    """What a notebook did.

    `printed` has the lines by the number of the cell, `values` a portrait of each name at the end, `failed` the cell
    that raised an error, and which.
    """

    name: str
    printed: dict[int, list[str]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    failed: str = ""

    def unlike(self, other: Ran) -> set[str]:
        """The names whose values differ, and `print` where other lines were printed."""
        names = {name for name in {*self.values, *other.values} if self.values.get(name) != other.values.get(name)}
        return names if self.lines == other.lines else {*names, "print"}

    @property
    def lines(self) -> list[str]:
        return [line for _, lines in sorted(self.printed.items()) for line in lines]


class Quiet(DisplayHook):
    """Keeps the value of a cell where `_` finds it, and does not print it."""

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None: ...


class Nowhere(DisplayPublisher):
    """Publishes what is displayed to nobody."""

    def publish(self, data: Any, *args: Any, **more: Any) -> None: ...


class Shell(InteractiveShell):
    """IPython without a terminal and without a kernel."""

    displayhook_class = Type(Quiet)
    display_pub_class = Type(Nowhere)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no event loop: `%matplotlib` asks for one."""


def run(path: Path) -> Ran:
    """Run a notebook in this process, in the working directory. Lines that are nbflow's own are left out."""
    shell, ran = Shell.instance(), Ran(path.stem)
    sys.stdout = printed = io.StringIO()  # the same one in every cell: a logging handler may have kept it
    sys.modules["__main__"].__dict__.pop("__file__", None)
    for cell in read_cells(path):
        result = shell.run_cell(without_headers(cell.source), store_history=True)  # type: ignore[no-untyped-call]
        if text := printed.getvalue():
            ran.printed[cell.number] = steady(text)
        printed.seek(0)
        printed.truncate()
        if not result.success:
            ran.failed = f"cell {cell.number}: {result.error_before_exec or result.error_in_exec!r}"
            break
    ran.values = portraits(shell.user_ns, hidden=set(shell.user_ns_hidden))
    return ran


def steady(printed: str) -> list[str]:
    """The lines of a cell, without those that tell how long something took."""
    return [line for line in printed.splitlines() if not TIMES.search(line)]


def without_headers(source: str) -> str:
    """The text of a cell, its lines for nbflow left empty."""
    lines = ("" if line.startswith(HEADERS) else line for line in source.split("\n"))
    return "\n".join(lines)


def run_apart(path: Path, folder: Path) -> Ran:
    """Run a notebook in a fork of this process, in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _answer(path, folder, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    return _ran(json.loads(answer)) if answer else Ran(path.stem, failed="the process ended")


def _answer(path: Path, folder: Path, writing: int) -> None:
    try:
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        with os.fdopen(writing, "w") as pipe:
            json.dump(asdict(run(path.absolute())), pipe)
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        os._exit(0)


def _ran(facts: Mapping[str, Any]) -> Ran:
    return Ran(**{**facts, "printed": {int(number): lines for number, lines in facts["printed"].items()}})


class Plain:
    """A process that has imported the libraries, and runs notebooks in forks of itself: they start at once."""

    def __init__(self) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.notebooks.plain"],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, path: Path, folder: Path) -> Ran:
        """Run a notebook in the folder, which is made if there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(path), str(folder)]) + "\n")
        self._process.stdin.flush()
        return _ran(json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()  # or each fork would look through all of it, and copy it by that
    for line in sys.stdin:
        print(json.dumps(asdict(run_apart(*map(Path, json.loads(line))))), flush=True)
