"""To look at a notebook runs no code: not its own, not that of its folder, not that of its settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.jupyter.panel.answers import ANSWERS, Question, answer
from nbflow.jupyter.panel.requests import POSTED
from tests.hostile.traps import lay_traps
from tests.jupyter.serving import PATIENCE

BOOKS = ("valid.ipynb", "flow.ipynb", "plain.ipynb", "paired.ipynb", "text.py", "header.py")
LOOKS = [
    *[[verb, book] for book in BOOKS for verb in ("check", "show", "params", "status", "runs", "du")],
    *[["why", book, "load"] for book in BOOKS],
    *[["show", book, form] for book in BOOKS[:1] for form in ("--dot", "--mermaid")],
    *[["init", book, "--dry-run"] for book in BOOKS],
    *[["run", book, "--help"] for book in BOOKS[:1]],
    *[["init", "plain.ipynb", "-o", "made.ipynb"], ["import", "script.py", "imported.ipynb"]],
    *[
        ["import", "script.py", "imported.py"],
        ["import", "decorated.py", "no.ipynb"],
        ["import", "refused.py", "no.ipynb"],
        ["convert", "paired.ipynb", "--to", "comment"],
    ],
    *[["export", book, f"exported{n}.py"] for n, book in enumerate(BOOKS)],
    *[["report", "flow.ipynb"], ["verify", "flow.ipynb"], ["gc", "flow.ipynb"], ["logs", "flow.ipynb", "load"]],
    ["sync", "exported0.py", "valid.ipynb"],
]
DRIVER = """
import json, sys
from click.testing import CliRunner
from nbflow.cli.main import nbflow
said = []
for words in json.load(sys.stdin):
    done = CliRunner().invoke(nbflow, words, prog_name="nbflow")
    crashed = done.exception and not isinstance(done.exception, SystemExit)
    said.append([words, done.exit_code, repr(done.exception) if crashed else "", done.output])
print(json.dumps(said))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hostile").mkdir()
    return tmp_path / "hostile"


def test_no_verb_that_looks_runs_code(folder: Path, tmp_path: Path) -> None:
    ran = lay_traps(folder)
    (tmp_path / "driver.py").write_text(DRIVER)
    done = subprocess.run(
        [sys.executable, tmp_path / "driver.py"], cwd=folder, input=json.dumps(LOOKS), text=True, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert not ran.exists(), ran.read_text()
    assert [(words, error) for words, _, error, _ in said if error] == []
    answered = {words[0] for words, code, _, _ in said if code == 0}
    assert {"show", "params", "init", "import", "convert", "run", "export", "sync", "check"} <= answered, said


def test_the_command_runs_no_module_of_the_working_directory(folder: Path) -> None:
    ran = lay_traps(folder)
    scripts = Path(sys.executable).parent
    for command in ([str(scripts / "nbflow")], [sys.executable, "-m", "nbflow"]):
        done = subprocess.run(
            [*command, "show", "text.py"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert not ran.exists(), (command, ran.read_text())
        assert "load" in done.stdout, done


def test_the_panel_runs_no_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = lay_traps(folder)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder.parent)
    for book in BOOKS:
        for what in ANSWERS:
            query = {"path": book, "run": "1", "task": "1", "then": "1", "now": "1", "step": "load"}
            sent = [
                {"id": str(n), "source": one, "type": "code", "tags": []}
                for n, one in enumerate(_sources(folder / "flow.ipynb"))
            ]
            body = json.dumps({"cells": sent, "source": sent[0]["source"]}) if what in POSTED else ""
            assert answer(what, Question(folder, query, body)).status < 500
    assert not ran.exists(), ran.read_text()


def test_the_traps_work(folder: Path) -> None:
    ran = lay_traps(folder)
    (folder / "cells.py").write_text("\n".join(_sources(folder / "flow.ipynb")[2:4]))
    for name in ("helper.py", "cells.py"):
        subprocess.run([sys.executable, "-W", "ignore", name], cwd=folder, capture_output=True, check=False)
    words = {"module helper", "metaclass", "field", "decorator", "annotation", "default", "result"}
    assert words <= {*ran.read_text().split(";")}


def _sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]
