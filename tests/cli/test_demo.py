"""Demo notebooks are copied to where the user wants them, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.notebook.demos import DEMOS, TOUR
from tests.cli.shell import Shell
from tests.docs.tutorial import ROOT


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def test_without_a_name_the_demos_are_listed(shell: Shell) -> None:
    lines = shell("demo").lines
    assert [line.split()[0] for line in lines[:-1]] == [*DEMOS]
    assert "pip install pandas" in lines[2]
    assert [*shell.folder.iterdir()] == []


def test_every_notebook_of_the_checkout_is_a_demo_and_brings_its_files(shell: Shell) -> None:
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} == {*DEMOS}
    for name, demo in DEMOS.items():
        assert shell("demo", name, f"new/{name}").code == 0
        copied = {
            path.relative_to(shell.folder / "new" / name).as_posix()
            for path in (shell.folder / "new" / name).rglob("*")
            if path.is_file()
        }
        assert copied == {demo.document, *demo.files}
        for file in copied:
            assert (shell.folder / "new" / name / file).read_bytes() == (ROOT / "notebooks" / file).read_bytes()


def test_two_demos_share_their_data(shell: Shell) -> None:
    assert shell("demo", "movie_recommender").code == 0
    assert shell("demo", "two_hour_load").code == 0


@pytest.mark.parametrize("taken", ["tour.ipynb", "a link to nothing"])
def test_no_notebook_is_overwritten(shell: Shell, taken: str) -> None:
    target = shell.folder / "tour.ipynb"
    if taken == target.name:
        target.write_text("my own")
    else:
        target.symlink_to("nowhere")
    told = shell("demo", "tour")
    assert (told.code, told.err) == (
        1,
        "Error: tour.ipynb exists already: name another folder, as in  nbflow demo tour FOLDER\n",
    )
    assert not target.exists() or target.read_text() == "my own"
    assert [path.name for path in shell.folder.iterdir()] == ["tour.ipynb"]


def test_no_data_is_overwritten_and_nothing_is_half_copied(shell: Shell) -> None:
    (shell.folder / "data").mkdir()
    (shell.folder / "data/movies.csv").write_text("my own")
    told = shell("demo", "two_hour_load")
    assert (told.code, "data/movies.csv exists already" in told.err) == (1, True)
    assert [path.name for path in shell.folder.rglob("*")] == ["data", "movies.csv"]


def test_a_demo_that_does_not_exist_is_refused_with_those_there_are(shell: Shell) -> None:
    told = shell("demo", "turo")
    assert told.code == 2
    assert "'turo' is not one of 'tour', 'linear'" in told.err


def test_the_tour_runs_and_a_new_size_reuses_the_others(shell: Shell) -> None:
    shell("demo", TOUR)
    assert shell("check", "tour.ipynb").out == "tour.ipynb · 4 steps · nothing is wrong\n"
    assert "13 ran · 0 reused" in shell("run", "tour.ipynb", "--trials", "300").out
    again = shell("run", "tour.ipynb", "--trials", "300", "--largest", "55", "--reuse").out
    assert "4 ran · 10 reused" in again
    [answer] = [line for line in again.splitlines() if "more likely than not" in line]
    assert answer.split()[1] in ("20", "25")
