"""Reads what running tasks have printed so far: each worker keeps it in files of a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from nbflow.run.output.card_parts import card_outputs
from nbflow.run.output.outputs import Output, settled
from nbflow.store.regular_file import read_beginning

OUTPUT_LIMIT = 10_000_000  # bytes that are kept of one stream of a task
_LONGEST_LABEL = 1 << 16  # bytes of a `PID.task` file that are read


def last_words(folder: Path, label: str) -> list[Output]:
    """Return the outputs that the task of this name has written so far, or had when its worker died; cards last."""
    for path in live_tasks(folder):
        with contextlib.suppress(OSError):
            if label_in(path) == label:
                return [*_read_streams(path), *card_outputs(path.with_suffix(".card"))]
    return []


def live_tasks(folder: Path) -> list[Path]:
    """Return the `PID.task` file of each worker, which names its task; none after the run, whose folder is gone."""
    try:
        return list(folder.glob("*.task"))
    except FileNotFoundError:  # the folder was removed while pathlib was reading it
        return []


def label_in(path: Path) -> str:
    """Return the name of the task that a `PID.task` file holds."""
    first = read_beginning(path, _LONGEST_LABEL).partition(b"\n")[0]  # half a character of a longer label may follow
    return first.decode("utf-8", "replace")


def attempt_in(path: Path) -> int:
    """Return which attempt of the task a `PID.task` file is about, from 0."""
    return int(read_beginning(path, _LONGEST_LABEL).split(b"\n", 2)[1])


def _read_streams(path: Path) -> Iterator[Output]:
    for name, suffix in (("stdout", ".out"), ("stderr", ".err")):
        with contextlib.suppress(OSError):
            text = read_beginning(path.with_suffix(suffix), OUTPUT_LIMIT).decode("utf-8", "replace")
            if text:
                yield {"output_type": "stream", "name": name, "text": settled(text)}
