"""A notebook with an id keeps its runs when it is renamed or moved; a copy starts empty."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.shell import Shell


@pytest.fixture
def notebook(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a notebook that has an id and one run, in a folder of its own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "work").mkdir()
    path = Path(shell.write("work/films", "%%step a\nx = 1"))
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "metadata": {**content["metadata"], "nbflow": {"id": "one"}}}))
    assert shell("run", str(path)).code == 0
    return path


@pytest.mark.parametrize("place", ["work/pictures.ipynb", "work/deep/films.ipynb", "elsewhere/pictures.ipynb"])
def test_a_notebook_that_was_moved_keeps_its_runs(shell: Shell, notebook: Path, tmp_path: Path, place: str) -> None:
    moved = tmp_path / place
    moved.parent.mkdir(exist_ok=True)
    notebook.rename(moved)
    assert "0 steps would run" in shell("status", str(moved)).out
    assert shell("run", str(moved), "--reuse").code == 0
    assert [line.split()[0] for line in shell("runs", str(moved)).lines] == ["2", "1"]
    assert not (tmp_path / "elsewhere" / ".nbflow").exists()


def test_a_copy_starts_empty_and_leaves_the_runs_of_the_original_alone(shell: Shell, notebook: Path) -> None:
    copy = notebook.with_name("films-Copy1.ipynb")
    shutil.copy(notebook, copy)
    assert "flow 'films-Copy1' has not run yet" in shell("status", str(copy)).err
    assert shell("run", str(copy)).code == 0
    assert [len(shell("runs", str(path)).lines) for path in (notebook, copy)] == [1, 1]


def test_a_copy_in_another_folder_gets_a_store_of_its_own(shell: Shell, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(notebook, tmp_path / "elsewhere")
    assert shell("run", str(tmp_path / "elsewhere" / "films.ipynb")).code == 0
    assert (tmp_path / "elsewhere" / ".nbflow").exists()
    assert len(shell("runs", str(notebook)).lines) == 1
