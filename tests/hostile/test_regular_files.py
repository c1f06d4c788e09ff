"""A file that never ends stops nobody: only regular files are read, whoever names them."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.errors import ParameterError
from nbflow.jupyter.panel import flow_state
from nbflow.jupyter.panel.answers import Question, answer
from nbflow.notebook.arguments import bind_parameters
from nbflow.notebook.read import read_notebook
from nbflow.store.regular_file import read_regular
from tests.cli.shell import Shell


def bind_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # the path of a socket may have 107 characters
        bound.bind(path.name)
        os.chdir(here)


ENDLESS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a socket": bind_socket,
    "a folder": lambda path: path.mkdir(),
    "nothing": lambda path: None,
}


@pytest.fixture(params=ENDLESS)
def endless(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "endless.py"
    ENDLESS[request.param](path)
    return path


def test_only_regular_files_are_read(endless: Path) -> None:
    with pytest.raises(OSError, match=r"not a regular file|No such|directory|evice"):
        read_regular(endless)


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 0 MB"):
        read_regular(tmp_path / "x", 4)


CELLS = (
    "%%parameters\ntext: File = 'endless.py'",
    "from endless import *\nimport endless",
    "%run endless.py",
    "%%step load --watch endless.py\nx = open('endless.py')\nendless.f(x)",
)


def test_looking_at_a_notebook_does_not_wait_for_its_files(endless: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("films", *CELLS)
    for verb in ("check", "show", "params", "status", "why load", "runs", "run", "resume", "export"):
        said = shell(*[verb.split()[0], notebook, *verb.split()[1:]])
        assert "Traceback" not in said.err


def test_links_in_circles_keep_nobody_waiting(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (tmp_path / "data").mkdir()
    for name in ("a", "b"):
        (tmp_path / "data" / name).symlink_to(".")
    notebook = shell.write("films", "%%step load --watch data/**\nx = open('data/**/c.csv')")
    for verb in ("check", "show", "params", "status", "runs", "run", "export"):
        assert "Traceback" not in shell(verb, notebook).err
    sent = json.dumps({"cells": sent_cells(notebook)})
    assert answer("flow", Question(tmp_path, {"path": "films.ipynb"}, sent)).status == 200


def test_a_pattern_that_takes_too_long_is_refused_at_its_step(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    pattern = "*/" * 250
    said = shell("run", shell.write("films", f"%%step load --watch {pattern}\nx = 1"))
    assert said.code != 0
    assert said.err.startswith("Error: films.ipynb · cell 1, line 1: --watch */")
    assert "of step 'load' takes too long to be looked up" in said.err


def sent_cells(notebook: str) -> list[dict[str, str]]:
    """Return the cells of a notebook as the panel sends them."""
    cells = json.loads(Path(notebook).read_text())["cells"]
    return [{"id": str(n), "source": "".join(one["source"]), "type": "code"} for n, one in enumerate(cells)]


def test_the_panel_does_not_wait_for_the_files_of_a_notebook(endless: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("films", "%%parameters\ntext: File = 'endless.py'", "%%step load\nx = 1")
    honest = shell.write("other", "%%step load\nx = 1")
    assert shell("run", honest).code == 0
    sent = sent_cells(notebook)
    for what, body in (("flow", {"cells": sent}), ("runs", {}), ("run", {}), ("tasks", {}), ("report", {})):
        found = answer(what, Question(tmp_path, {"path": "films.ipynb", "step": "load"}, json.dumps(body)))
        assert found.status in (200, 404)  # the flow has not run


@pytest.mark.parametrize(
    "verb", ["run", "check", "show", "params", "status", "init", "convert", "export", "import", "sync"]
)
def test_a_notebook_that_is_no_regular_file_is_refused(endless: Path, verb: str, tmp_path: Path) -> None:
    more = {"convert": ["--to", "magic"], "sync": [str(endless)], "import": ["-o", str(tmp_path / "made.ipynb")]}
    said = Shell(tmp_path)(verb, str(endless), *more.get(verb, ()))
    assert said.code != 0
    assert "Traceback" not in said.err
    assert len(said.err.strip().splitlines()) <= 4  # with the usage


def test_a_file_beyond_the_limit_is_refused_and_the_panel_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path)
    (tmp_path / "long.txt").write_text("x" * 1000)
    notebook = shell.write("films", "%%parameters\ntext: File = 'long.txt'", "%%step load\nx = len(text)")
    flow = read_notebook(Path(notebook))
    assert bind_parameters(flow, {}, tmp_path, limit=1000) == {"text": "x" * 1000}
    with pytest.raises(ParameterError, match="larger than 0 MB"):
        bind_parameters(flow, {}, tmp_path, limit=999)
    assert shell("run", notebook).code == 0
    monkeypatch.setattr(flow_state, "LARGEST_FILE", 999)
    question = Question(tmp_path, {"path": "films.ipynb"}, json.dumps({"cells": sent_cells(notebook)}))
    assert answer("flow", question).status == 200
