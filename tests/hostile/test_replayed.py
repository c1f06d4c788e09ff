"""A signature that holds for one value is no signature for another: of an item, a name, a step or a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.client import Flow
from nbflow.errors import StoreError, Untrusted
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow
from nbflow.store.store import Store
from tests.cli.shell import Shell
from tests.jupyter.live import Live

CELLS = (
    "%%parameters\nlevel: int = 1",
    "%%step load\nvalues = [level, 2]\nother = [7, 8]",
    "%%step fit --foreach value in values\nscore = [value * 2]",
    "%%step join --join fit\nbest = [one.score for one in inputs]\nvalues = [9]",
)
TRUE = {
    ("1", "load", "values"): [1, 2], ("1", "load", "other"): [7, 8], ("2", "load", "values"): [5, 2],
    ("1", "fit[0]", "score"): [2], ("1", "fit[1]", "score"): [4], ("2", "fit[0]", "score"): [10],
    ("1", "join", "values"): [9], ("1", "join", "best"): [[2], [4]],
}  # fmt: skip
REPLAYS = {
    "of another item": (("1", "fit[1]", "score"), ("1", "fit[0]", "score")),
    "of another name": (("1", "load", "other"), ("1", "load", "values")),
    "of another step": (("1", "join", "values"), ("1", "load", "values")),
    "of another run": (("2", "load", "values"), ("1", "load", "values")),
    "of an item of another run": (("2", "fit[0]", "score"), ("1", "fit[0]", "score")),
}
ROW = """SELECT tasks.id, artifacts.name FROM artifacts JOIN tasks ON tasks.id = artifacts.task
    JOIN runs ON runs.id = tasks.run JOIN names ON names.id = artifacts.name
    JOIN names AS steps ON steps.id = tasks.step
    WHERE runs.number = ? AND steps.text = ? AND tasks.path = ? AND names.text = ? AND tasks.split = 0"""


def place(connection: sqlite3.Connection, address: tuple[str, str, str]) -> tuple[int, int]:
    run, task, name = address
    step, _, index = task.partition("[")
    path = int(index[:-1]).to_bytes(4, "big") if index else b""
    found: tuple[int, int] = connection.execute(ROW, (int(run), step, path, name)).fetchone()
    return found


def replay(root: Path, source: tuple[str, str, str], target: tuple[str, str, str]) -> None:
    """Let the row of one artifact point to the value of another, as anybody can who may write to the store."""
    connection = sqlite3.connect(root / "catalog.db")
    with connection:
        columns = "component, idx, size, summary, shares"
        query = f"SELECT {columns} FROM artifacts WHERE task = ? AND name = ?"
        values = connection.execute(query, place(connection, source)).fetchone()
        assert values
        update = f"UPDATE artifacts SET ({columns}) = (?, ?, ?, ?, ?) WHERE task = ? AND name = ?"
        connection.execute(update, (*values, *place(connection, target)))
    connection.close()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    notebook = shell.write("films", *CELLS)
    shell("run", notebook)
    shell("run", notebook, "--level=5")
    return shell


def readings(shell: Shell) -> Iterator[tuple[tuple[str, str, str], str, Callable[[], Any]]]:
    """Yield everything with which a value is read, with its address."""
    flow, notebook = Flow("films", shell.folder), str(shell.folder / "films.ipynb")
    for run, task, name in TRUE:
        one = flow[run][task.partition("[")[0]]
        found = next(each for each in one if task in (each._address, str(each.id)))
        yield (run, task, name), "data", lambda found=found, name=name: getattr(found.data, name)
        yield (run, task, name), "artifact", lambda found=found, name=name: found[name].data
        words = ("dump", notebook, f"{run}/{task}", name, "--value")
        yield (run, task, name), "dump", lambda words=words: shell(*words)


@pytest.mark.parametrize("how", REPLAYS)
def test_no_value_is_read_in_the_place_of_another(shell: Shell, how: str) -> None:
    source, target = REPLAYS[how]
    assert all(read().code == 0 for _, kind, read in readings(shell) if kind == "dump")
    replay(shell.folder / ".nbflow", source, target)
    refused, changed = set(), list[bool]()
    for address, kind, read in readings(shell):
        try:
            value = read()
        except Untrusted as error:
            changed += [error.is_changed]
            refused.add((address, kind))
        else:
            if kind != "dump":
                assert value == TRUE[address], (address, kind)
            elif value.code:
                refused.add((address, kind))
            else:
                assert f"{address[2]} = {TRUE[address]}" in value.out
    assert all(changed)
    assert {(target, kind) for kind in ("data", "artifact", "dump")} <= refused


@pytest.mark.parametrize("how", REPLAYS)
def test_no_value_is_restored_or_reused_in_the_place_of_another(shell: Shell, how: str) -> None:
    source, target = REPLAYS[how]
    replay(shell.folder / ".nbflow", source, target)
    live = Live({"__name__": "__main__"}, shell.folder, shell.folder / "films.ipynb")
    with pytest.raises(StoreError, match="was changed after you signed it"):
        live.use(f"restore {target[0]}/{target[1]}")
    assert target[2] not in live.names
    live.session.close()
    assert shell("run", str(shell.folder / "films.ipynb"), "--reuse").code == 0
    assert Flow("films", shell.folder).latest_run.data.best == [[2], [4]]


def test_rows_that_change_after_they_were_checked_are_not_reused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    signed, source = CatalogReader.signed_row, ("2", "fit[0]", "score")
    attacks = []

    def check_then_attack(reader: CatalogReader, row: TaskRow) -> frozenset[tuple[str, str]] | None:
        found = signed(reader, row)
        if row.step == "fit" and row.path == (0,) and not row.split and not attacks:
            attacks.append(row.id)
            replay(shell.folder / ".nbflow", source, ("1", "fit[0]", "score"))
        return found

    monkeypatch.setattr(CatalogReader, "signed_row", check_then_attack)
    notebook = shell.write("films", *CELLS[:3], f"{CELLS[3]}\nmore = 1")
    assert shell("run", notebook, "--reuse").code == 0
    assert attacks
    assert Flow("films", shell.folder).latest_run.data.best == [[2], [4]]


def test_every_seal_of_a_run_belongs_to_one_task(shell: Shell) -> None:
    connection = sqlite3.connect(shell.folder / ".nbflow" / "catalog.db")
    with connection:
        ((task, mac),) = connection.execute("SELECT task, mac FROM seals LIMIT 1").fetchall()
        connection.execute("UPDATE seals SET mac = ?", (mac,))
    connection.close()
    with Store.open(shell.folder / ".nbflow") as store:
        found = {one: store.history.signed_artifacts(one) for one in store.history.task_ids()}
        assert [one for one, signed in found.items() if signed is not None] == [task]


CHANGES = {
    "a value": "UPDATE artifacts SET (component, idx) = (SELECT component, idx FROM artifacts WHERE task = {fit_1}) "
    "WHERE task = {fit_0}",
    "a task": "UPDATE tasks SET path = x'00000007' WHERE id = {fit_0}",
    "a failure": """UPDATE tasks SET status = 'failed', failure = '{{"kind": "error", "type": "E", "message": "m"}}'
    WHERE id = {fit_0}""",
    "no task": "DELETE FROM tasks WHERE id = {fit_0}",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_join_notices_rows_that_are_changed_while_the_run_goes_on(shell: Shell, change: str) -> None:
    between = (
        "import sqlite3\nconnection = sqlite3.connect('.nbflow/catalog.db', timeout=30)\n"
        "fit_0, fit_1 = [row[0] for row in connection.execute('SELECT task FROM artifacts JOIN names ON id = name "
        f'WHERE text = "score" ORDER BY task DESC LIMIT 2\')][::-1]\nchange = f{change!r}\n'
        "with connection:\n    connection.execute(change)\nconnection.close()"
    )
    cells = (
        *CELLS,
        f"%%step between --after join\n{between}",
        "%%step again --join fit --after between\ntwice = inputs.score",
    )
    answer = shell("run", shell.write("changed", *cells), "-j", "1")
    assert answer.code == 1
    assert "somebody has changed rows of this run while it was going on" in answer.out
