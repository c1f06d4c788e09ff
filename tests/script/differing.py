"""Run a script of the corpus under nbflow and under Metaflow, and say what each of them did."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.script.answers import UNKNOWN

CORPUS = Path(__file__).with_name("corpus")
ANSWERS = Path(__file__).with_name("answers.py")
SCRIPTS = sorted(path.stem for path in CORPUS.glob("*.py"))
ROOT = Path(__file__).parents[2]

_TASK = re.compile(r"^\S+ \S+ \[[^/\]]+/(?P<step>\w+)(\[[\d,]+\])?(?:/\d+ \(pid \d+\))?\] ?(?P<text>.*)$")
_ERROR = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Failed|Exit)\b(:|$)")
_SAID_APART = r"^Internal error|^Cloning results|^Task failed|timed out after|^\[Warning\]"
"""Lines that have other words there, or others around them."""


@dataclass(frozen=True)
class Done:
    """One command: how it ended, what each step said in any order, and how the run is said to have ended."""

    command: str
    code: int
    lines: dict[str, list[str]]
    printed: list[str]


def commands_of(script: str) -> list[str]:
    """The `# $ …` lines of a script, each what stands behind its name on the command line."""
    return re.findall(r"^# \$ (.+)$", (CORPUS / f"{script}.py").read_text("utf-8"), re.MULTILINE)


def run_under(engine: str, script: str, folder: Path) -> tuple[list[Done], Any]:
    """What every command did, and what the client answers afterwards."""
    folder.mkdir()
    text = (CORPUS / f"{script}.py").read_text("utf-8")
    (folder / "corpus.py").write_text(text.replace("nbflow", engine), "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NBFLOW_", "METAFLOW_"))}
    environment |= {
        "METAFLOW_USER": "tester", "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder), "METAFLOW_HOME": str(folder),
        "NBFLOW_HOME": str(folder / ".nbflow"), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    done = [_run(engine, command, folder, environment) for command in commands_of(script)]
    told = _python([str(ANSWERS), engine, "Corpus"], folder, environment)
    assert told.returncode == 0, told.stderr
    return done, json.loads(told.stdout)


def _run(engine: str, command: str, folder: Path, environment: dict[str, str]) -> Done:
    number = folder / "run-id"
    words = _words(command.replace("{run}", number.read_text() if number.exists() else "0"))
    if words[0] == "edit":
        return _edit(folder / "corpus.py", *words[1:])
    name = next((word for word in words if not word.startswith("-") and word != "feature"), "")
    front = ["--no-pylint"] if engine == "metaflow" else []
    behind = ["--run-id-file", str(number), "--max-workers", "2"] if name in ("run", "resume") else []
    ended = _python(["corpus.py", *front, *words, *behind], folder, environment)
    lines = ended.stdout.splitlines() if name in ("run", "resume", "spin") else []
    printed = ended.stdout.splitlines() if name == "logs" else [line for line in lines if line.endswith("Done!")]
    return Done(command, ended.returncode, _by_step(lines), [line.partition(" Done!")[1] or line for line in printed])


def _edit(script: Path, old: str, new: str) -> Done:
    text = script.read_text("utf-8")
    script.write_text(text.replace(f"({old})", f"({new})"), "utf-8")
    return Done(f"edit {old}", 0, {}, [])


def _words(command: str) -> list[str]:
    """As a shell splits it: single quotes keep blanks together."""
    return [word.strip("'") for word in re.findall(r"'[^']*'|\S+", command)]


def _python(words: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8",
        timeout=300, check=False,
    )  # fmt: skip


def _by_step(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        task = _TASK.match(line)
        if task is not None:
            found.setdefault(task["step"], []).append(task["text"].removeprefix(">").strip())
    kept = {step: sorted(_without_frames(said)) for step, said in found.items()}
    return {step: said for step, said in kept.items() if said}


def _without_frames(lines: list[str]) -> Iterator[str]:
    """Of a traceback, the last line: each engine has frames of its own above."""
    inside = False
    for line in lines:
        inside = inside or line.startswith("Traceback (")
        if inside and _ERROR.match(line):
            inside = False
            yield line.rpartition(".")[2] if ":" not in line else line
        elif not inside and line and not re.search(_SAID_APART, line):
            yield line


OWN_WORDS = "# Each engine says in its own words what is wrong."
"""Stands in a script whose error is one of the engine: neither its message nor the console are compared."""


def has_own_words(script: str) -> bool:
    return OWN_WORDS in (CORPUS / f"{script}.py").read_text("utf-8")


def without_words(told: Any) -> Any:
    """Answers with the types of exceptions alone."""
    if isinstance(told, dict):
        kept = {name: without_words(value) for name, value in told.items()}
        return kept | ({"exception": kept["exception"] and kept["exception"][:1]} if "exception" in kept else {})
    return [without_words(one) for one in told] if isinstance(told, list) else told


def as_far_as_known(answers: Any, expected: Any) -> Any:
    """Answers without what the other engine cannot tell."""
    if expected == [UNKNOWN]:
        return expected
    if isinstance(answers, dict) and isinstance(expected, dict):
        return {name: as_far_as_known(value, expected.get(name)) for name, value in answers.items()}
    if isinstance(answers, list) and isinstance(expected, list) and len(answers) == len(expected):
        return [as_far_as_known(*pair) for pair in zip(answers, expected, strict=True)]
    return answers
