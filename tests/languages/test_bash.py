"""Bash gets values as variables and files, hands others on, and its errors lead to the line of the cell."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import sys
import traceback
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.errors import BashFailed, BashOutputMissing, BashOutputUnreadable, NotForBash
from nbflow.languages import run_bash

VALUES = [
    ("two words; `id` $(id) 'q' \"p\" \\ *\n\nä ", "two words; `id` $(id) 'q' \"p\" \\ *\n\nä "),
    (3, "3"),
    (1e300, "1e+300"),
    (True, "true"),
    (None, ""),
    (Path("a b"), "a b"),
    ([1, "a", None], '[1, "a", null]'),
    ({"a": [True]}, '{"a": [true]}'),
    (np.int64(7), "7"),
    (Decimal("1.10"), "1.10"),
]


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_value_is_the_text_of_a_variable(value: Any, text: str) -> None:
    assert run_bash('copy="$value"', {"value": value}, ["copy"]) == (text,)


@pytest.mark.parametrize("name", ["name", "i", "code", "folder"])
def test_a_variable_may_have_any_name(name: str) -> None:
    assert run_bash(f"{name}=5", {}, [name]) == ("5",)


@settings(max_examples=15)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_comes_back_as_it_went(text: str) -> None:
    assert run_bash('copy="$text"', {"text": text}, ["copy"]) == (text,)


def test_frames_and_bytes_are_files() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y, z"]})
    script = 'cp "$frame" "$TASK_FOLDER/copy.csv"\ncp "$raw" "$TASK_FOLDER/same"\nlines=$(wc -l < "$frame")'
    copy, same, lines = run_bash(script, {"frame": frame, "raw": b"\0\1"}, ["copy", "same", "lines"])
    pd.testing.assert_frame_equal(copy, frame)
    assert (same, lines.strip()) == (b"\0\1", "3")


def test_files_are_read_by_their_ending() -> None:
    script = "echo '[1, 2]' > $TASK_FOLDER/rows.json; printf 'a\\n' > $TASK_FOLDER/text.txt"
    assert run_bash(script, {}, ["rows", "text"]) == ([1, 2], "a\n")


@pytest.mark.parametrize(
    ("script", "line", "words"),
    [
        ("echo a\nfalse\necho b", 2, "exit status 1"),
        ("\necho $nope", 2, "nope: unbound variable"),
        ("ls /nowhere-at-all | cat", 1, "No such file"),
        ("f() {\n  cat /nowhere-at-all\n}\nf", 2, "No such file"),
        ("echo\nif then", 2, "syntax error"),
        ("kill -9 $$", 1, "was killed by SIGKILL"),
        ("echo a\n\nexit 3", 3, "exit status 3"),
        ("f() {\n  false || exit 4\n}\nf", 2, "exit status 4"),
        ("false ||\n  exit", 2, "exit status 1"),
        ("if (exit 3); then :; fi\necho $nope", 2, "nope: unbound variable"),
        ("echo a\n(exit 5)", 2, "exit status 5"),
        ("trap 'exit 6' EXIT\nfalse", 2, "exit status 6"),
        ("set +e\nfalse\nexit 7", 3, "exit status 7"),
    ],
)
def test_an_error_leads_to_its_line(script: str, line: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BashFailed, match=words) as caught:
        run_bash(script, {})
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert frames[0].lineno is not None
    assert frames[-1].lineno == frames[0].lineno + line - 1
    said = capsys.readouterr().err
    assert "/.cell" not in said
    assert all(int(number) == frames[-1].lineno for number in re.findall(r"^line (\d+): ", said, re.MULTILINE))


def test_what_is_not_handed_on_is_named() -> None:
    with pytest.raises(BashOutputMissing, match="'x' of --out is neither a variable nor a file"):
        run_bash("y=1", {}, ["x"])
    with pytest.raises(BashOutputMissing, match="'x' of --out is an array"):
        run_bash("x=(1 2)", {}, ["x"])
    with pytest.raises(NotForBash, match="bash cannot get 'thing': it is of type object"):
        run_bash("true", {"thing": object()})

    with pytest.raises(BashOutputMissing, match="'f' of --out is the path of a file that goes away"):
        run_bash("f+=''", {"f": b"raw"}, ["f"])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo '{' > $TASK_FOLDER/x.json", r"x\.json, of 'x' of --out, cannot be read: Expecting"),
        ("> $TASK_FOLDER/x.csv", r"x\.csv, of 'x' of --out, cannot be read: No columns"),
        ("mkdir $TASK_FOLDER/x", "x, of 'x' of --out, cannot be read: Is a directory"),
        ("touch $TASK_FOLDER/x.txt $TASK_FOLDER/x.csv", r"x\.csv and x\.txt, of 'x' of --out, are two files"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says_is_named(script: str, words: str) -> None:
    with pytest.raises(BashOutputUnreadable, match=words):
        run_bash(script, {}, ["x"])


def test_variables_that_the_system_refuses_are_named() -> None:
    with pytest.raises(NotForBash, match="bash cannot get 'x0': all variables together are too long"):
        run_bash("true", {f"x{number}": "a" * 90_000 for number in range(20)})


def test_a_trap_and_an_exit_of_the_script_lose_nothing() -> None:
    assert run_bash("x=1; exit 0", {}, ["x"]) == ("1",)
    assert run_bash("trap 'true' EXIT\nx=1", {}, ["x"]) == ("1",)


def test_output_is_printed_in_its_stream(capsys: pytest.CaptureFixture[str]) -> None:
    run_bash("echo out; echo err >&2", {})
    assert capsys.readouterr() == ("out\n", "err\n")


def test_what_the_script_has_started_ends_with_it() -> None:
    (pid,) = run_bash("sleep 600 &\npid=$!", {}, ["pid"])
    with contextlib.suppress(ProcessLookupError):
        end = os.pidfd_open(int(pid))
        assert select.select([end], [], [], 60)[0]
        os.close(end)


def test_what_the_script_has_started_ends_when_the_kernel_is_killed() -> None:
    program = "from nbflow.languages import run_bash; run_bash('sleep 600 & echo $! $$; sleep 600', {})"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as kernel:
        assert kernel.stdout is not None
        ends = [os.pidfd_open(int(pid)) for pid in kernel.stdout.readline().split()]
        kernel.kill()
    assert len(ends) == 2
    for end in ends:
        assert select.select([end], [], [], 60)[0]
        os.close(end)
