"""Is the process that shows values: it reads questions from a pipe, one a line, and answers each with a line."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import sys
import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from nbflow.errors import NbflowError
from nbflow.jupyter.protocol.sent import Misunderstood
from nbflow.jupyter.protocol.wire import to_json
from nbflow.jupyter.values.asked import Asked, read_asked
from nbflow.jupyter.values.opened_values import FlowPlace, OpenedValues
from nbflow.jupyter.values.shown_value import ShownValue
from nbflow.store.catalog.schema import storable
from nbflow.store.values.user_code import interrupts, reason_of

IDLE_SECONDS = 600.0
"""A process that nobody has asked anything for so long ends; the next question starts another."""

READY_SECONDS = 120.0
"""A process that has only got ready, because the user looked at the line of a table, ends sooner."""

_LIBRARIES = ("numpy", "pandas", "polars", "pyarrow", "matplotlib")
"""The libraries that may be imported before a value is opened."""


def serve_values() -> None:
    """Answer questions until the server closes the pipe, or until none has come for long."""
    questions, answers = _take_pipes()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(questions, lines), daemon=True).start()
    opened = OpenedValues()
    with contextlib.suppress(queue.Empty):
        while True:
            line = lines.get(timeout=IDLE_SECONDS if opened.has_any else READY_SECONDS)
            answers.write(_answer(opened, line) + "\n")
            answers.flush()


def _take_pipes() -> tuple[IO[str], IO[str]]:
    """Return the pipes to the server, and keep them from the user's code, which may read and print."""
    questions = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return questions, answers


def _read(questions: Iterable[str], lines: queue.SimpleQueue[str]) -> None:
    for line in questions:
        lines.put(line)
    os._exit(0)  # the server has ended, whatever the user's code does now


def _answer(opened: OpenedValues, line: str) -> str:
    """Return the status and the text of an answer, as JSON."""
    sent = json.loads(line)
    status, message = HTTPStatus.CONFLICT, ""
    try:
        return json.dumps([HTTPStatus.OK, storable(to_json(_show(opened, sent)))])
    except Misunderstood as error:
        status, message = HTTPStatus.BAD_REQUEST, str(error)
    except NbflowError as error:
        message = str(error)
    except interrupts():
        raise
    except BaseException as error:  # noqa: BLE001 - the user's own code, which may also exit
        message = f"the value cannot be shown: {reason_of(error)}"
    return json.dumps([status, storable(to_json({"message": message}))])


def _show(opened: OpenedValues, sent: Mapping[str, str]) -> Any:
    asked = read_asked(sent["body"])
    if asked.ask == "prepare":
        return _prepare(asked.name)
    place = FlowPlace(Path(sent["root"]), sent["flow"], Path(sent["folder"]))
    return _said(opened.show(place, asked), asked)


def _prepare(kind: str) -> Mapping[str, str]:
    """Import the library of a type, `pandas.DataFrame`, so that a value of it opens sooner."""
    library = kind.partition(".")[0]
    if library in _LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    if library == "pandas":
        importlib.import_module("nbflow.jupyter.values.pandas_table")
    if library in sys.modules and library in _LIBRARIES[:4]:
        importlib.import_module("nbflow.jupyter.values.sheets")
    return {}


def _said(value: ShownValue, asked: Asked) -> Any:
    match asked.ask:
        case "open":
            return value.facts(asked)
        case "heat":
            return value.heat()
        case "parts":
            return value.parts(asked)
        case "text":
            return value.text(asked)
        case "display":
            return value.display()
    if value.sheet is None:
        raise Misunderstood(f"'{value.name}' is no table")
    return {"window": value.sheet.window, "column": value.sheet.statistics, "cell": value.sheet.cell}[asked.ask](asked)
