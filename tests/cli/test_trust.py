"""The verb trust: users, their keys, and what stores of earlier formats need."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.errors import Untrusted
from nbflow.store.catalog.trust import keyring
from tests.cli.shell import Answer, Shell
from tests.jupyter.live import Live

Become = Callable[[str], None]

CELLS = ("%%step load\nx = [1, 2]", "%%step use\ny = x + [3]\nprint('used')")


@pytest.fixture
def become(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Become:
    """From here on the user is another one, with this name."""

    def become(name: str) -> None:
        monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / f"keys of {name}"))
        monkeypatch.setenv("NBFLOW_USER", name)

    return become


@pytest.fixture
def shell(tmp_path: Path, become: Become) -> Shell:
    """A store in which ann has run a flow; the user is bob."""
    shell = Shell(tmp_path)
    become("ann")
    assert shell("run", shell.write("films", *CELLS)).code == 0
    become("bob")
    return shell


def signer_of(become: Become, name: str) -> str:
    become(name)
    signer = keyring().signer
    become("bob")
    return signer


def dump(shell: Shell) -> Answer:
    return shell("dump", str(shell.folder / "films.ipynb"), "use", "--value")


def test_a_refusal_names_the_user_and_its_command_leads_to_the_value(shell: Shell, become: Become) -> None:
    ann, root = signer_of(become, "ann"), shell.folder / ".nbflow"
    refused = dump(shell).err
    assert f"was signed by ann ({ann}), whom you do not trust" in refused
    assert len(refused.splitlines()) == 1
    command = refused.partition("run `nbflow ")[2].rstrip("`\n")
    assert command == f"trust add ann {root}"
    asked = shell(*command.split())
    assert asked.code == 1
    assert f"ann signs with the key {ann}" in asked.out
    assert dump(shell).code == 1
    answer = shell(*asked.err.partition("run `nbflow ")[2].rstrip("`\n").split())
    assert answer.out == f"what ann ({ann}) signs is trusted from now on\n"
    assert "y = [1, 2, 3]" in dump(shell).out


def test_a_user_who_is_trusted_is_trusted_later_and_elsewhere_and_not_once_removed(
    shell: Shell, become: Become, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ann = signer_of(become, "ann")
    shell("trust", "add", ann, str(tmp_path))
    assert shell("trust", "add", ann, str(tmp_path)).out == f"ann ({ann}) is trusted already\n"
    become("ann")
    other = Shell(tmp_path_factory.mktemp("elsewhere"))
    other("run", other.write("more", "%%step one\nz = 7"))
    become("bob")
    assert Flow("more", other.folder).latest_run.data.z == 7
    assert shell("trust", "remove", "ann").out == f"ann ({ann}) is not trusted any more\n"
    with pytest.raises(Untrusted):
        _ = Flow("more", other.folder).latest_run.data.z
    assert "no trusted user 'ann'" in shell("trust", "remove", "ann").err


def test_a_key_is_added_without_a_store(shell: Shell, become: Become, tmp_path: Path) -> None:
    become("ann")
    line = shell("trust", "list").lines[1]
    become("bob")
    words = line.partition("nbflow trust add ")[2].split()
    assert len(words[0]) == 64
    assert "what ann (" in shell("trust", "add", *words).out
    assert "y = [1, 2, 3]" in dump(shell).out
    assert "what bob's friend (" in shell("trust", "add", words[0], "--name", "bob's friend").out
    assert [user.name for user in keyring().trusted_users.read().values()] == ["bob's friend"]


def test_the_list_shows_ones_own_key_and_who_is_trusted(shell: Shell, become: Become) -> None:
    ann, bob = signer_of(become, "ann"), signer_of(become, "bob")
    before = shell("trust", "list", str(shell.folder))
    assert before.lines[0] == f"you sign as bob ({bob})"
    assert before.lines[2:] == [f"ann  {ann}  not trusted"]
    shell("trust", "add", ann, str(shell.folder))
    assert shell("trust", "list", str(shell.folder)).lines[2:] == [f"ann  {ann}  trusted"]


def test_a_name_that_several_users_have_is_not_enough(shell: Shell, become: Become, tmp_path: Path) -> None:
    become("mallory")
    with pytest.MonkeyPatch.context() as lying:
        lying.setenv("NBFLOW_USER", "ann")
        shell("run", str(tmp_path / "films.ipynb"))
    ann, mallory = signer_of(become, "ann"), signer_of(become, "mallory")
    refused = shell("trust", "add", "ann", str(tmp_path))
    assert refused.code == 2
    assert ann in refused.err
    assert mallory in refused.err
    assert shell("trust", "add", ann, str(tmp_path)).code == 0
    with pytest.raises(Untrusted):
        _ = Flow("films", tmp_path)["2"].data.y
    assert Flow("films", tmp_path)["1"].data.y == [1, 2, 3]


def test_another_key_under_the_name_of_a_trusted_user_is_told_of(
    shell: Shell, become: Become, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shell("trust", "add", signer_of(become, "ann"), str(tmp_path))
    other = Shell(tmp_path_factory.mktemp("elsewhere"))
    become("mallory")
    with pytest.MonkeyPatch.context() as lying:
        lying.setenv("NBFLOW_USER", "ann")
        other("run", other.write("films", *CELLS))
    become("bob")
    told = shell("trust", "add", "ann", str(other.folder)).out
    assert f"you trust another key under the name ann already: {signer_of(become, 'ann')}" in told
    assert f"ann signs with the key {signer_of(become, 'mallory')}" in told


def test_a_user_who_is_not_there_is_named(shell: Shell) -> None:
    assert "no user 'an': did you mean 'ann'" in shell("trust", "add", "an", str(shell.folder)).err
    assert "there is no store" in shell("trust", "add", "ann", "/").err


def test_on_a_terminal_the_fingerprint_is_confirmed(shell: Shell, become: Become) -> None:
    for answer, code in (b"n\n", 0), (b"y\n", 0):
        ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "nbflow", "trust", "add", "ann", str(shell.folder)]
        process = subprocess.Popen(words, stdin=theirs, stdout=subprocess.PIPE, text=True)
        os.write(ours, answer)
        out, _ = process.communicate()
        assert process.returncode == code
        assert "is it the same? [y/N]:" in out
        assert (signer_of(become, "ann") in keyring().trusted_users.read()) == (answer == b"y\n")
        os.close(ours)
        os.close(theirs)


def test_a_notebook_has_the_verb_too(shell: Shell, become: Become, capsys: pytest.CaptureFixture[str]) -> None:
    live = Live({"__name__": "__main__"}, shell.folder, shell.folder / "films.ipynb")
    with pytest.raises(Untrusted):
        live.use("restore use")
    live.use(f"trust add {signer_of(become, 'ann')}")
    assert "what ann (" in capsys.readouterr().out
    live.use("restore use")
    assert live.names["y"] == [1, 2, 3]
    live.session.close()


def test_what_an_earlier_format_has_signed_is_signed_again_for_others(shell: Shell, become: Become) -> None:
    notebook = str(shell.folder / "films.ipynb")
    become("ann")
    make_earlier(shell)
    assert "y = [1, 2, 3]" in dump(shell).out
    become("bob")
    refused = dump(shell)
    assert refused.code == 1
    assert ", not by you" in refused.err
    assert "there is none" in shell("trust", "add", "ann", notebook).err
    assert shell("trust", "sign", notebook).out == "nothing needs a new signature\n"
    become("ann")
    assert shell("trust", "sign", notebook).out == f"signed 2 tasks of {shell.folder / '.nbflow'} again\n"
    assert shell("trust", "sign", notebook).out == "nothing needs a new signature\n"
    become("bob")
    shell("trust", "add", signer_of(become, "ann"), notebook)
    assert "y = [1, 2, 3]" in dump(shell).out


@pytest.mark.parametrize(
    "damage",
    ["UPDATE batches SET hashes = x'00'", "UPDATE batches SET signature = zeroblob(64)", "DELETE FROM batches"],
)
def test_a_damaged_signature_is_found_and_mended_by_its_owner(shell: Shell, become: Become, damage: str) -> None:
    notebook = str(shell.folder / "films.ipynb")
    shell("trust", "add", signer_of(become, "ann"), notebook)
    with sqlite3.connect(shell.folder / ".nbflow" / "catalog.db") as connection:
        connection.execute(damage)
    connection.close()
    assert dump(shell).code == 1
    become("ann")
    assert "y = [1, 2, 3]" in dump(shell).out
    told = shell("verify", notebook, "--keep-damaged")
    assert "is damaged: ann can mend it with `nbflow trust sign`" in told.out
    assert shell("trust", "sign", notebook).out == f"signed 2 tasks of {shell.folder / '.nbflow'} again\n"
    assert shell("verify", notebook).code == 0
    become("bob")
    assert "y = [1, 2, 3]" in dump(shell).out


def make_earlier(shell: Shell) -> None:
    """Exchange all signatures by those that format 3 had."""
    ring, connection = keyring(), sqlite3.connect(shell.folder / ".nbflow" / "catalog.db")
    with Flow("films", shell.folder)._store as store, connection:
        for task in store.history.task_ids():
            record, _ = store.history.sealed(task) or pytest.fail("there is no such task")
            mac = ring._mac(record.messages()[-1])
            values = (ring._earlier_signer, mac, task)
            connection.execute("UPDATE seals SET signer = ?, mac = ?, batch = NULL WHERE task = ?", values)
        for table in ("batches", "users"):
            connection.execute(f"DELETE FROM {table}")
    connection.close()
