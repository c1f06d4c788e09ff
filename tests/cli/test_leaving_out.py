"""A run goes on without the items that failed in an earlier one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.shell import Answer, Shell

CELLS = (
    "%%step load\nitems = list(range(6))\nfails = (1, 4)",
    "%%step fit --foreach i in items --retry 1\nif i in fails:\n    raise ValueError(i)\nr2 = i / 10",
    "%%step more\nworse = r2 - 1",
    "%%step best --join more\nscores = inputs.r2\nworst = min(inputs.worse)",
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path)
    assert shell("run", shell.write("flow", *CELLS)).code == 1
    return shell


def performed(found: Answer) -> list[str]:
    """The tasks of `fit` whose bodies were executed, each once for every attempt."""
    return sorted(re.findall(r"^(fit\[\d\]) · (?:attempt|failed|\d)", found.out, re.MULTILINE))


def test_the_join_gets_the_other_items_and_nothing_that_failed_runs_again(shell: Shell) -> None:
    found = shell("resume", "flow.ipynb", "--without-failed", "fit")
    assert found.code == 0
    assert "fit[4] · left out, as it failed before · ValueError: 4" in found.out
    assert performed(found) == []
    assert shell("dump", "flow.ipynb", "best", "--value").out.split("\n", 1)[1] == (
        "  scores = [0.0, 0.2, 0.3, 0.5]\n  worst = -1.0\n"
    )


def test_what_has_changed_since_runs_again(shell: Shell) -> None:
    shell.write("flow", CELLS[0], CELLS[1].replace("i / 10", "i / 5"), *CELLS[2:])
    found = shell("resume", "flow.ipynb", "--without-failed", "fit")
    assert found.code == 1
    assert performed(found) == [f"fit[{n}]" for n in (0, 1, 1, 2, 3, 4, 4, 5)]


def test_a_further_run_takes_what_was_left_out_up_again(shell: Shell) -> None:
    shell("resume", "flow.ipynb", "--without-failed", "fit")
    found = shell("resume", "flow.ipynb")
    assert found.code == 1
    assert performed(found) == [f"fit[{n}]" for n in (1, 1, 4, 4)]
    assert shell("resume", "flow.ipynb", "2", "--without-failed", "fit").code == 0


def test_a_step_that_has_not_failed_cannot_be_left_out(shell: Shell) -> None:
    found = shell("resume", "flow.ipynb", "--without-failed", "load")
    assert found.code == 2
    assert "no foreach task of 'load' failed in run 1: omit --without-failed" in found.err
    assert "no step 'fti': did you mean 'fit'?" in shell("resume", "flow.ipynb", "--without-failed", "fti").err
