"""What `push`, `pull` and `init --store` say about where runs are."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell


def test_runs_in_a_folder_are_read_where_push_says_that_they_are(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.folder)
    shell.write("films", "%%step a\nx = 1")
    shell("run", "films.ipynb")
    told = shell("push", "films.ipynb", "--to", "there").out
    assert told == "copied 1 run to there/.nbflow: 1\n"
    monkeypatch.setenv("NBFLOW_HOME", "there/.nbflow")
    assert shell("runs", "films.ipynb").out.startswith("1  succeeded")


def test_a_place_without_a_store_is_named_with_what_can_stand_there(shell: Shell) -> None:
    notebook = shell.write("films", "%%step a\nx = 1")
    answer = shell("pull", notebook, "--from", str(shell.folder / "nowhere"))
    assert (answer.code, "Run the flow once" in answer.err) == (1, False)
    assert "there is no store. Write behind --from the URL of a store, the folder of a store" in answer.err
    assert not (shell.folder / ".nbflow").exists()


def test_a_folder_that_gets_another_store_is_told_where_its_runs_stay(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shell.folder)
    shell.write("films", "%%step a\nx = 1")
    assert len(shell("init", "--store", (shell.folder / "one").as_uri()).lines) == 1
    (shell.folder / ".nbflow" / "config").unlink()
    shell("run", "films.ipynb")
    *_, told = shell("init", "--store", (shell.folder / "two").as_uri()).lines
    assert told == "the runs so far stay in .nbflow: nbflow pull NOTEBOOK --from . copies those of a notebook"
    shell("pull", "films.ipynb", "--from", ".")
    assert shell("runs", "films.ipynb").out.startswith("1  succeeded")
