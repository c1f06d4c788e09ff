"""The folder of an image holds all that a flow needs: its RUN lines, executed here, make an environment to run it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path, PurePosixPath

import pytest

import nbflow
from nbflow.export.images.image_packages import packages_for
from nbflow.export.images.recipes import ImageFacts, ImageKind, image_recipe
from tests.cli.shell import Answer, Shell
from tests.flows import notebook_of

EXPLORE = bool(os.environ.get("NBFLOW_EXPLORE"))
CELLS = [
    "import json\nimport helper",
    "%%parameters\nname: str = 'a'",
    "%%step load\nrows = json.loads(open('data/rows.json').read())",
    "%%step total\ntotal = helper.add(rows)\nprint(name, total)",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "notebooks" / "data").mkdir(parents=True)
    (folder / "notebooks" / "data" / "rows.json").write_text("[1, 2]")
    (folder / "notebooks" / "secret.txt").write_text("not named by a step")
    (folder / "notebooks" / "helper.py").write_text("def add(rows):\n    return sum(rows)\n")
    (folder / "notebooks" / "my flow.ipynb").write_text(notebook_of(CELLS))
    return folder


def write(project: Path) -> Answer:
    notebook = project / "notebooks" / "my flow.ipynb"
    return Shell(project)("export", str(notebook), str(project / "image"), "--target", "docker")


@pytest.fixture(scope="module")
def image(project: Path) -> Path:
    done = write(project)
    assert done.code == 0, done
    return project / "image"


def test_the_folder_holds_the_notebook_what_it_names_and_nothing_else(image: Path) -> None:
    found = {path.relative_to(image).as_posix() for path in image.rglob("*") if path.is_file()}
    flow = {"flow/my flow.ipynb", "flow/helper.py", "flow/data/rows.json"}
    wheels = {one for one in found if one.startswith("wheels/jupyter_nbflow-")}
    assert found - wheels == {"Dockerfile", "requirements.txt", *flow}
    pins = (image / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==\S+", line) for line in pins)
    assert {"jupyter-nbflow", "cloudpickle", "obstore"} <= {line.partition("==")[0] for line in pins}


def test_the_run_lines_make_an_environment_in_which_the_entry_point_runs(image: Path, tmp_path: Path) -> None:
    """Without NBFLOW_EXPLORE, what is installed here counts as installed there: to install all takes minutes."""
    lines = (image / "Dockerfile").read_text().splitlines()
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    if not EXPLORE:
        (site,) = (tmp_path / "venv").glob("lib/*/site-packages")
        (site / "here.pth").write_text(f"{Path(nbflow.__file__).parents[1]}\n{sysconfig.get_path('purelib')}\n")
    (install,) = (line.removeprefix("RUN ") for line in lines if "pip install" in line)
    words = [word.replace("/opt/flow", str(image)) for word in shlex.split(install)]
    subprocess.run([python, *words[1:]], check=True, capture_output=True)
    (entry,) = (json.loads(line.removeprefix("ENTRYPOINT ")) for line in lines if line.startswith("ENTRYPOINT"))
    environment = {**os.environ, "NBFLOW_HOME": str(tmp_path / "store")}
    environment.pop("PYTHONPATH", None) if EXPLORE else None
    ran = subprocess.run(
        [python, "-m", *entry, "--name", "b"], cwd=image / "flow", env=environment, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "b 3" in ran.stdout


def test_what_is_there_is_overwritten_only_by_force(image: Path, project: Path) -> None:
    refused = write(project)
    assert refused.code == 1
    assert "--force" in refused.out + refused.err


def test_packages_are_those_that_the_modules_need_in_the_versions_of_here() -> None:
    found = packages_for({"pandas", "os", "nowhere_at_all"}, ())
    names = {one.name for one in found.pinned}
    assert {"pandas", "numpy", "pyarrow"} <= names  # pyarrow is what pandas reads Parquet with
    assert "pytest" not in names
    assert found.unknown == ("nowhere_at_all",)


@pytest.mark.parametrize("kind", ImageKind)
def test_a_recipe_says_what_r_and_environments_need(kind: ImageKind) -> None:
    facts = ImageFacts("3.12", PurePosixPath("sub/my flow.ipynb"), True, ("r-base-core",), True)
    text = image_recipe(kind, facts)
    assert "python:3.12-slim" in text
    assert "apt-get install --yes --no-install-recommends r-base-core" in text
    assert "nbflow env build 'my flow.ipynb'" in text
    assert "/flow/sub" in text
