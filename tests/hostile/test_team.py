"""What a trusted user has signed is loaded; what somebody has put in its place is not, whatever signature is on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.errors import StoreError, Untrusted
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.seal_rows import write_seals
from nbflow.store.catalog.trust import Keyring, keyring
from nbflow.store.catalog.trusted_users import User
from tests.cli.shell import Shell
from tests.hostile.poison import OUTPUTS, poison
from tests.hostile.test_replayed import CELLS, REPLAYS, TRUE, readings, replay
from tests.jupyter.live import Live


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A folder in which ann has run a flow twice; the user is somebody else, who trusts her."""
    with monkeypatch.context() as of_ann:
        of_ann.setenv("JUPYTER_DATA_DIR", str(tmp_path / "keys of ann"))
        of_ann.setenv("NBFLOW_USER", "ann")
        shell = Shell(tmp_path)
        notebook = shell.write("films", *CELLS)
        shell("run", notebook)
        shell("run", notebook, "--level=5")
    keyring().trusted_users.add(User("ann", keys_of(shell, "ann").public_key))
    return shell


def keys_of(shell: Shell, user: str) -> Keyring:
    return Keyring(shell.folder / f"keys of {user}")


def change(shell: Shell, *statements: str) -> None:
    connection = sqlite3.connect(shell.folder / ".nbflow" / "catalog.db")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def exchange(shell: Shell, table: str, column: str) -> None:
    """Give each row of a table the value that another row has."""
    change(shell, "DROP INDEX IF EXISTS runs_uid")
    another = f"SELECT {column} FROM before WHERE before.{column} != {table}.{column} LIMIT 1"
    change(shell, f"CREATE TEMP TABLE before AS SELECT * FROM {table}", f"UPDATE {table} SET {column} = ({another})")


def sign_by_mallory(shell: Shell, *statements: str) -> None:
    """Let mallory sign all that ann has signed."""
    root, ring = shell.folder / ".nbflow", keys_of(shell, "mallory")
    connection = sqlite3.connect(root / "catalog.db")
    with CatalogReader(root / "catalog.db") as reader, connection:
        sealed = [(task, reader.sealed(task)) for task in reader.task_ids()]
        write_seals(connection.executemany, [(task, ring.sign(one[0])) for task, one in sealed if one], ring)
    connection.close()
    change(shell, *statements)


ANN, TAKE = "(SELECT signer FROM users WHERE name = 'ann')", "UPDATE seals SET signer ="
ATTACKS: dict[str, Callable[[Shell], object]] = {
    "values exchanged": lambda shell: poison(shell.folder / ".nbflow", "before"),
    "values exchanged and signed by mallory": lambda shell: poison(shell.folder / ".nbflow", "by another"),
    "no signature": lambda shell: change(shell, "DELETE FROM batches"),
    "no seal": lambda shell: change(shell, "DELETE FROM seals"),
    "signature of other tasks": lambda shell: exchange(shell, "batches", "signature"),
    "hashes of other tasks": lambda shell: exchange(shell, "batches", "hashes"),
    "batch of other tasks": lambda shell: exchange(shell, "seals", "batch"),
    "signature that is none": lambda shell: change(shell, "UPDATE batches SET signature = x'00', hashes = ''"),
    "signed by mallory": sign_by_mallory,
    "signed by mallory in the name of ann": lambda shell: sign_by_mallory(shell, f"{TAKE} {ANN}"),
    "mallory's key for that of ann": lambda shell: sign_by_mallory(
        shell, f"{TAKE} {ANN}", f"UPDATE users SET key = x'{keys_of(shell, 'mallory').public_key.hex()}'"
    ),
    "texts in the place of bytes": lambda shell: change(
        shell,
        "UPDATE batches SET signature = 'x', hashes = 7",
        "UPDATE users SET key = 'x'",
        "UPDATE seals SET mac = 'x'",
    ),
    "ids of runs exchanged": lambda shell: exchange(shell, "runs", "uid"),
}


def test_what_a_trusted_user_has_signed_is_read_restored_and_reused(shell: Shell) -> None:
    for address, kind, read in readings(shell):
        assert (read().code == 0) if kind == "dump" else (read() == TRUE[address])
    assert "0 ran" in shell("run", str(shell.folder / "films.ipynb"), "--reuse").out
    assert shell("verify", str(shell.folder)).code == 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_trusted_user_has_not_signed_is_loaded(shell: Shell, attack: str) -> None:
    reads = [*readings(shell)]
    ATTACKS[attack](shell)
    for _, kind, read in reads:
        if kind == "dump":
            assert read().code == 1
        else:
            with pytest.raises(StoreError):
                read()
    live = Live({"__name__": "__main__"}, shell.folder, shell.folder / "films.ipynb")
    with pytest.raises(StoreError):
        live.use("restore 1/load")
    assert "values" not in live.names
    live.session.close()
    assert "reused" not in shell("run", str(shell.folder / "films.ipynb"), "--reuse").out.replace("0 reused", "")
    assert not (shell.folder / "code of the store was run").exists()


@pytest.mark.parametrize("how", REPLAYS)
def test_no_value_of_a_trusted_user_is_read_in_the_place_of_another(shell: Shell, how: str) -> None:
    source, target = REPLAYS[how]
    replay(shell.folder / ".nbflow", source, target)
    for address, kind, read in readings(shell):
        if kind != "dump" and address == target:
            with pytest.raises(Untrusted, match="was changed after ann signed it"):
                read()
    said = shell("verify", str(shell.folder), "--keep-damaged")
    assert "is not the one that was signed" in said.out


def test_outputs_of_a_trusted_user_are_shown_whole_until_they_are_exchanged(shell: Shell) -> None:
    shell.write("shown", "%%step load\nfrom IPython.display import HTML, display\ndisplay(HTML('<b>7</b>'))")
    notebook = str(shell.folder / "shown.ipynb")
    with pytest.MonkeyPatch.context() as of_ann:
        of_ann.setenv("JUPYTER_DATA_DIR", str(shell.folder / "keys of ann"))
        shell("run", notebook)
    (shown,) = Flow("shown", shell.folder)["1"]["load"].task.outputs
    assert shown["data"]["text/html"] == "<b>7</b>"
    poison(shell.folder / ".nbflow", "before")
    after = Flow("shown", shell.folder)["1"]["load"].task.outputs
    assert "script" in OUTPUTS
    assert "script" not in str(after)
