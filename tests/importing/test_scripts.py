"""Scripts in the manner of Metaflow's tutorials: their notebooks pass the check, and end with the same values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.importing.comparing import SCRIPTS, copied, differences

ESSAY = Path(__file__).parents[2] / "notebooks" / "scripts"
RUNS: list[tuple[str, dict[str, Any]]] = [
    ("hello", {}),
    ("playlist", {}),
    ("playlist", {"genre": "Animation"}),
    ("statistics", {}),
    ("branches", {"alpha": 2.5}),
    ("nested", {}),
    ("switching", {}),
    ("switching", {"way": "fast"}),
    ("switching", {"way": "none"}),
    ("switching", {"weights": '{"b": [0, 1]}'}),
    ("recursion", {}),
    ("failing", {}),
    ("methods", {"scale": 3}),
    ("indexed", {}),
    ("language", {}),
]


@pytest.mark.parametrize(("name", "parameters"), RUNS, ids=lambda value: str(value))
def test_a_script_and_its_notebook_end_with_the_same_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, parameters: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    pair = copied(tmp_path, SCRIPTS / f"{name}.py")
    assert pair.shell("check", str(pair.notebook)).code == 0
    assert differences(pair, pair.run_script(**parameters), pair.run_notebook(**parameters)) == []


@pytest.mark.parametrize("name", ["linear_flow", "playlist_flow"])
def test_the_scripts_of_this_project_and_their_notebooks_end_with_the_same_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "notebooks" / "data"
    data.mkdir(parents=True)
    (data / "movies.csv").write_bytes((ESSAY.parent / "data" / "movies.csv").read_bytes())
    folder = tmp_path / "notebooks" / "scripts"
    folder.mkdir()
    pair = copied(folder, ESSAY / f"{name}.py")
    assert pair.check().endswith("nothing is wrong\n")
    assert differences(pair, pair.run_script(), pair.run_notebook()) == []
