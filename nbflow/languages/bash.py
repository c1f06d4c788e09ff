"""Runs the bash of a cell: values go in as variables and files, and come back as variables and files."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from nbflow.errors import BashFailed, BashMissing, BashOutputMissing, BashOutputUnreadable, NotForBash
from nbflow.languages.cell_place import LeadingTo, place_of_call, raised_at
from nbflow.languages.child_process import how_it_ended, printing_to, run_child

FOLDER_VARIABLE = "TASK_FOLDER"
"""The variable with the folder in which files that a cell hands on are written."""

_DRIVER = Path(__file__).with_name("driver.sh")
_LAST = 2_000  # bytes of stderr that an error repeats
_LONGEST = 100_000  # bytes of a variable; the system refuses more than 128 kB
_LONGEST_TOGETHER = 1_500_000  # bytes of all variables; Linux refuses more than a quarter of the stack's limit
_LINE = re.compile(rb"\.cell: line (\d+): ")


def run_bash(script: str, values: Mapping[str, object], out: Sequence[str] = ()) -> tuple[Any, ...]:
    """Run a script of bash with `set -euo pipefail`, and return what it hands on.

    Args:
        script: The text of the cell.
        values: What the script gets in variables: texts, numbers and paths as text; `true`, `false` and an empty text
            for None; lists and dicts as JSON; bytes and frames as the path of a file (frames as CSV).
        out: Names that the script hands on: each as a variable, whose text is returned, or as a file in
            `$TASK_FOLDER`. NAME.csv gives a frame, NAME.json its value, NAME.txt a text, and any other file bytes.

    Raises:
        BashFailed: The script ends with another exit code than 0. Its traceback leads to the line of the cell.
        BashOutputMissing: It ends without a name in `out`.
        BashOutputUnreadable: A file for a name in `out` is not what its ending says.
        BashMissing: There is no bash.
        NotForBash: A value that no variable can hold.
    """
    name, line = place_of_call()
    with LeadingTo(name, line):
        return _run_at(name, line, script, values, out)


def _run_at(name: str, line: int, script: str, values: Mapping[str, object], out: Sequence[str]) -> tuple[Any, ...]:
    bash = shutil.which("bash")
    if bash is None:
        raise BashMissing
    with tempfile.TemporaryDirectory(prefix="nbflow-bash-") as written:
        folder = Path(written)
        given = folder / ".in"
        given.mkdir()
        variables = {one: _written(one, value, given) for one, value in values.items()}
        (folder / ".cell").write_bytes(f"{script}\n".encode("utf-8", "surrogateescape"))
        words = _LastBytes(folder, line)
        command = [bash, "--noprofile", "--norc", str(_DRIVER), written, *out]
        environment = {**os.environ, **variables, FOLDER_VARIABLE: written}
        environment.pop("BASH_ENV", None)
        if sum(len(os.fsencode(f"{one}={value}")) for one, value in environment.items()) > _LONGEST_TOGETHER:
            longest = max(variables, key=lambda one: len(variables[one]), default="")
            raise NotForBash(longest, "all variables together are too long", "Hand the longest ones over as bytes")
        code = run_child(command, environment, printing_to("stdout"), words.and_print)
        if code:
            failed_at = _line_of(folder, words.seen)
            raise raised_at(BashFailed(how_it_ended(code), words.text), name, line + failed_at - 1)
        return tuple(_read(one, folder) for one in out)


class _LastBytes:
    """Prints what goes to stderr, with the lines of the cell in what bash says, and remembers the end of it."""

    def __init__(self, folder: Path, first: int) -> None:
        self.seen, self._first = b"", first
        self._print = printing_to("stderr")
        self._place = re.compile(re.escape(os.fsencode(folder / ".cell")) + rb": line (\d+): ")

    def and_print(self, data: bytes) -> None:
        self.seen = (self.seen + data)[-_LAST:]
        self._print(self._place.sub(self._in_cell, data))

    def _in_cell(self, found: re.Match[bytes]) -> bytes:
        return b"line %d: " % (int(found[1]) + self._first - 1)

    @property
    def text(self) -> str:
        text = self.seen.decode("utf-8", "replace").strip()
        return re.sub(r"\S*/\.cell: line \d+: ", "", text)


def _line_of(folder: Path, said: bytes) -> int:
    """Return the line of the script that has failed, as its trap or bash itself has told."""
    told = folder / ".line"
    if told.exists() and told.read_text().strip().isdecimal():
        return max(1, int(told.read_text()))
    found = _LINE.findall(said)
    return int(found[-1]) if found else 1


# values


def _written(name: str, value: object, folder: Path) -> str:
    """Return the text of a variable; a value that is no text is written to a file, whose path is returned."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float() | Decimal() | Path() | date() | time() | timedelta() | UUID():
            return _checked(name, str(value))
        case bytes() | bytearray():
            (folder / name).write_bytes(value)
            return str(folder / name)
        case list() | tuple() | dict():
            return _checked(name, _json(name, value))
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a scalar of NumPy
        return _written(name, value.item(), folder)
    return str(_write_frame(name, value, folder / f"{name}.csv"))


def _checked(name: str, text: str) -> str:
    if "\0" in text:
        raise NotForBash(name, "a variable cannot hold the character NUL", "Hand it over as bytes: bash gets a file")
    if len(text.encode("utf-8", "surrogateescape")) > _LONGEST:
        raise NotForBash(name, "it is too long for a variable", f"Hand it over as bytes: {name}.encode()")
    return text


def _json(name: str, value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NotForBash(name, f"JSON cannot hold it ({error})", "Make texts and numbers of what it holds") from error


def _write_frame(name: str, value: Any, file: Path) -> Path:
    library = type(value).__module__.partition(".")[0]
    if library == "pandas" and type(value).__name__ == "DataFrame":
        value.to_csv(file, index=False)
    elif library == "polars" and type(value).__name__ == "DataFrame":
        value.write_csv(file)
    else:
        raise NotForBash(name, f"it is of type {type(value).__name__}", "Make a text, a list or a frame of it")
    return file


def _read(name: str, folder: Path) -> Any:
    """Return what a script has handed on under a name: a file comes before a variable."""
    files = [file for file in sorted(folder.glob(f"{name}*")) if file.name.partition(".")[0] == name]
    to_file = f'"${FOLDER_VARIABLE}"/{name}.txt'
    if (folder / f".array.{name}").exists():
        raise BashOutputMissing(name, "is an array, which has no text", f"write it to a file: {to_file}")
    if len(files) > 1:
        raise BashOutputUnreadable(name, [file.name for file in files], "are two files for one name: write one of them")
    if files:
        return _content(name, files[0])
    variable = folder / f".variable.{name}"
    if not variable.exists():
        raise BashOutputMissing(name, "is neither a variable nor a file", f"assign it, or write {to_file}")
    text = variable.read_bytes().decode("utf-8", "surrogateescape")
    if text.startswith(f"{folder}/"):
        raise BashOutputMissing(name, "is the path of a file that goes away with the task", f"write {to_file}")
    return text


def _content(name: str, file: Path) -> Any:
    try:
        match file.suffix:
            case ".csv":
                import pandas as pd  # noqa: PLC0415 - most steps in bash make no frame

                return pd.read_csv(file)
            case ".json":
                return json.loads(file.read_text("utf-8"))
            case ".txt":
                return file.read_bytes().decode("utf-8", "surrogateescape")
        return file.read_bytes()
    except (ValueError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BashOutputUnreadable(name, [file.name], f"cannot be read: {why}") from error
