"""No verb and no call that reads a store runs code of it, or shows its outputs as they are, before it is trusted."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.cards.reading import get_cards
from nbflow.client import Flow
from nbflow.errors import NbflowError, Untrusted
from nbflow.jupyter.panel.answers import ANSWERS, Question, answer
from nbflow.store.store import Store
from nbflow.verbs.table_of_verbs import VERBS
from tests.cli.shell import Shell
from tests.hostile.poison import Poisoned, poison
from tests.jupyter.live import Live

CELLS = (
    "%%parameters\nlevel: int = 1",
    "%%step load\nvalues = [level, 2]\nprint('loaded')",
    "%%step fit --foreach value in values\nscore = value * 2",
    "%%step join --join fit\nbest = [one.score for one in inputs]",
    "%%step broken\nseen = values[0]\n1 / 0",
)
SIGNED = ("by another", "not at all", "before")


@pytest.fixture(params=SIGNED)
def poisoned(request: pytest.FixtureRequest, tmp_path: Path) -> Poisoned:
    """The store of a notebook that has run twice, poisoned afterwards."""
    shell = Shell(tmp_path)
    notebook = shell.write("films", *CELLS)
    for _ in range(2):
        shell("run", notebook)
    return poison(tmp_path / ".nbflow", request.param)


VERBS_THAT_READ = {
    "show": [()],
    "check": [()],
    "params": [()],
    "status": [(), ("--json",)],
    "why": [("fit",)],
    "runs": [()],
    "diff": [("1", "2")],
    "tag": [("1", "first")],
    "note": [("1", "said")],
    "pin": [("1",)],
    "logs": [("load",), ("broken",)],
    "dump": [("load",), ("load", "--value"), ("load", "--file", "FILE"), ("broken", "--value")],
    "report": [("-o", "FILE")],
    "export": [("-o", "FILE.py")],
    "gc": [("--dry-run",), ("--older", "1d", "--dry-run")],
    "du": [()],
    "verify": [()],
    "resume": [(), ("--to", "load")],
    "rerun": [("fit",), ("fit[0]",)],
    "run": [("--reuse",), ()],
    "push": [("--to", "FILE of another store")],
    "pull": [("--from", "FILE of another store")],
    "delete": [("1",)],
}
NO_STORE = {"init", "convert", "import", "sync", "demo", "trust", "env"}
"""Verbs that load no value: the last one exists to allow it."""


def test_every_verb_is_tried() -> None:
    assert {*VERBS} == {*VERBS_THAT_READ} | NO_STORE


def test_no_verb_of_the_shell_runs_code_of_the_store(poisoned: Poisoned, tmp_path: Path) -> None:
    shell, ran = Shell(tmp_path), []
    for verb, calls in VERBS_THAT_READ.items():
        for words in calls:
            given = [word.replace("FILE", str(tmp_path / "written")) for word in words]
            said = shell(verb, str(tmp_path / "films.ipynb"), *given)
            assert "Traceback (most" not in said.err or verb in ("logs", "run", "resume", "rerun")
            assert "\x1b]" not in said.out + said.err
            if poisoned.has_run_code:
                ran.append((verb, *words))
                poisoned.mark.unlink()
    assert ran == []


def read_everything(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield everything with which the client reads a value or an output."""
    flow = Flow("films", folder)
    for run in (flow["1"], flow.latest_run):
        yield f"run {run.id}", lambda run=run: run.data.best
        for step in run:
            for task in step:
                yield f"{task} cards", lambda task=task: list(get_cards(task))
                for artifact in task.artifacts:
                    yield f"{task} {artifact.id}", lambda artifact=artifact: artifact.data
                    yield f"{task} data", lambda task=task, name=artifact.id: getattr(task.data, name)
                    yield f"{task} item", lambda task=task, name=artifact.id: task[name].data


def test_the_client_runs_no_code_of_the_store(poisoned: Poisoned, tmp_path: Path) -> None:
    loaded, refusals = [], []
    for what, read in read_everything(tmp_path):
        try:
            read()
        except (Untrusted, AttributeError) as error:
            refusals.append(str(error))
        else:
            loaded.append(what)
    assert not poisoned.has_run_code
    assert [one for one in loaded if not one.endswith("cards")] == []
    assert not any("\n" in one for one in refusals)


def test_outputs_that_others_signed_are_shown_without_what_a_page_could_run(poisoned: Poisoned, tmp_path: Path) -> None:
    for step in Flow("films", tmp_path)["1"]:
        for task in step:
            assert "script" not in json.dumps(task.outputs)
            assert task.outputs[0]["data"] == {"text/plain": "harmless ]0;owned"}
            assert "nbflow trust" in task.outputs[-1]["text"]


def test_the_panel_runs_no_code_of_the_store_and_sends_no_script(poisoned: Poisoned, tmp_path: Path) -> None:
    query = {"path": "films.ipynb", "run": "1", "task": "1", "then": "1", "now": "2", "step": "fit", "name": "values"}
    with Store.reader(poisoned.root) as reader:
        numbers = [str(task.number) for task in reader.tasks(1, superseded=True)]
    for what in ANSWERS:
        for number in numbers if what in ("task", "value", "versions") else ["1"]:
            value = {"ask": "open", "run": 1, "task": int(number), "name": "values"}
            body = value if what == "value" else {"cells": [], "repair": {}}
            found = answer(what, Question(tmp_path, {**query, "task": number}, json.dumps(body)))
            assert found.status < 500
            assert "<script>" not in found.text
            assert "application/javascript" not in found.text
    assert not poisoned.has_run_code


LINES = (
    *("restore 1/load", "restore 1/join", "restore load", "restore 1/load values --as other", "debug broken", "debug"),
    *("card load", "card 1/fit[0]", "report", "dump load --value", "logs load", "diff 1 2", "status", "why fit"),
    *("restore --dry-run 1/load", "runs", "show", "check", "resume", "run --reuse"),
)


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    module = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    live = Live(module.__dict__, tmp_path, tmp_path / "films.ipynb")
    yield live
    live.session.close()


def test_no_line_and_no_cell_of_a_kernel_runs_code_of_the_store(poisoned: Poisoned, live: Live) -> None:
    ran = []
    for line in LINES:
        said = ""
        try:
            live.use(line)
        except NbflowError as error:
            said = str(error)
        assert "\n" not in said, line
        assert "script" not in json.dumps([one for one in live.screen.replayed if "svg" not in json.dumps(one)]), line
        if poisoned.has_run_code:
            ran.append(line)
            poisoned.mark.unlink()
    assert ran == []


def test_a_cell_reuses_nothing_of_the_store(poisoned: Poisoned, live: Live) -> None:
    for cell in CELLS[:4]:
        live.run(cell)
        assert "script" not in json.dumps(live.screen.replayed)
    assert not poisoned.has_run_code
    assert live.names["best"] == [2, 4]


def test_the_trap_works_once_the_store_is_trusted(poisoned: Poisoned, tmp_path: Path, live: Live) -> None:
    live.use("trust")
    Flow("films", tmp_path)["1"]["load"].task.data.values  # noqa: B018 - to read it loads it
    assert poisoned.has_run_code
    live.use("card load")
    assert "script" in json.dumps(live.screen.replayed)


def test_no_module_of_the_folder_is_imported_before_the_store_is_trusted(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("films", *CELLS)
    shell("run", notebook)
    poisoned = poison(tmp_path / ".nbflow", "by another")
    for name in ("jupyter_core", "cloudpickle", "numpy", "pprint", "blake3", "sqlite3", "json", "helper"):
        (tmp_path / f"{name}.py").write_text(f"open({str(poisoned.mark)!r}, 'w')")
    (tmp_path / "films.ipynb").write_text((tmp_path / "films.ipynb").read_text().replace("level, 2", "level, 2,"))
    shell.write("stars", "from helper import *", *CELLS)
    code = "import sys; from nbflow.__main__ import main; main()"
    for words in (("dump", notebook, "load", "--value"), ("check", "stars.ipynb"), ("status", notebook)):
        subprocess.run(
            [sys.executable, "-P", "-c", code, *words], cwd=tmp_path, check=False, capture_output=True, timeout=60
        )
        assert not poisoned.has_run_code, words
