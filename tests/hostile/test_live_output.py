"""What a running task has written so far is not signed: it stops nobody, and only one's own is shown as it is."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.cards.reading import get_cards
from nbflow.client import Flow
from nbflow.jupyter.panel.answers import Question, answer
from nbflow.run.output.live_output import OUTPUT_LIMIT, last_words
from nbflow.store.drivers import this_process
from tests.cli.shell import Shell
from tests.hostile.poison import OUTPUTS, SCRIPT

BAD: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\0"),
    "no JSON": lambda path: path.write_text("{\n"),
    "JSON of another kind": lambda path: path.write_text('[]\n1\n"x"\n{}\n'),
    "deep JSON": lambda path: path.write_text("[" * 100_000 + "\n"),
}


@pytest.mark.parametrize("suffix", [".task", ".out", ".err", ".card"])
@pytest.mark.parametrize("what", BAD)
def test_files_that_no_worker_has_written_stop_nobody(tmp_path: Path, what: str, suffix: str) -> None:
    (tmp_path / "7.task").write_text("fit\n0\n")
    (tmp_path / "7.err").write_text("begun")
    (tmp_path / f"7{suffix}").unlink(missing_ok=True)
    BAD[what](tmp_path / f"7{suffix}")
    said = last_words(tmp_path, "fit")
    assert suffix in (".task", ".err") or said[-1]["text"] == "begun"


def test_only_the_beginning_of_a_long_output_is_read(tmp_path: Path) -> None:
    (tmp_path / "7.task").write_text("fit\n0\n")
    (tmp_path / "7.out").write_bytes(b"x" * (OUTPUT_LIMIT + 5))
    assert [len(one["text"]) for one in last_words(tmp_path, "fit")] == [OUTPUT_LIMIT]


@pytest.fixture
def running(tmp_path: Path) -> Callable[[str, int, int], None]:
    """Let the store of a notebook say that a process runs its task, which has a card with a script."""
    shell = Shell(tmp_path)
    shell("run", shell.write("films", "%%step fit\nx = 1"))
    live = tmp_path / ".nbflow" / "live" / "1"
    (live / "cards").mkdir(parents=True)
    (live / "7.task").write_text("fit\n0\n")
    (live / "7.card").write_text("".join(f"{json.dumps(one)}\n" for one in json.loads(OUTPUTS)))
    (live / "cards" / "1.json").write_text(json.dumps([["default", None, SCRIPT]]))

    def by(host: str, pid: int, start: int) -> None:
        connection = sqlite3.connect(tmp_path / ".nbflow" / "catalog.db")
        with connection:
            connection.execute(
                "UPDATE runs SET status = 'running', host = ?, pid = ?, pid_start = ?", (host, pid, start)
            )
            connection.execute("UPDATE tasks SET status = 'running', outputs = NULL")
        connection.close()

    return by


def shown(folder: Path) -> tuple[str, list[str]]:
    found = answer("task", Question(folder, {"path": "films.ipynb", "run": "1", "task": "1"}))
    return found.text, [card.html for card in get_cards(Flow("films", folder)["1"]["fit"].task)]


@pytest.mark.parametrize("host", [socket.gethostname(), "elsewhere"])
def test_a_card_of_a_task_that_does_not_run_here_is_shown_as_text(
    running: Callable[[str, int, int], None], host: str, tmp_path: Path
) -> None:
    running(host, os.getpid(), 1)
    text, cards = shown(tmp_path)
    assert "harmless" in text
    assert "script" not in text
    assert cards == []


def test_ones_own_running_task_is_shown_as_it_is(running: Callable[[str, int, int], None], tmp_path: Path) -> None:
    me = this_process()
    running(me.host, me.pid, me.start)
    text, cards = shown(tmp_path)
    assert "<script>" in text  # the panel shows it untrusted
    assert cards == [SCRIPT]
