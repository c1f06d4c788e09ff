"""All flows of a server: which stores are found, what is said of each flow, and what is not shown."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from nbflow.jupyter.panel import server_stores
from nbflow.jupyter.panel.flow_list import flow_list, space_list
from nbflow.jupyter.protocol.overview_messages import FlowLine, FlowList
from nbflow.progress.status import RunStatus
from nbflow.store.catalog.known_stores import remember_store
from nbflow.store.store import Store
from tests.cli.shell import Shell

STEP = "%%step one\none = bytes(5000)"
Run = Callable[..., Path]


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the stores that other tests and the user have used."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a notebook with one store for each folder."""

    def run(name: str, *cells: str, top: Path = tmp_path / "served") -> Path:
        folder = (top / name).parent
        (folder / ".nbflow").mkdir(parents=True, exist_ok=True)
        shell = Shell(folder)
        shell("run", shell.write(Path(name).name, *(cells or (STEP,))))
        return folder

    return run


def change(folder: Path, statement: str, *values: object) -> None:
    """Change a catalog behind the back of nbflow."""
    with closing(sqlite3.connect(folder / ".nbflow/catalog.db")) as connection, connection:
        connection.execute(statement, values)


def listed(top: Path, *, hidden: bool = False) -> FlowList:
    return flow_list(top, hidden, look=True)


def names(found: FlowList) -> list[tuple[str, str, str]]:
    return [(line.path, line.name, line.store) for line in found.flows]


def test_every_store_below_the_folder_is_found_and_the_newest_run_comes_first(run: Run, tmp_path: Path) -> None:
    assert listed(tmp_path) == FlowList(())
    run("first")
    run("deep/down/second")
    run("first", "%%step one\none = 2")
    found = listed(tmp_path / "served")
    assert names(found) == [
        ("first.ipynb", "first.ipynb", ".nbflow"),
        ("deep/down/second.ipynb", "deep/down/second.ipynb", "deep/down/.nbflow"),
    ]
    assert [(line.flow, line.run.number, line.run.status, line.is_busy) for line in found.flows] == [
        ("first", 2, RunStatus.SUCCEEDED, False), ("second", 1, RunStatus.SUCCEEDED, False),
    ]  # fmt: skip


def test_a_failure_is_told_with_its_step_and_the_first_line_of_its_error(run: Run, tmp_path: Path) -> None:
    fails = (
        "%%step fit --foreach n in [1, 0]\nif not n:\n    raise ValueError('no \\x1b]0;title\\x07data\\nsecond line')"
    )
    run("broken", "%%step load\nrows = 1", fails)
    [line] = listed(tmp_path / "served").flows
    assert (line.run.status, line.step, line.error) == (RunStatus.FAILED, "fit", "ValueError: no ]0;titledata")
    run("broken", "%%step load\nrows = 1")
    [line] = listed(tmp_path / "served").flows
    assert (line.run.status, line.step, line.error) == (RunStatus.SUCCEEDED, "", "")


def test_a_flow_whose_notebook_is_gone_is_listed_and_cannot_be_opened(run: Run, tmp_path: Path) -> None:
    folder = run("a/gone")
    (folder / "gone.ipynb").unlink()
    assert names(listed(tmp_path / "served")) == [("", "a/gone.ipynb", "a/.nbflow")]


def test_each_notebook_of_those_that_share_runs_is_listed_with_its_newest_run(run: Run, tmp_path: Path) -> None:
    folder = run("films")
    with Store.open(folder / ".nbflow") as store, store.writer() as writer:
        writer.keep_notebook("films", "films", "one")
        writer.keep_notebook("films", "copy", "two")  # as the panel does for "Keep its runs"
    run("copy", "%%step one\none = 2")
    (folder / "films.ipynb").touch()
    (folder / "elsewhere").mkdir()
    found = listed(tmp_path / "served").flows
    assert [(line.path, line.flow, line.run.number) for line in found] == [
        ("copy.ipynb", "films", 2), ("films.ipynb", "films", 1),
    ]  # fmt: skip
    (folder / "films.ipynb").unlink()
    assert [line.path for line in listed(tmp_path / "served").flows] == ["copy.ipynb"]
    (folder / "copy.ipynb").unlink()
    assert names(listed(tmp_path / "served")) == [("", "copy.ipynb", ".nbflow")]


def test_a_hidden_notebook_is_opened_only_where_jupyter_shows_it(run: Run, tmp_path: Path) -> None:
    run(".hidden")
    top = tmp_path / "served"
    assert [line.path for line in listed(top).flows] == [""]
    assert [line.path for line in listed(top, hidden=True).flows] == [".hidden.ipynb"]


def test_links_hidden_folders_and_environments_are_not_searched(run: Run, tmp_path: Path) -> None:
    top = tmp_path / "served"
    top.mkdir()
    run("elsewhere/linked", top=tmp_path)
    run(".secret/hidden")
    run("node_modules/package")
    (run("env/tool") / "pyvenv.cfg").touch()
    (top / "link").symlink_to(tmp_path / "elsewhere")
    assert listed(top) == FlowList(())


def test_other_stores_that_the_user_uses_are_shown_and_those_of_nobody_else(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    top = tmp_path / "served"
    top.mkdir()
    mine = run("mine/own", top=tmp_path)
    run("other/foreign", top=tmp_path)
    remember_store("id", mine / ".nbflow")
    remember_store("gone", tmp_path / "nowhere/.nbflow")
    remember_store("relative", Path(".nbflow"))
    assert names(listed(top)) == [("", str(mine / "own.ipynb"), str(mine / ".nbflow"))]
    [space] = space_list(top).stores
    assert space.folder is None


def test_of_a_store_above_the_folder_only_flows_below_it_are_shown(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (tmp_path / "served").mkdir()
    (tmp_path / ".nbflow").mkdir()
    shell("run", shell.write("outside", STEP))
    below = Shell(tmp_path / "served")
    below("run", below.write("inside", STEP))
    assert names(listed(tmp_path / "served")) == [("inside.ipynb", "inside.ipynb", str(tmp_path / ".nbflow"))]


def test_a_place_that_a_store_makes_up_leads_nowhere(run: Run, tmp_path: Path) -> None:
    folder = run("honest")
    (tmp_path / "secret.ipynb").write_text("{}")
    (folder / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    for place in ("../secret", "link", "/etc/passwd", "x/../../secret", "\0", "a" * 5000, "."):
        change(folder, "UPDATE meta SET value = ? WHERE key = 'notebook of honest'", place)
        change(folder, "UPDATE runs SET document = ?", place)
        [line] = listed(tmp_path / "served").flows
        assert line.path == "", place


def test_a_store_that_cannot_be_read_is_told_beside_the_others(run: Run, tmp_path: Path) -> None:
    run("good/fine")
    folder = run("bad/damaged")
    (folder / ".nbflow/catalog.db").write_bytes(b"no database" * 1000)
    found = listed(tmp_path / "served")
    assert [line.flow for line in found.flows] == ["fine"]
    [trouble] = found.troubles
    assert trouble.store == "bad/.nbflow"
    assert [space.store for space in space_list(tmp_path / "served").stores] == ["good/.nbflow"]


def test_the_search_ends_after_many_folders(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_stores, "MOST_FOLDERS", 3)
    run("a/near")
    for number in range(4):
        (tmp_path / f"served/b{number}").mkdir()
    found = listed(tmp_path / "served")
    assert ([line.flow for line in found.flows], found.is_cut) == (["near"], True)


def test_the_space_is_that_of_du_and_of_gc(run: Run, tmp_path: Path) -> None:
    for number in range(12):
        folder = run("large", f"%%step one\none = bytes([{number}]) * 50000")
    run("large_too")
    listed(tmp_path / "served")
    [space] = space_list(tmp_path / "served").stores
    with Store.open(folder / ".nbflow") as store:
        assert space.bytes == store.size()
    assert (space.store, space.folder, space.old) == (".nbflow", ".", ("large/2", "large/1"))
    assert 100_000 <= space.free <= 101_000
    assert space.flows["large"] > 600_000
    assert Shell(folder)("gc", str(folder)).code == 0
    assert space_list(tmp_path / "served").stores[0].old == ()


def test_a_run_that_goes_on_is_read_each_time(run: Run, tmp_path: Path) -> None:
    folder = run("going")
    change(folder, "UPDATE runs SET status = 'running', finished = NULL, pid = ?", os.getpid())
    first = listed(tmp_path / "served").flows[0]
    assert (first.run.status, first.is_busy) == (RunStatus.RUNNING, True)
    change(folder, "UPDATE runs SET pid = 2147483646")
    assert listed(tmp_path / "served").flows[0].run.status is RunStatus.CRASHED


def test_what_has_not_changed_is_not_read_again(run: Run, tmp_path: Path) -> None:
    run("still")
    [line] = listed(tmp_path / "served").flows
    again: list[FlowLine] = [*flow_list(tmp_path / "served", False, look=False).flows]
    assert again[0].run is line.run
