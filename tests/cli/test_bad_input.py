"""Bad input gets one clear message, exit code 2 or 1, no traceback, and leaves nothing behind."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.shell import Shell


def notebook(**facts: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **facts})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "its JSON is broken"),
        (b"print('hello')", "its JSON is broken"),
        (b"\x89PNG\xff", "it is not text; give the path of an .ipynb file"),
        (b"[1, 2]", "it is JSON, but not a notebook; give the path of an .ipynb file"),
        (
            notebook(nbformat=3).encode(),
            "it has notebook format 3, and nbflow reads format 4; "
            "convert it: jupyter nbconvert --to notebook --nbformat 4 --inplace bad.ipynb",
        ),
        (
            notebook(metadata={"kernelspec": {"language": "R"}}).encode(),
            "its language is R; nbflow runs Python notebooks",
        ),
    ],
    ids=["broken", "script", "binary", "json", "v3", "R"],
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
    assert "set NBFLOW_HOME to a folder of yours" in answer.err


def test_a_store_that_cannot_be_a_folder_is_said_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "file").write_text("")
    monkeypatch.setenv("NBFLOW_HOME", str(shell.folder / "file" / "store"))
    answer = shell("run", shell.write("flow", "%%step a\nx = 1"))
    assert answer.code == 1
    assert "cannot write to" in answer.err


@pytest.mark.parametrize("verb", [["status"], ["runs"], ["why", "a"], ["logs", "a"], ["dump", "a"], ["resume"]])
def test_asking_about_runs_before_there_is_one(shell: Shell, verb: list[str]) -> None:
    path = shell.write("flow", "%%step a\nx = 1")
    answer = shell(verb[0], path, *verb[1:])
    assert answer.code == 2
    root = shell.folder / ".nbflow"
    assert answer.err == (
        f"Error: flow 'flow' has not run yet (there is no run of it in {root}): run it with nbflow run\n"
    )
    assert not (shell.folder / ".nbflow").exists()


@pytest.mark.parametrize("option", ["--to", "--from", "--only"])
def test_a_part_that_is_no_step_offers_the_nearest(shell: Shell, option: str) -> None:
    answer = shell("run", shell.write("flow", "%%step load\nx = 1"), option, "laod")
    assert (answer.code, answer.err) == (2, "Error: no step 'laod': did you mean 'load'?\n")


def test_parts_exclude_one_another(shell: Shell) -> None:
    answer = shell("run", shell.write("flow", "%%step load\nx = 1"), "--to", "load", "--only", "load")
    assert answer.code == 2
    assert "--to, --from and --only exclude one another" in answer.err


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
