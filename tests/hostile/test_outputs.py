"""What tasks displayed is signed as their values are, and checked when it is shown again."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.plain import plain_text
from nbflow.run.events.events import Outcome, TaskId, TaskStarted
from nbflow.run.journal import Journal
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.harmless import harmless
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.texts import pack_text
from nbflow.store.catalog.trust import Seal, keyring
from nbflow.store.store import Store
from tests.cli.shell import Shell
from tests.hostile.poison import OUTPUTS, SCRIPT

CELLS = (
    "from IPython.display import HTML, display",
    "%%step load\ndisplay(HTML('<b>mine</b>'))\nvalues = [1, 2]",
    "%%step use\nprint(sum(values))",
)
MINE = {"text/html": "<b>mine</b>", "text/plain": "<IPython.core.display.HTML object>"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The shell of a user who has run a notebook once."""
    shell = Shell(tmp_path)
    shell("run", shell.write("films", *CELLS))
    return shell


def notebook(shell: Shell) -> str:
    return str(shell.folder / "films.ipynb")


def shown(shell: Shell, run: str = "1") -> list[dict[str, object]]:
    outputs: list[dict[str, object]] = Flow("films", shell.folder)[run]["load"].task.outputs
    return outputs


def change(shell: Shell, statement: str, *values: object) -> None:
    connection = sqlite3.connect(shell.folder / ".nbflow" / "catalog.db")
    with connection:
        connection.execute(statement, values)
    connection.close()


def sign_as_first_release(shell: Shell) -> None:
    """Exchange all signatures by those that version 0.1.0 would have made."""
    ring = keyring()
    with CatalogReader(shell.folder / ".nbflow" / "catalog.db") as reader:
        for task in reader.task_ids():
            record, _ = reader.sealed(task) or pytest.fail("there is no such task")
            change(shell, "UPDATE seals SET mac = ? WHERE task = ?", ring._mac(record.message_of_first_release()), task)


def test_ones_own_outputs_are_shown_as_they_are(shell: Shell) -> None:
    assert [one["data"] for one in shown(shell)] == [MINE]


def test_a_text_that_was_exchanged_is_withheld_and_verify_tells_of_it(shell: Shell) -> None:
    change(shell, "UPDATE texts SET body = ?", zlib.compress(OUTPUTS.encode()))
    (note,) = shown(shell)
    assert "its text is not the one that was stored" in str(note["text"])
    said = shell("verify", notebook(shell))
    assert said.out.count("its text is not the one that was stored") == 2
    assert "the output of films/1/load" in said.out
    assert shell("verify", notebook(shell)).out.count("is damaged") == 0


@pytest.mark.parametrize("body", [b"", b"\0", zlib.compress(b"{")[:-1], "text", None, 7])
def test_a_text_that_cannot_be_unpacked_is_withheld(shell: Shell, body: object) -> None:
    change(shell, "PRAGMA ignore_check_constraints = 1")
    change(shell, "UPDATE OR IGNORE texts SET body = ?", body if body is not None else b"\x78")
    assert "is damaged" in str(shown(shell))
    assert shell("logs", notebook(shell), "load").code == 0


def test_a_digest_that_was_exchanged_shows_nothing_of_its_text(shell: Shell) -> None:
    digest, body = pack_text(OUTPUTS)
    change(shell, "INSERT INTO texts VALUES (?, ?)", digest, body)
    change(shell, "UPDATE tasks SET outputs = ?", digest)
    assert "script" not in json.dumps(shown(shell))


def test_a_poisoned_text_gives_way_to_the_output_of_a_fresh_run(shell: Shell) -> None:
    change(shell, "UPDATE texts SET body = ?", zlib.compress(OUTPUTS.encode()))
    shell("run", notebook(shell))
    assert [one["data"] for one in shown(shell, "2")] == [MINE]
    assert [one["data"] for one in shown(shell, "1")] == [MINE]


def test_a_poisoned_component_gives_way_to_that_of_a_fresh_run(shell: Shell) -> None:
    change(shell, "UPDATE components SET stream = x'804e2e', members = 'other'")
    shell("run", notebook(shell))
    assert Flow("films", shell.folder)["2"]["load"].task.data.values == [1, 2]


def test_ones_own_outputs_of_the_first_release_are_text_until_they_are_trusted(shell: Shell) -> None:
    sign_as_first_release(shell)
    assert Flow("films", shell.folder)["1"]["load"].task.data.values == [1, 2]
    first, note = shown(shell)
    assert first["data"] == {"text/plain": MINE["text/plain"]}
    assert "nbflow trust" in str(note["text"])
    assert "reused" in shell("resume", notebook(shell)).out
    assert shown(shell, "2")[0]["data"] == {"text/plain": MINE["text/plain"]}
    shell("trust", notebook(shell))
    assert [one["data"] for one in shown(shell)] == [MINE]


def test_the_output_of_a_cancelled_task_is_signed(tmp_path: Path) -> None:
    with Store.open(tmp_path / ".nbflow") as store, store.writer() as writer:
        row = writer.begin_run("films")
        journal = Journal(writer, store.history, row)
        journal.record(TaskStarted(TaskId("load")), None)
        journal.keep_outputs(TaskId("load"), [{"output_type": "display_data", "data": MINE, "metadata": {}}])
        journal.finish(Outcome.CANCELLED)
        (task,) = store.history.tasks(row.id)
        assert [one["data"] for one in stored_outputs(store.history, task)] == [MINE]


def test_harmless_outputs_are_text_and_images() -> None:
    image = {"image/png": "aGVsbG8=", "text/plain": "a figure"}
    stream = {"output_type": "stream", "name": "stdout", "text": "one\x1b[31mred\x1b[0m\x1b]0;title\x07\r\n"}
    assert harmless([{"output_type": "execute_result", "data": image, "metadata": {"a": 1}, "execution_count": 3}]) == [
        {"output_type": "display_data", "data": image, "metadata": {}}
    ]
    assert harmless([stream]) == [{**stream, "text": "one\x1b[31mred\x1b[0m]0;title\r\n"}]
    rich = [{"output_type": "display_data", "data": {"text/html": SCRIPT, "image/png": f'"{SCRIPT}'}, "widgets": {}}]
    first, note = harmless(rich)
    assert first == {"output_type": "display_data", "data": {}, "metadata": {}}
    assert "because you did not sign it" in note["text"]


@pytest.mark.parametrize(
    "strange", [[], [None], ["x"], [{}], [{"output_type": "stream"}], [{"data": [1]}], [{"output_type": "error"}]]
)
def test_strange_outputs_are_harmless(strange: list[object]) -> None:
    assert "script" not in json.dumps(harmless(strange))


def test_plain_text_has_no_control_characters() -> None:
    assert plain_text(["a\tb\n", "\x9b31mc\x00"]) == "a\tb\n31mc"


def test_a_seal_covers_the_outputs(shell: Shell) -> None:
    with CatalogReader(shell.folder / ".nbflow" / "catalog.db") as reader:
        record, seal = reader.sealed(reader.task_ids()[0]) or pytest.fail("there is no task")
    assert isinstance(seal, Seal)
    assert record.outputs
    assert keyring().accepts_outputs(record, seal)
