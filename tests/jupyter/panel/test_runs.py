"""Runs, their tasks, and all about one of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.panel.desk import Desk, line_of, statuses

CELLS = (
    "%%parameters\nfactor: int = 2",
    "def times(film):\n    return film * factor",
    "%%step load\nimport pandas as pd\nprint('loading')\nfilms = [3, 1, 2]\nframe = pd.DataFrame({'a': films})",
    "%%step fit --foreach film in films\nif film == 1:\n    times(None)\nscore = times(film)",
    "%%step best --join fit\nbest = max(inputs.score)\nfilms = films + [best]\nfilms",
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run 1 failed in `fit[1]`; run 2 resumed it with that corrected, and is tagged."""
    desk = Desk(tmp_path_factory.mktemp("original"))
    desk.write(*CELLS)
    desk.use("run")
    desk.write(*CELLS[:3], CELLS[3].replace("times(None)", "pass"), CELLS[4])
    desk.use("resume", "--factor", "3", "--tag", "good")
    return desk.folder


@pytest.fixture
def ran(original: Path, desk: Desk) -> Desk:
    """A copy of it, to be changed at will."""
    shutil.copytree(original, desk.folder, dirs_exist_ok=True)
    return desk


def task_of(desk: Desk, run: int, label: str) -> Any:
    found = next(one for one in desk.ask("tasks", run=run)["tasks"] if one["label"] == label)
    return desk.ask("task", run=run, task=found["number"])


def test_without_a_store_there_are_no_runs_and_nothing_is_made(desk: Desk) -> None:
    desk.write(*CELLS)
    assert desk.ask("runs") == {"runs": []}
    assert desk.ask("tasks") == {"run": None, "tasks": []}
    status, found = desk.try_to_ask("run", run=1)
    assert status == 404
    assert found["message"].startswith("flow 'films' has not run yet")
    assert [path.name for path in desk.folder.iterdir()] == ["films.ipynb"]


def test_runs_are_listed_newest_first_with_their_counts(ran: Desk) -> None:
    second, first = ran.ask("runs")["runs"]
    facts = [
        (one["number"], one["kind"], one["status"], one["origin"], one["tags"], one["parameters"], one["total"],
         one["done"], one["reused"], one["failed"]) for one in (second, first)
    ]  # fmt: skip
    assert facts == [
        (2, "resume", "succeeded", 1, ["good"], {"factor": 3}, 5, 4, 1, 0),
        (1, "run", "failed", None, [], {"factor": 2}, 4, 3, 0, 1),
    ]
    assert first["started"] < first["finished"]


def test_a_run_is_shown_as_it_was_with_the_cells_of_today(ran: Desk) -> None:
    first = ran.ask("run", run=1)
    assert statuses(first) == {"load": "done", "fit": "failed", "best": "missing"}
    assert [(step["name"], step["cell"]) for step in first["shape"]["steps"]] == [
        ("load", "cell-3"), ("fit", "cell-4"), ("best", "cell-5"),
    ]  # fmt: skip
    assert statuses(ran.ask("run", run="good")) == {"load": "reused", "fit": "done", "best": "done"}
    assert ran.ask("run")["run"]["number"] == 2


def test_a_run_of_a_part_has_only_that_part(ran: Desk) -> None:
    ran.use("run", "--to", "load")
    assert statuses(ran.ask("run", run=3)) == {"load": "done"}


def test_tasks_are_those_of_the_newest_run_that_has_any(ran: Desk) -> None:
    ran.use("run", "--to", "load")
    found = ran.ask("grid", step="fit")
    assert found["run"]["number"] == 2
    assert [(one["label"], one["item"], one["status"]) for one in found["tasks"]] == [
        ("fit[0]", "3", "done"), ("fit[1]", "1", "done"), ("fit[2]", "2", "done"),
    ]  # fmt: skip
    every = ran.ask("tasks", run=1)["tasks"]
    assert [(one["label"], one["status"], one["reason"].partition(":")[0]) for one in every] == [
        ("load", "done", ""), ("fit[0]", "done", ""), ("fit[1]", "failed", "TypeError"), ("fit[2]", "done", ""),
    ]  # fmt: skip
    assert ran.ask("tasks", run=2)["tasks"][0]["reason"] == "from run 1"


def test_items_that_are_dictionaries_are_called_by_what_is_in_them(desk: Desk) -> None:
    desk.write("%%step fit --foreach cfg in [{'rate': 0.1, 'leaves': 4}]\nscore = cfg['rate']")
    desk.use("run")
    assert [one["item"] for one in desk.ask("tasks")["tasks"]] == ["rate=0.1, leaves=4"]


def test_a_task_tells_its_artifacts_inputs_and_outputs(ran: Desk) -> None:
    load = task_of(ran, 1, "load")
    films, frame = load["artifacts"]
    assert (films["name"], films["type"], films["text"]) == ("films", "list", "3 items: [3, 1, 2]")
    assert (frame["type"], frame["shape"], frame["columns"]) == ("pandas.DataFrame", [3, 1], [["a", "int64"]])
    assert "<table" in frame["head"]
    assert load["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "loading\n"}]
    assert (load["failure"], load["signer"], load["restorable"], load["attempt"]) == (None, None, True, 0)
    best = task_of(ran, 2, "best")
    assert [(one["name"], one["text"], one["source"]) for one in best["inputs"]] == [
        ("films", "3 items: [3, 1, 2]", "2/load"), ("inputs", "3 tasks", "2/fit"),
    ]  # fmt: skip
    assert best["outputs"][-1]["data"]["text/plain"] == "[3, 1, 2, 9]"
    fit = task_of(ran, 2, "fit[2]")
    assert [(one["name"], one["text"]) for one in fit["artifacts"]] == [("film", "2"), ("score", "6")]


def test_a_reused_task_tells_where_it_is_from(ran: Desk) -> None:
    load = task_of(ran, 2, "load")
    assert (load["task"]["status"], load["source"], load["key"] != "") == ("reused", "1/load", True)
    assert load["outputs"][0]["text"] == "loading\n"


def test_a_failure_leads_to_the_cells(ran: Desk) -> None:
    fit = task_of(ran, 1, "fit[1]")
    failure = fit["failure"]
    assert failure["type"] == "TypeError"
    assert [(one["cell"], one["line"], one["function"]) for one in failure["frames"]] == [
        ("cell-4", 3, "<module>"), ("cell-2", 2, "times"),
    ]  # fmt: skip
    assert "times(None)" in failure["traceback"]
    assert (fit["restorable"], fit["task"]["reason"]) == (False, f"TypeError: {failure['message']}")


def test_a_task_says_why_it_would_run_again(ran: Desk) -> None:
    assert task_of(ran, 2, "fit[0]")["why"] == []
    assert task_of(ran, 1, "fit[0]")["why"] == ["its code changed", "parameter factor is 3, before 2"]


def test_a_checkpoint_of_somebody_else_is_said_to_be_theirs(ran: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(ran.folder / "somebody"))
    signer = task_of(ran, 1, "load")["signer"]
    assert isinstance(signer, str)
    assert signer


def test_a_checkpoint_without_its_objects_cannot_be_restored(desk: Desk) -> None:
    desk.write("%%step big\nimport numpy as np\nbig = np.zeros(100_000)")
    desk.use("run")
    assert task_of(desk, 1, "big")["restorable"]
    for blob in (desk.folder / ".nbflow" / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    assert not task_of(desk, 1, "big")["restorable"]


def test_figures_have_a_picture(desk: Desk) -> None:
    desk.write("%%step draw\nfrom matplotlib.figure import Figure\nfigure = Figure()")
    desk.use("run")
    assert task_of(desk, 1, "draw")["artifacts"][0]["image"].startswith("iVBOR")


def test_a_report_is_a_page(ran: Desk) -> None:
    status, page = ran.try_to_ask("report", run=2)
    assert status == 200
    assert "<title>films · run 2</title>" in page


@pytest.mark.parametrize(
    ("what", "query", "status", "words"),
    [
        ("run", {"run": 9}, 404, "no run '9'"),
        ("run", {"run": "nonsense"}, 404, "no run 'nonsense'"),
        ("grid", {"run": 1, "step": "nowhere"}, 404, "no step 'nowhere'"),
        ("grid", {"run": 1}, 400, "'step' is missing"),
        ("task", {"run": 1, "task": 99}, 404, "no task '1/99'"),
        ("task", {"run": 1, "task": "x"}, 400, "'task' is not the number of a task"),
        ("task", {"run": 1}, 400, "'task' is missing"),
        ("diff", {}, 400, "'runs' is missing"),
        ("diff", {"runs": "1"}, 400, "one run has no differences"),
        ("diff", {"runs": "1,1"}, 400, "one run has no differences"),
        ("diff", {"runs": "1,9"}, 404, "no run '9'"),
        ("runs", {"path": "../films.ipynb"}, 404, "there is no notebook"),
        ("runs", {"path": "nowhere.ipynb"}, 404, "there is no notebook"),
        ("runs", {"path": ""}, 404, "there is no notebook"),
        ("runs", {"path": "a\0b"}, 404, "there is no notebook"),
    ],
)
def test_what_is_not_there_is_said(ran: Desk, what: str, query: dict[str, object], status: int, words: str) -> None:
    found, answer = ran.try_to_ask(what, **query)
    assert found == status
    assert words in answer["message"]


def test_a_way_out_of_the_servers_folder_is_no_way(ran: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = Desk(tmp_path_factory.mktemp("outside"))
    outside.write(*CELLS)
    os.symlink(outside.folder, ran.folder / "link")
    os.symlink(outside.folder / "films.ipynb", ran.folder / "linked.ipynb")
    for path in ("link/films.ipynb", "linked.ipynb", f"{outside.folder}/films.ipynb", "link/../../films.ipynb"):
        assert ran.try_to_ask("runs", path=path)[0] == 404


def test_a_damaged_store_is_said_to_be_damaged(ran: Desk) -> None:
    catalog = ran.folder / ".nbflow" / "catalog.db"
    for path in catalog.parent.glob("catalog.db*"):
        path.unlink()
    Path(catalog).write_bytes(b"no database at all" * 500)
    for what, query in (("runs", {}), ("run", {"run": 1}), ("tasks", {})):
        status, found = ran.try_to_ask(what, **query)
        assert status == 409
        assert "Move it away" in found["message"]


def test_a_store_that_is_damaged_inside_is_said_to_be_damaged(ran: Desk) -> None:
    catalog = ran.folder / ".nbflow" / "catalog.db"
    with sqlite3.connect(catalog) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tasks_place'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    data = bytearray(catalog.read_bytes())
    data[(root - 1) * size : root * size] = b"\xff" * size
    catalog.write_bytes(data)
    status, found = ran.try_to_ask("run", run=1)
    assert status == 409
    assert "malformed" in found["message"]


def test_what_is_posted_must_be_what_the_protocol_says(ran: Desk) -> None:
    assert ran.try_to_ask("flow", {"cells": 3})[0] == 400
    assert ran.try_to_ask("flow", [])[0] == 400
    assert ran.try_to_ask("flow", {"cells": [{"id": "a"}]})[0] == 400


def test_a_loop_counts_as_one_task(desk: Desk) -> None:
    desk.write("%%step grow --while again\nn = 0\nn = n + 1\nagain = False", "%%step end\nend = n")
    desk.use("run")
    grow = line_of(desk.ask("run", run=1), "grow")
    assert (grow["total"], grow["done"]) == (1, 1)
