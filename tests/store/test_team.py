"""A store in a bucket that several machines use: each has a disk of its own, and only the bucket is shared."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path

import pytest

from tests.buckets import Fault, Machine, new_machine, spoiling

pytest.importorskip("obstore", reason="obstore is missing: pip install 'jupyter-nbflow[s3]'")

CELLS = (
    "import numpy as np",
    "%%step load\nrows = list(range(20))\ntable = np.arange(3_000_000)",
    "%%step square --foreach row in rows\nsquared = row * row",
    "%%step total --join square\ntotal = sum(one.squared for one in inputs) + int(table[-1])",
    "%%step show\nprint('the total is', total)",
)


class Machines:
    """Makes machines that share a place in the bucket of a server."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder, self.endpoint = folder, endpoint
        self.url = f"s3://team/{uuid.uuid4()}"

    def new(self, name: str, endpoint: str = "", **variables: str) -> Machine:
        return new_machine(self.folder / name, self.url, endpoint or self.endpoint, CELLS, **variables)


@pytest.fixture
def machines(tmp_path: Path, server: str) -> Machines:
    return Machines(tmp_path, server)


def catalog_of(machine: Machine) -> Path:
    [found] = (machine.folder / "cache").rglob("catalog.db")
    return found


def ask(machine: Machine, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(catalog_of(machine))) as db:
        return db.execute(query).fetchall()


ARTIFACTS = """SELECT steps.text, hex(path), names.text, component, idx FROM artifacts JOIN tasks ON tasks.id = task
    JOIN names AS steps ON steps.id = step JOIN names ON names.id = artifacts.name ORDER BY 1, 2, 3"""


def test_another_machine_sees_and_reuses_all_that_one_made(machines: Machines, tmp_path: Path) -> None:
    one, two = machines.new("one"), machines.new("two")
    local = new_machine(tmp_path / "local", str(tmp_path / "store"), "", CELLS)
    local.nbflow("run", "flow.ipynb")
    assert "23 ran" in one.nbflow("run", "flow.ipynb", "--tag", "good")
    assert "23 ran" in two.nbflow("runs", "flow.ipynb")
    assert "the total is 3002469" in two.nbflow("logs", "flow.ipynb", "show")
    assert "0 ran · 23 reused" in two.nbflow("run", "--reuse", "flow.ipynb")
    with closing(sqlite3.connect(tmp_path / "store" / "catalog.db")) as db:
        made = db.execute(ARTIFACTS).fetchall()
    assert [row for row in ask(two, ARTIFACTS) if row in made] == sorted([*made, *made])
    assert "every stored object is intact" in two.nbflow("verify")
    assert [number for (number,) in ask(one, "SELECT number FROM runs")] == [1]
    one.nbflow("runs", "flow.ipynb")
    assert ask(one, "SELECT number FROM runs") == [(1,), (2,)]


LOOKING_BACK = """
import json
from pathlib import Path
from nbflow import Flow
from nbflow.jupyter.panel.answers import Question, answer
print(Flow("flow").latest_run["total"].task.data.total)
asked = Question(Path.cwd(), {"path": "flow.ipynb"}, json.dumps({"cells": []}))
print([run["number"] for run in json.loads(answer("runs", asked).text)["runs"]])
"""


def test_the_client_and_the_panel_look_back_on_an_empty_disk(machines: Machines) -> None:
    machines.new("one").nbflow("run", "flow.ipynb")
    two = machines.new("two")
    command = [sys.executable, "-c", LOOKING_BACK]
    said = subprocess.run(command, cwd=two.folder, env=two.environment, capture_output=True, text=True, check=True)
    assert said.stdout == "3002469\n[1]\n"


def test_what_is_said_of_a_run_reaches_others(machines: Machines) -> None:
    one, two = machines.new("one"), machines.new("two")
    one.nbflow("run", "flow.ipynb")
    two.nbflow("tag", "flow.ipynb", "1", "best")
    two.nbflow("note", "flow.ipynb", "1", "the one of the paper")
    one.nbflow("tag", "flow.ipynb", "1", "first")
    assert "the one of the paper" in one.nbflow("note", "flow.ipynb", "1")
    for machine in (one, two):
        machine.nbflow("runs", "flow.ipynb")
        assert ask(machine, "SELECT tag FROM tags ORDER BY tag") == [("best",), ("first",)]


def test_what_another_user_made_is_reused_once_the_user_is_trusted(machines: Machines) -> None:
    ann, bob = (
        machines.new(name, NBFLOW_USER=name, JUPYTER_DATA_DIR=str(machines.folder / f"keys of {name}"))
        for name in ("ann", "bob")
    )
    ann.nbflow("run", "flow.ipynb")
    [key] = set(re.findall(r"[0-9a-f]{4}(?:-[0-9a-f]{4}){7}", ann.nbflow("trust", "list")))
    assert "23 ran · 0 reused" in bob.nbflow("run", "--reuse", "flow.ipynb", "--tag", "own")
    bob.nbflow("delete", "flow.ipynb", "own")
    bob.nbflow("trust", "add", key)
    assert "0 ran · 23 reused" in bob.nbflow("run", "--reuse", "flow.ipynb")


def test_several_drivers_at_once_get_numbers_of_their_own_and_lose_nothing(machines: Machines) -> None:
    many = [machines.new(f"m{n}") for n in range(8 if os.environ.get("NBFLOW_EXPLORE") else 2)]
    running = [machine.start("run", "flow.ipynb") for machine in many]
    for process in running:
        with process:
            said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
    last = machines.new("last")
    assert "every stored object is intact" in last.nbflow("verify")
    assert ask(last, "SELECT number, status FROM runs ORDER BY number") == [
        (n + 1, "succeeded") for n in range(len(many))
    ]
    assert ask(last, "SELECT count(*) FROM tasks WHERE split = 0") == [(23 * len(many),)]
    assert all(len(row) == 1 for row in ask(last, "SELECT DISTINCT count(*) FROM events GROUP BY run"))


@pytest.mark.parametrize("seconds", [n / 100 for n in range(30)] if os.environ.get("NBFLOW_EXPLORE") else [0.1])
def test_a_driver_that_is_killed_loses_no_finished_task(machines: Machines, seconds: float) -> None:
    one, two = machines.new("one"), machines.new("two")
    with one.start("run", "flow.ipynb") as process:
        while not _has_run(one):
            assert process.poll() is None
        time.sleep(seconds)  # any instant will do: it is the point of the test that it does not matter
        process.kill()
        process.communicate()
    one.nbflow("runs", "flow.ipynb")
    done = "SELECT count(*) FROM tasks WHERE split = 0 AND status = 'succeeded'"
    [(finished,)] = ask(one, done)
    two.nbflow("runs", "flow.ipynb")
    assert ask(two, done) == [(finished,)]
    assert f"{23 - int(str(finished))} ran" in two.nbflow("run", "--reuse", "flow.ipynb")
    assert "every stored object is intact" in machines.new("three").nbflow("verify")


def _has_run(machine: Machine) -> bool:
    try:
        return bool(ask(machine, "SELECT 1 FROM runs"))
    except (ValueError, sqlite3.OperationalError):  # it was killed before it could make its index
        return False


@pytest.mark.parametrize("kind", ["500", "cut", "lost"] if os.environ.get("NBFLOW_EXPLORE") else ["lost"])
def test_a_server_that_fails_now_and_then_changes_nothing(machines: Machines, kind: Fault) -> None:
    with spoiling(machines.endpoint, lambda number, method, path: kind if number % 4 == 0 else "") as proxy:
        one = machines.new("one", proxy.endpoint)
        assert "23 ran" in one.nbflow("run", "flow.ipynb")
    two = machines.new("two")
    assert "every stored object is intact" in two.nbflow("verify")
    assert "0 ran · 23 reused" in two.nbflow("run", "--reuse", "flow.ipynb")
    assert ask(two, "SELECT DISTINCT count(*) FROM events GROUP BY run, kind, payload HAVING count(*) > 1") == []
