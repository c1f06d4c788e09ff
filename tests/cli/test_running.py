"""Runs from the shell, through worker processes: what is computed, what is reused, how they end."""

import os
import pickle
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.flows import FAILING, LINEAR, LOOP, LOST, MUTATED, SWITCH, TOLERATED, Shape

FILMS = (
    "%%parameters\ntop: int = 2  # how many",
    "def shout(word):\n    return word.upper()",
    "%%step load\nwords = ['a', 'b', 'c']",
    "%%step pick\npicked = words[:top]",
    "%%step loud --foreach word in picked\nlouder = shout(word)",
    "%%step end --join loud\nprint(*inputs.louder)",
)


def test_a_run_computes_everything_and_a_second_one_with_reuse_nothing(shell: Shell) -> None:
    notebook = shell.write("films", *FILMS)
    first = shell("run", notebook, "-j", "1")
    assert (first.code, first.err) == (0, "")
    assert first.steady == (
        "run 1 of films · 4 steps · 1 worker\n"
        "load · N s\npick · N s\nloud[0] · N s\nloud[1] · N s\nend · N s\n  A B\n"
        "run 1 succeeded · 5 ran · 0 reused · N s\n"
    )
    second = shell("run", notebook, "--reuse")
    assert second.steady.endswith(
        "load · from run 1, AGO\npick · from run 1, AGO\nloud[0] · from run 1, AGO\nloud[1] · from run 1, AGO\n"
        "end · from run 1, AGO\n  A B\nrun 2 succeeded · 0 ran · 5 reused · N s\n"
    )
    third = shell("run", notebook)
    assert "run 3 succeeded · 5 ran · 0 reused" in third.out


def test_another_parameter_runs_only_what_reads_it(shell: Shell) -> None:
    notebook = shell.write("films", *FILMS)
    shell("run", notebook)
    answer = shell("run", notebook, "--reuse", "--top", "3")
    assert "load · from run 1" in answer.out
    assert "run 2 succeeded · 3 ran · 3 reused" in answer.out
    assert "  A B C" in answer.lines


def test_an_edited_function_runs_only_its_readers(shell: Shell) -> None:
    notebook = shell.write("films", *FILMS)
    shell("run", notebook)
    shell.write("films", FILMS[0], FILMS[1].replace("upper()", "upper() + '!'"), *FILMS[2:])
    answer = shell("run", notebook, "--reuse")
    assert "run 2 succeeded · 3 ran · 2 reused" in answer.out
    assert "  A! B!" in answer.lines


def test_a_failed_run_says_how_to_resume_and_resume_keeps_what_holds(shell: Shell) -> None:
    notebook = shell.write_shape(FAILING)
    failed = shell("run", notebook, "-j", "1")
    assert failed.code == 1
    assert failed.lines[-3:] == [
        failed.lines[-3],
        "not run: end",
        f"to continue: nbflow resume {notebook} 1",
    ]
    assert failed.lines[-3].startswith("run 1 failed · 3 ran · 0 reused · 1 failed · ")
    assert '    File "failing.ipynb · step divide · cell 2", line 2, in <module>' in failed.lines
    assert "  ZeroDivisionError: integer division or modulo by zero" in failed.lines
    shell.write("failing", "%%step grid\ngrid = [1, 5, 2]", *FAILING.cells[1:])
    resumed = shell("resume", notebook)
    assert resumed.code == 0
    assert "run 2 of failing · 3 steps" in resumed.out
    assert "resumes run 1" in resumed.out
    assert "run 2 succeeded · 3 ran · 2 reused" in resumed.out


def test_a_command_in_a_message_is_understood_by_a_shell_whatever_the_notebook_is_called(shell: Shell) -> None:
    notebook = shell.write("it's <my> $flow", *FAILING.cells)
    words = shlex.split(shell("run", notebook, "-j", "1").lines[-1].partition(": ")[2])
    assert words == ["nbflow", "resume", notebook, "1"]
    assert shlex.split(shell("why", notebook, "divide").lines[-1])[:3] == ["nbflow", "run", notebook]


def test_resume_keeps_the_parameters_of_the_run_it_resumes(shell: Shell) -> None:
    notebook = shell.write("films", *FILMS)
    shell("run", notebook, "--top", "1", "--tag", "short")
    shell("run", notebook, "--top", "3")
    assert "  A" in shell("resume", notebook, "short").lines
    assert "  A B" in shell("resume", notebook, "1", "--top", "2").lines


def test_rerun_computes_one_item_again_and_nothing_that_stays_the_same(shell: Shell) -> None:
    notebook = shell.write("films", *FILMS)
    shell("run", notebook)
    answer = shell("rerun", notebook, "loud[1]", "-j", "1")
    assert answer.code == 0
    assert "run 2 succeeded · 1 ran · 4 reused" in answer.out
    whole = shell("rerun", notebook, "loud")
    assert "run 3 succeeded · 2 ran · 3 reused" in whole.out
    known = "its tasks are loud[0], loud[1]"
    assert shell("rerun", notebook, "loud[7]").err == f"Error: run 3 has no task loud[7]: {known}\n"


def test_parts_of_a_flow(shell: Shell) -> None:
    notebook = shell.write_shape(LINEAR)
    missing = shell("run", notebook, "--only", "shout")
    assert missing.code == 1
    assert f"start · the store has no valid result of it: nbflow run {notebook} --to start" in missing.lines
    assert "run 2 succeeded · 1 ran · 0 reused" in shell("run", notebook, "--to", "start").out
    assert "run 3 succeeded · 1 ran · 1 reused" in shell("run", notebook, "--only", "shout").out
    assert "run 4 succeeded · 2 ran · 1 reused" in shell("run", notebook, "--from", "shout").out


def test_a_change_in_place_is_said_and_remembered(shell: Shell) -> None:
    notebook = shell.write_shape(MUTATED)
    first = shell("run", notebook, "-j", "1")
    assert first.out.count("hidden · changes box in place: it is now an artifact of hidden") == 1
    assert "run 1 succeeded · 4 ran · 0 reused" in first.out
    again = shell("run", notebook)
    assert "changes box" not in again.out
    assert shell("show", notebook).lines[-1] == "end     ← append, hidden"


def test_a_value_that_cannot_be_stored_is_said(shell: Shell) -> None:
    answer = shell("run", shell.write_shape(LOST))
    assert answer.code == 0
    assert any(line.startswith("make · config['lock'], a _thread.lock, could not be stored") for line in answer.lines)


def test_a_step_that_stops_what_its_worker_is_a_fork_of_keeps_nobody_waiting(shell: Shell) -> None:
    stop = "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\nx = 1"
    notebook = shell.write("stopping", f"%%step a\n{stop}", "%%step b\ny = x")
    with open(shell.folder / "out", "w") as out:  # a pipe would stay open in the fork server that is stopped
        words = [sys.executable, "-m", "nbflow", "run", notebook]
        done = subprocess.run(words, cwd=shell.folder, stdout=out, timeout=60, check=False)
    assert (done.returncode, "run 1 succeeded" in (shell.folder / "out").read_text()) == (0, True)


def test_ctrl_c_ends_the_run_and_keeps_what_finished(shell: Shell) -> None:
    fifo = shell.folder / "begun"
    os.mkfifo(fifo)
    wait = "import signal\nprint('begun')\nopen('begun', 'w').close()\nsignal.pause()\ny = x"
    notebook = shell.write("slow", "%%step a\nx = 1", f"%%step b\n{wait}")
    words = [sys.executable, "-m", "nbflow", "run", notebook]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        fifo.open().close()  # returns when step b has begun
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "interrupted: stopping; finished tasks are kept" in out
    assert "run 1 cancelled · 1 ran · 0 reused" in out
    assert out.endswith(f"not run: b\nto continue: nbflow resume {notebook} 1\n")
    status = shell("status", notebook)
    assert [line.split()[:2] for line in status.lines[2:4]] == [["a", "done"], ["b", "cancelled"]]
    assert shell("logs", notebook, "b").out == "begun\n"


def test_a_run_goes_on_when_nobody_reads_its_report(shell: Shell) -> None:
    notebook = shell.write_shape(LINEAR)
    words = [sys.executable, "-m", "nbflow", "run", notebook]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert shell("runs", notebook).steady == "1  succeeded  AGO  N s  3 ran\n"


def test_values_of_the_notebooks_own_classes_are_written_to_files(shell: Shell) -> None:
    cls = "class Film:\n    def __init__(self, title):\n        self.title = title"
    notebook = shell.write("films", cls, "%%step a\nfilm = Film('Up')\nn = 3")
    shell("run", notebook)
    path = shell.folder / "film.pkl"
    answer = shell("dump", notebook, "a", "film", "--file", str(path))
    assert answer.steady == f"a · run 1 · succeeded · N s: written to {path}\n"
    read = "import pickle, sys; film = pickle.load(open(sys.argv[1], 'rb')); print(type(film).__name__, film.title)"
    shown = subprocess.run([sys.executable, "-c", read, str(path)], capture_output=True, text=True, check=True)
    assert shown.stdout == "Film Up\n"
    shell("dump", notebook, "a", "n", "--file", str(path))
    assert pickle.loads(path.read_bytes()) == 3


def test_the_store_is_the_nearest_one_above_the_notebook(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = shell.write_shape(LINEAR)
    monkeypatch.setenv("NBFLOW_HOME", str(shell.folder / "elsewhere"))
    assert shell("run", notebook).code == 0
    assert not (shell.folder / ".nbflow").exists()
    assert Path(shell.folder / "elsewhere" / "catalog.db").is_file()


def test_a_run_says_what_may_make_its_values_other_than_those_of_the_cells(shell: Shell) -> None:
    (shell.folder / "house.py").write_text("SEEN = []\ndef note(x):\n    SEEN.append(x)\n    return len(SEEN)\n")
    notebook = shell.write(
        "flow",
        "import decimal\nfrom house import note",
        "%%step a\ndecimal.getcontext().prec = 3\nx = note(1)",
        "%%step b\ny = note(x)",
        "%%step c\nx = 5",
        "%%step d --after a\nz = x",
    )
    told = [line for line in shell("run", notebook).out.splitlines() if line.startswith("warning: ")]
    checked = [line for line in shell("check", notebook).out.splitlines() if line.startswith("warning: ")]
    assert [line for line in checked if "step 'b' does not see it" in line] == told
    assert len(told) == 2
    assert len(checked) == 3  # that two steps write one name changes nothing here


@pytest.mark.parametrize("shape", [LOOP, FAILING, TOLERATED, SWITCH], ids=lambda shape: shape.name)
def test_the_runs_so_far_count_as_each_run_itself_does(shell: Shell, shape: Shape) -> None:
    notebook = shell.write_shape(shape)
    for words in ((), ("--reuse",)):
        ended = next(line for line in shell("run", notebook, *words).lines if re.match(r"run \d \w+ · \d", line))
        told = [part for part in ended.split(" · ")[1:-1] if not part.startswith("0 ")]
        assert f"  {', '.join(told)}" in shell("runs", notebook).lines[0]
