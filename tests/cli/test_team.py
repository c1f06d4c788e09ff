"""Two people use one store, each with a home of their own: at once, and one after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.errors import UnknownName, Untrusted
from nbflow.jupyter.panel.answers import Question, answer
from nbflow.store.store import Store
from tests.cli.shell import Shell
from tests.jupyter.live import Live

MEETING = """%%step meet
import os
me = os.environ['NBFLOW_USER']
with open('meeting', 'w' if me == 'ann' else 'r'):  # waits until the other one opens it too
    pass
with open('parting', 'r' if me == 'ann' else 'w'):
    pass"""
TOGETHER = (
    MEETING,
    "%%step work --foreach n in range(20)\ndone = f'{me} {n}'",
    "%%step end --join work\nall_of = [i.done for i in inputs]",
)
FAILING = (
    "%%step load\nx = [1, 2]\nprint('loaded')",
    "%%step use\ny = x + [3]",
    "%%step broken\nz = y[7]",
)


@dataclass(frozen=True)
class Person:
    """Somebody with a home, who types commands in a folder that others use too."""

    name: str
    home: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME")}
        return {**kept, "HOME": str(self.home), "NBFLOW_USER": self.name}

    @contextmanager
    def at_the_keyboard(self) -> Iterator[None]:
        """Let this process belong to this person during the block."""
        with pytest.MonkeyPatch.context() as patch:
            for key in os.environ.keys() - self.environment.keys():
                patch.delenv(key)
            for key, value in self.environment.items():
                patch.setenv(key, value)
            patch.chdir(self.folder)
            yield

    def types(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "nbflow", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self.environment, cwd=self.folder, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )


@pytest.fixture
def people(tmp_path: Path) -> tuple[Person, Person]:
    for folder in ("ann", "bob", "shared"):
        (tmp_path / folder).mkdir()
    return Person("ann", tmp_path / "ann", tmp_path / "shared"), Person("bob", tmp_path / "bob", tmp_path / "shared")


@pytest.fixture
def shell(people: tuple[Person, Person]) -> Iterator[Shell]:
    """The folder, as bob sees it."""
    _, bob = people
    with bob.at_the_keyboard():
        yield Shell(bob.folder)


def said(*processes: subprocess.Popen[str]) -> list[str]:
    """Return what commands print that were typed at the same time; all must succeed."""
    found = [(process.communicate()[0], process.returncode) for process in processes]
    assert [code for _, code in found] == [0] * len(found), found
    return [text for text, _ in found]


def test_two_people_who_run_one_notebook_at_once_have_a_run_each(people: tuple[Person, Person], shell: Shell) -> None:
    ann, bob = people
    shell.write("films", *TOGETHER)
    for name in ("meeting", "parting"):
        os.mkfifo(shell.folder / name)
    said(ann.types("run", "films.ipynb"), bob.types("run", "films.ipynb"))
    flow = Flow("films")
    assert {run._row.user for run in flow} == {"ann", "bob"}
    assert [run.id for run in flow] == ["2", "1"]
    assert len({run._row.uid for run in flow}) == 2
    (of_bob,) = flow.runs(user="bob")
    assert of_bob.data.all_of == [f"bob {n}" for n in range(20)]
    (of_ann,) = flow.runs(user="ann")
    with pytest.raises(Untrusted, match="signed by ann"):
        _ = of_ann.data.all_of
    assert shell("verify", ".").code == 0


def test_tags_notes_and_pins_of_two_people_at_once_stay(people: tuple[Person, Person], shell: Shell) -> None:
    ann, _ = people
    notebook = shell.write("films", "%%step one\nx = 1")
    with ann.at_the_keyboard():
        shell("run", notebook)
    tagging = [person.types("tag", notebook, "1", f"of-{person.name}") for person in people]
    said(*tagging, *(person.types("pin", notebook, "1") for person in people))
    assert Flow("films")["1"].user_tags == {"of-ann", "of-bob"}
    assert shell("pin", notebook, "1", "--off").out == "run 1 is still pinned by ann\n"
    shell("run", notebook)
    assert "deleted 0 runs" in shell("gc", ".", "--keep", "1").out
    with ann.at_the_keyboard():
        assert shell("pin", notebook, "1", "--off").out == "run 1 is not pinned any more\n"
        shell("note", notebook, "1", "for the talk")
    assert shell("note", notebook, "1", "mine").out == "run 1 has a new note, in place of: for the talk\n"
    assert "deleted 1 run (films/1)" in shell("gc", ".", "--keep", "1").out


def test_the_runs_of_one_user_are_listed(people: tuple[Person, Person], shell: Shell) -> None:
    ann, _ = people
    notebook = shell.write("films", "%%step one\nx = 1")
    with ann.at_the_keyboard():
        shell("run", notebook)
    assert " by " not in shell("runs", notebook).out
    shell("run", notebook)
    shell("tag", notebook, "2", "best")
    assert [line.partition(" by ")[2].strip() for line in shell("runs", notebook).lines] == ["bob [best]", "ann"]
    assert [line.split()[0] for line in shell("runs", notebook, "--user", "ann").lines] == ["1"]
    assert "no user 'an': did you mean 'ann'" in shell("runs", notebook, "--user", "an").err
    assert [run.id for run in Flow("films").runs("best", user="bob")] == ["2"]
    assert [*Flow("films").runs("best", user="ann")] == []
    assert [*Flow("films").runs_table(user="ann").index] == [1]
    with pytest.raises(UnknownName, match="ann, bob"):
        Flow("films").runs(user="zoe")


@pytest.fixture
def live(people: tuple[Person, Person], shell: Shell) -> Iterator[Live]:
    """A kernel of bob, in the folder in which a flow of ann has failed."""
    ann, _ = people
    shell.write("films", *FAILING)
    with ann.at_the_keyboard():
        assert shell("run", "films.ipynb").code == 1
    live = Live({"__name__": "__main__"}, shell.folder, shell.folder / "films.ipynb")
    yield live
    live.session.close()


def test_before_the_signer_is_trusted_all_that_loads_nothing_works(
    live: Live, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("runs",), ("status",), ("why", "use"), ("logs", "load"), ("dump", "use"), ("diff", "1", "1")):
        assert shell(words[0], "films.ipynb", *words[1:]).code == 0, words
    assert "loaded" in shell("logs", "films.ipynb", "load").out
    assert "3 items: [1, 2, 3]" in shell("dump", "films.ipynb", "use").out
    assert shell("report", "films.ipynb", "-o", "page.html").code == 0
    for line in ("restore load", "debug", "debug broken"):
        with pytest.raises(Untrusted, match=r"^\S+ .* signed by ann .*`nbflow trust add ann .*`$"):
            live.use(line)
        assert not {"x", "y"} & live.names.keys()


def test_once_the_signer_is_trusted_a_failed_run_of_another_is_debugged(
    live: Live, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.reader(shell.folder / ".nbflow") as reader:
        (ann,) = reader.users()
    live.use(f"trust add {ann.signer}")
    live.use("debug")
    assert "bound its inputs" in capsys.readouterr().out
    assert live.names["y"] == [1, 2, 3]
    live.use("restore load")
    assert live.names["x"] == [1, 2]
    assert "2 reused" in shell("run", "films.ipynb", "--reuse", "--to", "use").out


@pytest.mark.parametrize("is_trusted", [False, True])
def test_the_panel_shows_the_history_of_another(live: Live, shell: Shell, is_trusted: bool) -> None:
    if is_trusted:
        with Store.reader(shell.folder / ".nbflow") as reader:
            (ann,) = reader.users()
        live.use(f"trust add {ann.signer}")

    def asked(what: str, **query: str) -> str:
        question = Question(shell.folder, {"path": "films.ipynb", "run": "1", **query}, json.dumps({"cells": []}))
        found = answer(what, question)
        assert found.status == 200
        return found.text

    (run,) = json.loads(asked("runs"))["runs"]
    assert (run["number"], run["user"], run["status"]) == (1, "ann", "failed")
    signer = json.loads(asked("task", task="2"))["signer"]
    assert signer is None if is_trusted else signer.startswith("ann (")
