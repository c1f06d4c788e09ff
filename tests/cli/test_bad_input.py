"""Bad input gets one clear message, exit code 2 or 1, no traceback, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.notebook.read import read_cells
from tests.cli.shell import Shell
from tests.flows import notebook_of


def notebook(**facts: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **facts})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty; make a notebook in JupyterLab, or restore this one"),
        (b"{", "its JSON is broken"),
        (b"print('hello')", "its JSON is broken"),
        (b"\x89PNG\xff", "it is not text; give the path of an .ipynb file"),
        (b"[1, 2]", "it is JSON, but not a notebook; give the path of an .ipynb file"),
        (
            notebook(nbformat=3).encode(),
            "it has notebook format 3, and nbflow reads format 4; "
            "convert it: jupyter nbconvert --to notebook --nbformat 4 --inplace ",
        ),
        (b"[" * 100_000, "its JSON is broken (maximum recursion depth exceeded"),
        (notebook(cells=None).encode(), "it has no list of cells; restore it from its last good version"),
        (notebook(cells=["x"]).encode(), "its cell 1 has no text; restore it from its last good version"),
        (
            notebook(cells=[{"cell_type": "code", "source": ["x = 1", None]}]).encode(),
            "its cell 1 has no text; restore it from its last good version, or remove that cell",
        ),
        (
            notebook(metadata={"kernelspec": {"language": "R"}}).encode(),
            "its language is R; nbflow runs Python notebooks",
        ),
    ],
    ids=["empty", "broken", "script", "binary", "json", "v3", "deep", "no cells", "no cell", "no text", "R"],
)
@pytest.mark.parametrize("verb", ["run", "show", "status"])
def test_what_is_not_a_python_notebook_is_refused(shell: Shell, content: bytes, message: str, verb: str) -> None:
    path = shell.folder / "bad.ipynb"
    path.write_bytes(content)
    answer = shell(verb, str(path))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"Error: {path} is not a notebook that nbflow can run: ")
    assert message in answer.err
    assert os.listdir(shell.folder) == ["bad.ipynb"]


@pytest.mark.parametrize("facts", [None, [], "x", {"kernelspec": None}, {"kernelspec": {"language": "python3"}}])
def test_metadata_may_say_anything(shell: Shell, facts: object) -> None:
    cell = {"cell_type": "code", "source": "%%step a\nx = 1", "id": None, "metadata": facts}
    path = shell.folder / "odd.ipynb"
    path.write_text(notebook(metadata=facts, cells=[cell, cell | {"metadata": {"tags": [1, ["x"]]}, "source": ""}]))
    assert shell("check", str(path)).lines == ["odd.ipynb · 1 step · nothing is wrong"]


def test_an_id_that_two_cells_have_is_none(shell: Shell) -> None:
    path = Path(shell.write("twins", "%%step a\nx = 1", "%%step b\ny = x", "%%step c\nz = y"))
    book = json.loads(path.read_text())
    for cell, key in zip(book["cells"], ("one", "one", "two"), strict=True):
        cell["id"] = key
    path.write_text(json.dumps(book))
    assert [cell.id for cell in read_cells(path)] == ["", "", "two"]


def test_a_pipe_is_not_waited_for(shell: Shell) -> None:
    os.mkfifo(shell.folder / "pipe.ipynb")
    answer = shell("run", str(shell.folder / "pipe.ipynb"))
    assert answer.code == 2
    assert "it is not a regular file" in answer.err


VERBS_ON_STEPS = (
    ["run"],
    ["run", "--to", "a"],
    ["resume"],
    ["rerun", "a"],
    ["show"],
    ["status"],
    ["why", "a"],
    ["export", "f.py"],
)


@pytest.mark.parametrize("verb", VERBS_ON_STEPS, ids=" ".join)
def test_without_steps_there_is_nothing_to_run(shell: Shell, verb: list[str]) -> None:
    answer = shell(verb[0], shell.write("plain", "x = 1"), *verb[1:])
    fix = "Write  %%step NAME  as the first line of a cell, or let  nbflow init plain.ipynb  choose the steps"
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"Error: there is nothing to run: plain.ipynb has no steps. {fix}\n"
    assert os.listdir(shell.folder) == ["plain.ipynb"]


def test_check_warns_of_a_notebook_without_steps(shell: Shell) -> None:
    answer = shell("check", shell.write("plain", "x = 1"))
    assert answer.code == 0
    assert answer.lines[0].startswith("warning: there is nothing to run")
    assert answer.lines[1:] == ["plain.ipynb · 0 steps · 0 errors, 1 warning"]


def test_a_file_that_cannot_be_written_is_named(shell: Shell) -> None:
    answer = shell("show", shell.write("flow", "%%step a\nx = 1"), "--dot", "-o", str(shell.folder / "no" / "x.dot"))
    assert (answer.code, answer.out) == (1, "")
    why = "cannot be written (No such file or directory): give a path in a folder where you may write"
    assert answer.err == f"Error: {shell.folder}/no/x.dot {why}\n"


def test_half_of_a_character_in_a_name_a_value_and_an_error(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each verb shows it as its escape, and none of them fails."""
    monkeypatch.chdir(shell.folder)
    path = os.fsdecode(b"caf\xe9.ipynb")
    Path(path).write_text(
        notebook_of(
            ["%%parameters\nwho: str = 'x'", "%%step a\nx = '\\udc80'\nx", "%%step b\nraise ValueError(x, who)"]
        )
    )
    assert shell("run", path, "--who", "\udce9").code == 1
    assert shell("logs", path, "b").out.endswith("ValueError: ('\\udc80', '\\udce9')\n")
    for verb in (["status"], ["runs"], ["dump", "a"], ["show"], ["report", "-o", "r.html"], ["export", "f.py"]):
        assert shell(verb[0], path, *verb[1:]).code == 0
    resumed = shell("resume", path)
    assert "a · from run 1" in resumed.out


def test_a_notebook_that_is_not_there_is_named(shell: Shell) -> None:
    answer = shell("run", str(shell.folder / "none.ipynb"))
    assert answer.code == 2
    assert "there is no such file; check the path" in answer.err
    assert shell("run", str(shell.folder)).code == 2


def test_a_flow_with_errors_does_not_run(shell: Shell) -> None:
    answer = shell("run", shell.write("flow", "%%step a\nx = y", "%%step b --after aa\nz = 1"))
    assert answer.code == 1
    assert "flow.ipynb · cell 1, line 2" in answer.err
    assert "did you mean 'a'?" in answer.err
    assert not (shell.folder / ".nbflow").exists()


def test_a_step_that_reads_stdin_fails_and_says_what_to_do(shell: Shell) -> None:
    answer = shell("run", shell.write("flow", "%%step ask\nname = input('who? ')"))
    assert answer.code == 1
    assert "a step cannot read standard input: make the value a parameter in the %%parameters cell" in answer.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_without_write_permission_is_said_so(shell: Shell) -> None:
    path = shell.write("flow", "%%step a\nx = 1")
    shell.folder.chmod(0o500)
    try:
        answer = shell("run", path)
    finally:
        shell.folder.chmod(0o700)
    assert answer.code == 1
    assert "cannot write to" in answer.err
    assert "set NBFLOW_HOME to a folder of your own" in answer.err


def test_a_store_that_cannot_be_a_folder_is_said_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "file").write_text("")
    monkeypatch.setenv("NBFLOW_HOME", str(shell.folder / "file" / "store"))
    answer = shell("run", shell.write("flow", "%%step a\nx = 1"))
    assert answer.code == 1
    assert "cannot write to" in answer.err


@pytest.mark.parametrize("place", [".nbflow", ".nbflow/live"])
def test_a_file_in_the_place_of_a_folder_is_named(shell: Shell, place: str) -> None:
    path = shell.write("flow", "%%step a\nx = 1")
    (shell.folder / place).parent.mkdir(exist_ok=True)
    (shell.folder / place).write_text("")
    answer = shell("run", path)
    fix = "Move it away (a new one is made), or set NBFLOW_HOME to another folder"
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"Error: {shell.folder / place}: it is not a folder. {fix}\n"


def test_a_store_that_leads_nowhere_is_named(shell: Shell) -> None:
    (shell.folder / ".nbflow").symlink_to(".nbflow")
    answer = shell("status", shell.write("flow", "%%step a\nx = 1"))
    assert answer.code == 1
    assert f"cannot read {shell.folder}/.nbflow (Too many levels of symbolic links)" in answer.err


@pytest.mark.parametrize("verb", [["status"], ["runs"], ["why", "a"], ["logs", "a"], ["dump", "a"], ["resume"]])
def test_asking_about_runs_before_there_is_one(shell: Shell, verb: list[str]) -> None:
    path = shell.write("flow", "%%step a\nx = 1")
    answer = shell(verb[0], path, *verb[1:])
    assert answer.code == 2
    root = shell.folder / ".nbflow"
    assert answer.err == (f"Error: flow 'flow' has not run yet ({root} holds no run of it): run it with nbflow run\n")
    assert not (shell.folder / ".nbflow").exists()


@pytest.mark.parametrize("option", ["--to", "--from", "--only"])
def test_a_part_that_is_no_step_offers_the_nearest(shell: Shell, option: str) -> None:
    answer = shell("run", shell.write("flow", "%%step load\nx = 1"), option, "laod")
    assert (answer.code, answer.err) == (2, "Error: no step 'laod': did you mean 'load'?\n")


def test_parts_exclude_one_another(shell: Shell) -> None:
    answer = shell("run", shell.write("flow", "%%step load\nx = 1"), "--to", "load", "--only", "load")
    assert answer.code == 2
    assert "use only one of --to, --from and --only" in answer.err


@pytest.mark.parametrize("verb", ["gc", "verify"])
def test_keeping_verbs_need_a_store(shell: Shell, verb: str) -> None:
    answer = shell(verb, str(shell.folder))
    assert answer.code == 1
    assert "there is no store" in answer.err


def test_a_huge_notebook_is_read_without_its_outputs(shell: Shell) -> None:
    path = Path(shell.write("huge", "%%step a\nx = 1"))
    book = json.loads(path.read_text())
    book["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}]
    path.write_text(json.dumps(book))
    assert shell("check", str(path)).lines == ["huge.ipynb · 1 step · nothing is wrong"]


def test_a_long_path_of_the_temporary_folder_does_not_matter(shell: Shell) -> None:
    folder = shell.folder / ("t" * 140)
    folder.mkdir()
    command = [sys.executable, "-m", "nbflow", "run", shell.write("flow", "%%step a\nx = 1")]
    answer = subprocess.run(command, env={**os.environ, "TMPDIR": str(folder)}, capture_output=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert [*folder.iterdir()] == []
