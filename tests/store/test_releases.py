"""Stores and scripts that earlier releases have written stay readable."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nbflow.cli.main import nbflow
from nbflow.client import Flow

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.zip"))


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder with the notebook, the exported script and the trusted store of one release."""
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(tmp_path)
    said(tmp_path, "trust")
    return tmp_path


def said(folder: Path, verb: str, *words: str) -> str:
    """Return what a verb prints about the notebook of the release; it must succeed."""
    result = CliRunner().invoke(nbflow, [verb, str(folder / "films.py"), *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_values_of_an_earlier_release_load(folder: Path) -> None:
    run = Flow("films", folder)["1"]
    load = run["load"].task.data
    assert [film.title for film in load.films] == ["Up", "Coco", "Cars"]
    assert np.array_equal(load.numbers, np.repeat(np.arange(3.0), 100_000))
    assert np.shares_memory(load.view, load.view)
    assert list(load.frame["year"]) == [2009, 2017, 2006]
    assert load.rng.integers(100) == np.random.default_rng(3).integers(100)
    assert load.codes == {"a": 1, "b": {2, 3}}
    assert [task.data.older for task in run["work"]] == [34, 18, 40]
    assert run["work"].task.data.made.kept == 5
    assert run.data.best == [18, 34]


def test_a_run_of_an_earlier_release_is_reused(folder: Path) -> None:
    assert "0 ran · 5 reused" in said(folder, "resume")


def test_a_script_of_an_earlier_release_is_up_to_date(folder: Path) -> None:
    assert "up to date" in said(folder, "check", "--script", str(folder / "films_flow.py"))
