"""Nothing that a notebook or a store says acts on the terminal that shows it."""

from __future__ import annotations

import io
import sqlite3
import sys
from pathlib import Path

import pytest

from nbflow.plain import plain_text
from nbflow.progress.streams import leave_out_controls, let_controls_through
from nbflow.verbs.table_of_verbs import VERBS
from tests.cli.shell import Shell

TITLE = "\x1b]0;owned\x07"
UPWARDS, EIGHT_BIT, BELL = "\x1b[9A\x1b[2J", "\x9b31m\x90q\x9c", "\x07\x08"
EVIL = f"{TITLE}{UPWARDS}{EIGHT_BIT}{BELL}"
MORE = {
    "why": ["good"], "logs": ["good"], "dump": ["good"], "diff": ["1", "2"], "tag": ["1", EVIL], "rerun": ["bad"],
    "convert": ["--to", "magic"], "sync": ["FILE"], "import": ["-o", "FILE"],
    "report": ["-o", "FILE"], "export": ["-o", "FILE"],
}  # fmt: skip
CELLS = (
    f'%%parameters\nlevel: str = "{EVIL}"  # help {EVIL}',
    f'%%step good --foreach x in ["{EVIL}", level]\ny = "{EVIL}"\nprint(y)',
    "%%step join --join good\nz = [one.y for one in inputs]",
    f'%%step bad\nraise ValueError("{EVIL}")',
)
WRONG = (*CELLS, f"%%step last --when {EVIL}\nx = 1", f"%%step s{EVIL}\nx = 1", f"%%step cut\nx = '{EVIL}")


@pytest.mark.parametrize("cells", [CELLS, WRONG, [f"x = '{EVIL}'", f"{EVIL} = x"]], ids=["right", "wrong", "ordinary"])
def test_no_verb_prints_a_control_character(tmp_path: Path, cells: tuple[str, ...]) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write(f"films{EVIL}", *cells)
    for verb in sorted(VERBS, key=lambda verb: (verb != "run", verb)):
        more = [word.replace("FILE", str(tmp_path / f"made{EVIL}.py")) for word in MORE.get(verb, [])]
        said = shell(verb, notebook, *more)
        assert "Traceback (most" not in said.err or verb in ("run", "resume", "rerun")
        assert plain_text(said.out + said.err) == said.out + said.err, verb


def test_no_row_of_a_store_prints_a_control_character(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("films", "%%parameters\nlevel: int = 1", "%%step load\nvalues = [level]\nprint(values)")
    for _ in range(2):
        shell("run", notebook)
    shell("tag", notebook, "1", "first")
    connection = sqlite3.connect(tmp_path / ".nbflow" / "catalog.db")
    with connection:
        connection.execute("UPDATE tags SET tag = ?", (EVIL,))
        connection.execute("UPDATE runs SET document = ?, user = ?, host = ?", (EVIL, EVIL, EVIL))
        connection.execute("UPDATE runs SET parameters = json_object('level', ?)", (EVIL,))
        connection.execute("UPDATE tasks SET item = ?, source = '1/' || ?", (EVIL, EVIL))
        connection.execute("UPDATE artifacts SET summary = json_array(?, ?)", (EVIL, EVIL))
        connection.execute("UPDATE seals SET signer = ?", (EVIL,))
        connection.execute("UPDATE environment SET body = json_object('python', ?)", (EVIL,))
    connection.close()
    for words in ("status", "runs", "show", "why load", "logs load", "dump load", "diff 1 2", "du", "verify", "params"):
        verb, *more = words.split()
        said = shell(verb, notebook, *more)
        assert plain_text(said.out + said.err) == said.out + said.err, words


def test_a_table_may_be_drawn_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.BytesIO()
    stream = io.TextIOWrapper(terminal, "utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    leave_out_controls()
    print(f"a{EVIL}b\x1b[31m")
    let_controls_through()
    print(UPWARDS)
    assert terminal.getvalue().decode() == f"a]0;owned[9A[2J31mqb\x1b[31m\n{UPWARDS}\n"
