"""Holds what each entry point may not import, so that it answers at once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.jupyter.panel.answers import ANSWERS
from nbflow.jupyter.panel.requests import POSTED, REQUESTS
from tests.flows import notebook_of

COMMAND = "import sys\nfrom nbflow.__main__ import main\ntry: main()\nexcept SystemExit: pass"
SCRIPT = """
from nbflow import FlowSpec, step
class Short(FlowSpec):
    @step
    def start(self):
        self.next(self.end)
    @step
    def end(self):
        pass
if __name__ == "__main__":
    import os, sys
    leave, os._exit = os._exit, lambda code: (print("\\n" + str(sorted(sys.modules)), flush=True), leave(code))
    Short()
"""

LIBRARIES = frozenset(
    {
        "IPython",
        "asyncio",
        "cloudpickle",
        "cryptography",
        "email",
        "graphviz",
        "importlib.metadata",
        "jupytext",
        "nbformat",
        "rich",
    }
)
"""Takes long to import, and only few verbs need any of it."""

RUNNING = frozenset({"multiprocessing", "nbflow.run.executor", "nbflow.run.task.performer"})
WRITING = frozenset({"nbflow.export", "nbflow.importing", "nbflow.notebook.init.files", "nbflow.script"})
BUCKETS = frozenset({"nbflow.store.blobs.bucket", "nbflow.store.team", "obstore", "tomllib"})
"""Is needed only where the store is in a bucket."""

LOOKING = BUCKETS | LIBRARIES | RUNNING | WRITING | {"nbflow.client", "nbflow.store.pickling.pickler"}
CHECKS = frozenset({"nbflow.flow.checks.rules"})
BESIDE_JUPYTEXT = frozenset(
    {"arrow", "jupyter_client", "jupyter_server", "markdown_it", "rfc3987_syntax", "tornado", "zmq"}
)


def loaded(code: str, *words: str, folder: Path | None = None) -> set[str]:
    """Return the modules that a new process has imported when it ends."""
    asking = f"{code}\nimport sys\nprint('\\n' + str(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", asking, *words], capture_output=True, text=True, check=True, cwd=folder
    )
    return modules_in(done.stdout)


def modules_in(output: str) -> set[str]:
    last = output.splitlines()[-1]
    return set(json.loads(last.replace("'", '"')))


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    sources = ["import math", "%%step a\nx = math.pi", "%%step b\ny = x + 1"]
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
        for n, text in enumerate(sources)
    ]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "films.ipynb").write_text(json.dumps(content))
    return "films.ipynb"


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_the_command_answers_before_it_loads_anything_heavy(words: list[str]) -> None:
    heavy = {"rich", "sqlite3", "graphviz", "IPython", "nbflow.run", "nbflow.flow", "nbflow.store"}
    assert not loaded(COMMAND, *words) & heavy


@pytest.mark.parametrize(
    ("verb", "never"),
    [
        ("status", LOOKING | CHECKS),
        ("runs", LOOKING | CHECKS),
        ("params", LOOKING),
        ("du", LOOKING | {"nbflow.history"}),
        ("show", LOOKING),
        ("check", LOOKING),
    ],
)
def test_a_verb_that_looks_imports_nothing_that_runs_or_writes(
    verb: str, never: frozenset[str], notebook: str, tmp_path: Path
) -> None:
    assert not loaded(COMMAND, verb, notebook, folder=tmp_path) & never


def test_a_run_that_is_not_shown_in_a_terminal_loads_no_tables(notebook: str, tmp_path: Path) -> None:
    heavy = {"rich", "graphviz", "IPython", "nbflow.client", "dask", "distributed", "nbflow.run.hosts", *BUCKETS}
    assert not loaded(COMMAND, "run", notebook, folder=tmp_path) & heavy


def test_a_run_loads_what_writes_an_executed_notebook_only_when_it_writes_one(notebook: str, tmp_path: Path) -> None:
    writing = {"html", "nbflow.history.executed", "nbflow.history.executed_file", "nbflow.history.step_outputs"}
    assert not loaded(COMMAND, "run", notebook, folder=tmp_path) & writing
    assert writing <= loaded(COMMAND, "run", notebook, "-o", "executed.ipynb", folder=tmp_path)


@pytest.mark.parametrize(("words", "starts"), [((), True), (("--reuse",), False)])
def test_a_run_starts_processes_only_for_what_is_not_stored(
    words: tuple[str, ...], starts: bool, notebook: str, tmp_path: Path
) -> None:
    asking = f"{COMMAND}\nfrom nbflow.run.workers.fork_server import has_fork_server\nprint(has_fork_server())"
    loaded(COMMAND, "run", notebook, folder=tmp_path)
    command = [sys.executable, "-c", asking, "run", notebook, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == str(starts)


def test_a_worker_finds_all_that_it_needs_in_its_fork_server(tmp_path: Path) -> None:
    seen = "[one for one in sys.modules if one.startswith('nbflow.')]"
    cells = ["import sys", "%%step a\nx = 1", f"%%step b\nprint(x, {seen})"]
    (tmp_path / "seen.ipynb").write_text(notebook_of(cells))
    command = [sys.executable, "-m", "nbflow", "run", "seen.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    in_worker = {*re.findall(r"'(nbflow\.[\w.]+)'", done.stdout)}
    server = loaded("import nbflow.run.workers.preload, nbflow.run.workers.cell_performer")
    assert "nbflow.run.task.performer" in in_worker
    assert in_worker <= server


def test_a_worker_loads_only_what_performs_tasks() -> None:
    found = loaded("import nbflow.run.workers.worker, nbflow.run.task.performer")
    elsewhere = {
        "nbflow.flow.checks",
        "nbflow.flow.graph.linking",
        "nbflow.flow.reading",
        "nbflow.flow.files.fileorder",
    }
    never = {"nbflow.history", "nbflow.progress", "nbflow.run.executor", "click", "concurrent.futures", "importlib.abc"}
    assert not found & (elsewhere | never)


def test_a_text_notebook_is_read_without_the_jupyter_server(tmp_path: Path) -> None:
    (tmp_path / "films.py").write_text("# %%step a\nx = 1\n")
    found = loaded(COMMAND, "check", "films.py", folder=tmp_path)
    assert "jupytext" in found
    assert not found & BESIDE_JUPYTEXT


def test_a_notebook_is_imported_without_the_grammar_of_addresses(tmp_path: Path) -> None:
    (tmp_path / "short.py").write_text(SCRIPT)
    found = loaded(COMMAND, "import", "short.py", "short.ipynb", folder=tmp_path)
    assert (tmp_path / "short.ipynb").exists()
    assert not found & BESIDE_JUPYTEXT


def test_a_program_that_uses_nbflow_gets_the_whole_of_jupytext(tmp_path: Path) -> None:
    (tmp_path / "films.py").write_text("# %%step a\nx = 1\n")
    code = "from pathlib import Path\nfrom nbflow.notebook.read import read_notebook\nread_notebook(Path('films.py'))"
    found = loaded(code, folder=tmp_path)
    assert {"jupytext.sync_contentsmanager", "markdown_it", "rfc3987_syntax"} <= found


def test_a_script_imports_only_what_starts_a_run(tmp_path: Path) -> None:
    (tmp_path / "short.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "short.py", "run"], capture_output=True, text=True, check=True, cwd=tmp_path)
    never = {
        "IPython",
        "asyncio",
        "cloudpickle",
        "email",
        "graphviz",
        "importlib.metadata",
        "nbflow.client",
        "nbflow.flow.checks.rules",
        "nbflow.flow.graph.linking",
        "nbflow.flow.reading.cells",
        "nbflow.run.task.performer",
        "nbflow.run.workers.worker",
        "nbflow.store.pickling.pickler",
        "rich",
    }
    assert not modules_in(done.stdout) & (never | BUCKETS)


def test_the_jupyter_server_starts_before_the_answers_are_loaded() -> None:
    found = {name for name in loaded("import nbflow.jupyter.server") if name.startswith("nbflow.")}
    assert found == {
        "nbflow.jupyter",
        "nbflow.jupyter.panel",
        "nbflow.jupyter.panel.requests",
        "nbflow.jupyter.server",
    }


def test_every_request_has_an_answer() -> None:
    assert tuple(ANSWERS) == REQUESTS
    assert set(REQUESTS) >= POSTED


def test_importing_nbflow_loads_nothing_of_it() -> None:
    assert not [name for name in loaded("import nbflow") if name.startswith("nbflow.")]
