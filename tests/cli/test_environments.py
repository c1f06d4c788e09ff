"""`nbflow env`, and the words of a run whose environment cannot be had."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.shell import Shell
from tests.environments import caches as caches

pytestmark = pytest.mark.usefixtures("caches")

CELLS = ("%%environment old\nsix==1.16.0", "%%step a --env old\nx = 1", "%%step b --env old\ny = x", "%%step c\nz = y")


def test_environments_are_built_listed_and_removed(shell: Shell, caches: Path) -> None:
    notebook = shell.write("films", *CELLS)
    assert shell("env", "list").out == "no environment is built\n"
    built = shell("env", "build", notebook)
    assert (built.code, built.out.startswith("a, b · six 1.16.0")) == (0, True)
    listed = shell("env", "list").lines
    assert listed[0].split() == ["environment", "Python", "used", "packages"]
    assert "six 1.16.0" in listed[1]
    assert listed[1].split()[0] in built.out
    assert shell("env", "gc").out == "removed 0 environments\n"
    os.utime(next(caches.glob("nbflow/environments/*/nbflow-lock.txt")), (0, 0))
    assert shell("env", "gc").lines[-1] == "removed 1 environment"
    assert shell("env", "list").out == "no environment is built\n"


def write_wheel(folder: Path, version: str) -> None:
    """Write a version of a package that no index has."""
    with ZipFile(folder / f"nbflow_thing-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("nbflow_thing.py", f"__version__ = {version!r}")
        info = f"nbflow_thing-{version}.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: nbflow-thing\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_a_lock_stays_until_it_is_upgraded(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    notebook = shell.write("films", "%%step a --env 'nbflow-thing<3'\nx = 1")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    write_wheel(tmp_path, "1.0")
    assert "nbflow-thing 1.0" in shell("env", "build", notebook).out
    write_wheel(tmp_path, "2.0")
    assert "nbflow-thing 1.0" in shell("env", "build", notebook).out
    assert "nbflow-thing 2.0" in shell("env", "build", notebook, "--upgrade").out


def test_what_cannot_be_built_is_said_in_one_message(shell: Shell) -> None:
    notebook = shell.write("films", *CELLS, "%%step odd --env six==99\nq = 1")
    answer = shell("env", "build", notebook)
    assert answer.code == 1
    assert answer.err.startswith(
        "error: films.ipynb · cell 5, line 1: the environment of step 'odd' (six==99): No solution"
    )
    assert answer.out.startswith("a, b · ")
    ran = shell("run", notebook)
    assert (ran.code, ran.err.count("six==99")) == (1, 3)
    assert "Traceback" not in ran.err
    assert shell("run", notebook, "--to", "c").code == 0


def test_a_mistyped_environment_is_named_where_no_such_package_is(shell: Shell) -> None:
    cells = ("%%environment nbflow_films\nsix==1.16.0", "%%step a --env nbflow_flims\nx = 1")
    ran = shell("run", shell.write("films", *cells))
    assert "the environment of step 'a' (nbflow_flims): No solution" in ran.err
    assert ran.err.rstrip().endswith("Did you mean --env nbflow_films?")


def test_a_status_and_a_reason_name_the_packages(shell: Shell) -> None:
    notebook = shell.write("films", *CELLS)
    assert shell("run", notebook).code == 0
    assert "0 steps would run" in shell("status", notebook).out
    shell.write("films", CELLS[0].replace("1.16.0", "1.15.0"), *CELLS[1:])
    assert "its environment is not resolved yet" in shell("why", notebook, "a").out
    shell("env", "build", notebook)
    assert "six is 1.15.0, before 1.16.0" in shell("why", notebook, "a").out


def test_an_environment_that_a_step_no_longer_asks_for_is_a_change(shell: Shell) -> None:
    notebook = shell.write("films", *CELLS)
    shell("run", notebook)
    shell.write("films", CELLS[0], "%%step a\nx = 1", *CELLS[2:])
    assert "it runs with the packages of the flow, before with six==1.16.0" in shell("why", notebook, "a").out
    assert "3 steps would run: a, b, c" in shell("status", notebook).out


def test_environments_of_items_are_built_explained_and_compared(shell: Shell) -> None:
    fit = "%%step fit --foreach version in [{}] --env 'six{}{{version}}'\nx = 1"
    notebook = shell.write("films", fit.format("'1.16.0', '1.15.0'", "=="), "%%step a --env six==1.16.0\ny = 1")
    built = shell("env", "build", notebook)
    assert [line.split(",")[0] for line in built.lines] == ["fit", "fit · six 1.15.0"]
    assert built.lines[0].startswith("fit, a · six 1.16.0")
    assert shell("run", notebook).code == 0
    assert "0 steps would run" in shell("status", notebook).out
    shell.write("films", fit.format("'1.16.0', '1.15.0'", "<="), "%%step a --env six==1.16.0\ny = 1")
    assert "it runs with six<={version}, before with six=={version}" in shell("why", notebook, "fit").out
    assert shell("run", notebook, "--reuse").lines[-1].startswith("run 2 succeeded · 0 ran · 3 reused")
    shell.write("films", fit.format("'1.17.0', '1.15.0'", "=="), "%%step a --env six==1.16.0\ny = 1")
    assert shell("run", notebook, "--reuse").lines[-1].startswith("run 3 succeeded · 1 ran · 2 reused")
    assert "six of task fit[0]  1.16.0 → 1.17.0" in shell("diff", notebook, "2", "3").out
    shell.write("films", "%%step xs\nxs = ['1.16.0']", fit.format("", "==").replace("[]", "xs"))
    late = shell("env", "build", notebook)
    assert (late.code, late.out) == (0, "fit · only a run knows its environments, which depend on version\n")


def test_another_lock_of_the_same_version_runs_the_item_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notebook = shell.write("films", "%%step a --foreach v in ['2', '3'] --env 'nbflow-thing<{v}'\nx = 1")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    write_wheel(tmp_path, "1.0")
    assert shell("run", notebook).code == 0
    write_wheel(tmp_path, "2.0")
    assert "0 steps would run" in shell("status", notebook).out
    shell("env", "build", notebook, "--upgrade")
    assert "nbflow-thing is 2.0, before 1.0 (nbflow-thing<3)" in shell("why", notebook, "a").out
    assert shell("run", notebook, "--reuse").lines[-1].startswith("run 2 succeeded · 1 ran · 1 reused")
    assert "0 steps would run" in shell("status", notebook).out


def test_a_notebook_without_environments_says_so(shell: Shell) -> None:
    assert "no step of films.ipynb asks for an environment" in shell("env", "build", shell.write("films", CELLS[3])).out
    assert shell("env", "build").code == 2


def test_a_check_tells_of_files_that_give_no_requirements(shell: Shell) -> None:
    notebook = shell.write("films", "%%step a --env gone.txt\nx = 1", "%%step b --env pyproject.toml:odd\ny = x")
    (shell.folder / "pyproject.toml").write_text("[dependency-groups]\neven = []\n")
    checked = shell("check", notebook)
    assert checked.code == 1
    assert f"cell 1, line 1: step 'a': {shell.folder / 'gone.txt'} gives no requirements: No such file" in checked.out
    assert "cell 2, line 1: step 'b'" in checked.out
    assert "it has no list odd" in checked.out
    (shell.folder / "gone.txt").write_text("six\n")
    (shell.folder / "pyproject.toml").write_text("[dependency-groups]\nodd = ['six']\n")
    assert shell("check", notebook).code == 0
