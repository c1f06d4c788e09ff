"""Warnings of models that would go between two versions of scikit-learn: pinned, locked or installed."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from nbflow.run.diskcheck import check_disk
from nbflow.run.environments.resolving import resolution_file
from tests.run.environments.test_runs import flow

OLD, NEW = "--env scikit-learn==1.5.2", "--env scikit-learn==1.9.1 pandas"
HERE = metadata.version("scikit-learn")
IMPORT = "from sklearn.linear_model import Ridge\nimport sklearn.pipeline as sp\nimport math"
READ = "%%step look {}\nseen = m.predict([[1]])"


def told(folder: Path, *cells: str) -> list[str]:
    return [f"{one.step}: {one.message}" for one in check_disk(flow(*cells).graph, folder)]


def crossing(made: str, read: str) -> list[str]:
    return [f"look: step 'look' reads the model 'm' with scikit-learn {read}, but it is made with {made}"]


@pytest.mark.parametrize(
    "made",
    [
        "m = Ridge().fit([[1]], [1])",
        "m = Ridge()\nm.fit([[1]], [1])",
        "m = sp.make_pipeline(Ridge()).set_params(memory=None).fit([[1]], [1])",
        "if True:\n    m = sp.Pipeline([])",
        "from sklearn.svm import SVC\nm = SVC()",
    ],
)
def test_a_model_that_crosses_is_told(made: str, tmp_path: Path) -> None:
    assert told(tmp_path, IMPORT, f"%%step fit {OLD}\n{made}", READ.format(NEW)) == crossing("1.5.2", "1.9.1")


def test_the_version_that_is_installed_counts_for_steps_without_an_environment(tmp_path: Path) -> None:
    made = "\nm = Ridge().fit([[1]], [1])"
    assert told(tmp_path, IMPORT, f"%%step fit {OLD}{made}", READ.format("")) == crossing("1.5.2", HERE)
    assert told(tmp_path, IMPORT, f"%%step fit{made}", READ.format(OLD)) == crossing(HERE, "1.5.2")


def test_the_lock_says_a_version_that_the_header_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    cells = IMPORT, "%%step fit --env scikit-learn<1.6\nm = Ridge().fit([[1]], [1])", READ.format(NEW)
    assert told(tmp_path, *cells) == []
    file = resolution_file(["scikit-learn<1.6"], tmp_path)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"python": "3.11", "text": "scikit-learn==1.5.0\n"}))
    assert told(tmp_path, *cells) == crossing("1.5.0", "1.9.1")


def test_a_join_over_versions_is_told(tmp_path: Path) -> None:
    cells = [f"%%step fit --foreach a in [1, 2] {OLD}\nm = Ridge(a)", f"%%step look --join fit {NEW}\nms = inputs.m"]
    assert told(tmp_path, IMPORT, *cells) == crossing("1.5.2", "1.9.1")


@pytest.mark.parametrize(
    ("made", "read"),
    [
        (f"%%step fit {OLD}\nm = Ridge()", READ.format(OLD)),
        (f"%%step fit {OLD}\nm = Ridge().fit([[1]], [1]).predict([[1]])", READ.format(NEW)),
        (f"%%step fit {OLD}\nm = math.sin(1)", READ.format(NEW)),
        (f"%%step fit {OLD}\nm = Ridge()", "%%step look\nseen = 1"),
        ("%%step fit\nm = Ridge()", READ.format("")),
        (f"%%step fit {OLD}\nm = Ridge()", READ.format("--env six")),
    ],
    ids=["one version", "predictions", "a number", "not read", "no environment", "unknown"],
)
def test_what_is_sound_or_unknown_is_not_told(made: str, read: str, tmp_path: Path) -> None:
    assert told(tmp_path, IMPORT, made, read) == []
