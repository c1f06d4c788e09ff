"""What `du` shows, and what `gc` keeps when it is asked to."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .shell import Shell

CELLS = ("%%step load\nbig = bytes(300_000)", "%%step use\nsize = len(big)")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def rows(text: str) -> list[str]:
    """The lines without how long ago something was, and with one space between columns."""
    return [re.sub(r" +", " ", re.sub(r"\d+ s ago|just now", "AGO", line)).strip() for line in text.splitlines()]


def test_du_shows_notebooks_and_of_one_its_runs_steps_and_names(shell: Shell) -> None:
    notebook = shell.write("flow", *CELLS)
    assert shell("run", notebook, "--reuse", "--tag", "best").code == 0
    assert shell("run", notebook, "--reuse").code == 0
    assert shell("run", shell.write("other", "%%step one\nx = 1")).code == 0
    shown = rows(shell("du", notebook).out)
    assert re.fullmatch(r".*\.nbflow takes \d+ kB: 300 kB in blobs, \d+(\.\d)? kB in the catalog", shown[0])
    assert [re.sub(r"\d+ B", "N B", line) for line in shown[2:]] == [
        "notebooks size only here",
        "flow 300 kB 300 kB 2 runs",
        "other N B N B 1 run",
        "",
        "runs of flow size only here",
        "2 300 kB N B succeeded, AGO",
        "1 300 kB N B succeeded, AGO [best]",
        "",
        "steps of flow size only here",
        "load 300 kB 300 kB",
        "use N B N B",
        "",
        "names of flow size only here",
        "big 300 kB 300 kB",
        "size N B N B",
        "",
        "nbflow gc would free N B",
    ]
    short = rows(shell("du", notebook, "-n", "1").out)
    assert "and 1 more: -n 2 shows all" in short
    assert rows(shell("du").out) == [*shown[:5], "", shown[-1]]


def test_du_as_json(shell: Shell) -> None:
    notebook = shell.write("flow", *CELLS)
    for _ in range(12):
        assert shell("run", notebook, "--reuse").code == 0
    told = json.loads(shell("du", "--json").out)
    assert told["bytes"] == told["blobs"] + told["catalog"]
    assert [one["notebook"] for one in told["notebooks"]] == ["flow"]
    assert {one["run"] for one in told["runs"]} == set(range(1, 13))
    assert {(one["notebook"], one["step"]) for one in told["steps"]} == {("flow", "load"), ("flow", "use")}
    assert {one["name"]: one["bytes"] > 300_000 for one in told["names"]} == {"big": True, "size": False}
    assert told["gc"] == {"bytes": 0, "runs": ["flow/2", "flow/1"]}


def test_du_of_a_notebook_that_never_ran_says_so(shell: Shell) -> None:
    assert shell("run", shell.write("flow", *CELLS)).code == 0
    answer = shell("du", shell.write("new", *CELLS))
    assert (answer.code, answer.err.count("has not run yet")) == (2, 1)


def test_gc_by_age_and_by_tag(shell: Shell) -> None:
    notebook = shell.write("flow", *CELLS)
    assert shell("run", notebook, "--tag", "best").code == 0
    assert shell("run", notebook).code == 0
    assert shell("gc", notebook, "--older", "30d", "--dry-run").out == "would delete 0 runs, 0 objects, 0 B\n"
    assert shell("gc", notebook, "--older", "0.001s", "--keep-tagged").out.startswith("deleted 1 run (flow/2), ")
    assert shell("gc", notebook, "--older", "0.001s", "--keep", "1").out.startswith("deleted 0 runs, ")
    assert shell("gc", notebook, "--older", "0.001s").out.startswith("deleted 1 run (flow/1), ")
    assert "--older 'soon' is not a duration" in shell("gc", notebook, "--older", "soon").err
