"""Finds files and numbers of processors that can stand in a line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from nbflow.verbs.execution import processors

_MOST_FILES = 200


def counts_of_processors() -> list[str]:
    """Return the powers of two up to the number of processors, and that number."""
    here = processors()
    return [str(number) for number in sorted({*(1 << n for n in range(here.bit_length()) if 1 << n <= here), here})]


def files_like(folder: Path, typed: str) -> tuple[str, Iterator[str]]:
    """Return what was typed, and the files and folders below `folder` whose path begins so; none that are hidden."""
    return typed, _files(folder, typed)


def _files(folder: Path, typed: str) -> Iterator[str]:
    above = typed.rpartition("/")[0] + "/" if "/" in typed else ""
    with os.scandir(folder / above) as entries:
        shown = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
        for entry in shown[:_MOST_FILES]:
            if not set(entry.name) & set("\"', "):
                yield f"{above}{entry.name}" + ("/" if entry.is_dir() else "")
