"""A row of the catalog that nobody can read is told in a line, by every verb and call that meets it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.errors import NbflowError
from nbflow.jupyter.panel.answers import Question, answer
from tests.cli.shell import Shell

CELLS = (
    "%%parameters\nlevel: int = 1",
    "import random",
    "%%step load\nvalues = [level, 2]\nvalues[0] += random.random() * 0",
    "%%step fit --foreach value in values\nscore = value * 2",
    "%%step keep\nopen('kept.txt', 'w').close()\nkept = open('kept.txt').read()",
    "%%step broken\nseen = values[0]\n1 / 0",
)
COLUMNS = (
    *("runs.parameters", "events.payload", "environment.body", "randoms.state", "code.body"),
    *("tasks.failure", "tasks.passed_on", "tasks.item", "tasks.outputs", "tasks.path"),
    *("artifacts.summary", "artifacts.lost", "artifacts.shares", "components.members", "components.buffers"),
)
TEXTS = ("", "{", "[]", "{}", "null", "3", '"x"', "[[[]]]", '{"kind": 1, "type": [], "message": {}}')
WRONG = (
    *(("code.body", b"\xff\x00"), ("names.text", b"\xff\x00"), ("files.path", b"\xff\x00"), ("runs.parameters", "-1")),
    *(("runs.started", 1e300), ("runs.number", "null"), ("tasks.status", "null"), ("tasks.source", "null")),
    *(("tasks.started", "inf"), ("tasks.step", 1 << 40), ("components.stream", "null"), ("events.time", b"")),
)
VERBS = (
    *(
        ("status",),
        ("why", "fit"),
        ("runs",),
        ("runs", "--sort", "values"),
        ("logs", "broken"),
        ("dump", "load"),
        ("diff", "1", "2"),
        ("du",),
    ),
    *(("report", "-o", "page.html"), ("run", "--reuse"), ("verify",)),
)
REQUESTS = {
    "runs": {},
    "run": {"run": "1"},
    "tasks": {},
    "grid": {"step": "fit"},
    "results": {},
    "task": {"run": "1", "task": "1"},
    "versions": {"run": "1", "task": "1", "name": "values"},
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def notebook(shell: Shell) -> str:
    path = shell.write("films", *CELLS)
    for _ in range(2):
        shell("run", "--reuse", path)
    return path


def test_a_row_that_cannot_be_read_is_told_in_a_line(
    shell: Shell, notebook: str, subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shell.folder)
    catalog = shell.folder / ".nbflow" / "catalog.db"
    whole = catalog.read_bytes()
    for number, column in enumerate(COLUMNS):
        with subtests.test(column):
            _damage(catalog, whole, column, TEXTS[number % len(TEXTS) :] + TEXTS[: number % len(TEXTS)])
            _use_all(shell, notebook)


def test_a_value_of_another_kind_is_told_in_a_line(
    shell: Shell, notebook: str, subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shell.folder)
    catalog = shell.folder / ".nbflow" / "catalog.db"
    whole = catalog.read_bytes()
    for column, value in WRONG:
        with subtests.test(column):
            _damage(catalog, whole, column, (value,))
            _use_all(shell, notebook)


def _use_all(shell: Shell, notebook: str) -> None:
    for verb, *words in VERBS:
        shell(verb, *([] if verb == "verify" else [notebook]), *words)  # raises what is no error of nbflow
    for what, query in REQUESTS.items():
        assert answer(what, Question(shell.folder, {"path": "films.ipynb", **query})).status < 500
    list(_all_that_the_client_reads())


def _damage(catalog: Path, whole: bytes, column: str, texts: tuple[object, ...]) -> None:
    """Write one of the values after another into the rows of a column, in a catalog that is whole otherwise."""
    for beside in catalog.parent.glob("catalog.*"):
        beside.unlink()
    catalog.write_bytes(whole)
    table, name = column.split(".")
    with closing(sqlite3.connect(catalog)) as connection:
        rows = [row for (row,) in connection.execute(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL")]
        for row, text in zip(rows, texts * len(rows), strict=False):
            connection.execute(f"UPDATE OR IGNORE {table} SET {name} = ? WHERE {name} IS ?", (text, row))
        connection.commit()


def _all_that_the_client_reads() -> Iterator[object]:
    try:
        for run in Flow("films"):
            yield run.parameters, run.tags
            for step in run:
                for task in step:
                    yield task.exception, task.stdout, task.metadata_dict, [one.data for one in task]
    except NbflowError as error:
        yield error
