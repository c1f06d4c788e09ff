"""Numbers, names and texts of any size get an answer: of the panel's server 4xx at most, in a shell one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbflow.jupyter.panel.answers import ANSWERS, Question, answer
from nbflow.jupyter.panel.requests import POSTED, WITHOUT_NOTEBOOK
from tests.cli.shell import Shell

BIG, HUGE = "9" * 30, "9" * 5000
VALUES = ("x" * 5000, "a/" * 3000, BIG, HUGE, "\ud800", "\0", "²", "-1", "1e5", "[]", "../films.ipynb", "~", ".")
QUERY = {"path": "films.ipynb", "run": "1", "task": "1", "then": "1", "now": "1", "step": "load"}


def cell(source: str) -> str:
    return json.dumps({"cells": [{"id": "a", "source": source, "type": "code"}]})


BODIES = (
    *(
        "",
        "[",
        "[" * 100_000,
        '{"cells":' * 100_000,
        '{"cells":[[' + "[" * 100_000,
        '{"a":' + HUGE + "}",
        "null",
        '"x"',
    ),
    *(cell("%%step \ud800\nx=1"), cell("%%step a\nx='\ud800'"), cell("%%step a\0\nx=1"), '{"source": "\ud800 = 1"}'),
    *(cell(f"%%step a\nx={'-' * 20_000}1"), cell(f"%%step a\nx={'(' * 3000}1"), cell(f"%%step a\nx=a{'.a' * 20_000}")),
    *(cell(f"%%step a\nx={HUGE}"), cell(f"%%parameters\nx: int = {HUGE}"), cell(f"%%step a --retry {HUGE}\nx=1")),
    *(cell(f"%%step a --cache ttl={HUGE}\nx=1"), cell(f"%%step a --memory {HUGE}GB --timeout {HUGE}d\nx=1")),
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    assert shell("run", shell.write("films", "%%step load\nx=1")).code == 0
    return shell


@pytest.mark.parametrize("what", ANSWERS)
def test_the_panel_is_answered_whatever_it_asks(shell: Shell, what: str) -> None:
    plain = '{"cells": []}' if what == "flow" else '{"source": "x=1"}'
    questions = [Question(shell.folder, {**QUERY, key: value}, plain) for key in QUERY for value in VALUES]
    questions += [Question(shell.folder, QUERY, body) for body in BODIES if what in POSTED]
    for question in questions:
        found = answer(what, question)
        assert found.status < 500
        assert found.text.encode("utf-8")
        assert found.status == 200 or len(found.text) < 12_000
        if found.kind == "application/json":
            json.loads(found.text)


HEADERS = (
    *(f"--retry {HUGE}", f"--retry {BIG}", f"--cache ttl={HUGE}", f"--cache ttl={BIG}d", f"--memory {HUGE}GB"),
    *(f"--memory {BIG}TB", f"--timeout {HUGE}d", "--timeout 99999999d", f"--cpu {HUGE}", f"--allow-failures {HUGE}"),
    *(f"--seed {HUGE}", f"--allow-failures {HUGE}%"),
)


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header[:24])
def test_a_number_that_is_too_large_is_an_error_in_one_line(shell: Shell, header: str) -> None:
    notebook = shell.write("large", f"%%step a {header}\nx = 1")
    for verb in ("check", "run"):
        said = shell(verb, notebook)
        assert said.code == 1, header
        (line,) = (said.out + said.err).strip().splitlines()[:1]
        assert "--" in line
        assert len(line) < 300


NO_SUCH = (
    *(("logs", f"{HUGE}/load"), ("logs", f"{BIG}/load"), ("logs", f"load@{BIG}"), ("dump", f"load[{BIG}]")),
    *(("dump", f"load[{HUGE}]"), ("logs", f"load[{2**33}]"), ("report", BIG), ("report", HUGE), ("diff", BIG, "1")),
    *(("tag", BIG, "x"), ("gc", "--keep", BIG), ("gc", "--keep", HUGE), ("runs", "-n", BIG), ("run", "-j", HUGE)),
    *(("rerun", f"load[{BIG}]"), ("why", "\ud800"), ("tag", "1", "\ud800")),
)


@pytest.mark.parametrize("words", NO_SUCH, ids=lambda words: " ".join(words)[:20])
def test_a_number_that_names_nothing_is_an_error_without_a_traceback(shell: Shell, words: tuple[str, ...]) -> None:
    said = shell(words[0], str(shell.folder / "films.ipynb"), *words[1:])
    assert said.code in ((0,) if words[:2] == ("tag", "1") else (1, 2))
    assert "Traceback" not in said.err


@pytest.mark.parametrize("path", ["x" * 5000, "a/" * 3000, "\udc80", ""])
def test_a_path_that_cannot_exist_is_an_error_without_a_traceback(shell: Shell, path: str) -> None:
    for verb in ("check", "run", "status", "show"):
        said = shell(verb, path)
        assert said.code in (1, 2)
        assert "Traceback" not in said.err


@pytest.mark.parametrize("path", [".films.ipynb", ".hidden/films.ipynb", "a/.ipynb_checkpoints/films.ipynb"])
def test_hidden_notebooks_are_answered_only_where_jupyter_shows_them(shell: Shell, path: str) -> None:
    (shell.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (shell.folder / path).write_text((shell.folder / "films.ipynb").read_text())
    for what in ANSWERS:
        query, body = {**QUERY, "path": path}, '{"cells": [], "source": "x=1"}'
        found = answer(what, Question(shell.folder, query, body))
        assert found.status == 404 if what not in WITHOUT_NOTEBOOK else path not in found.text
    assert answer("flow", Question(shell.folder, {"path": path}, '{"cells": []}', allow_hidden=True)).status == 200
