"""Copies the files in which workers of another host keep what their tasks print, so that the driver can show it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from nbflow.run.output.live_output import OUTPUT_LIMIT, label_in, live_tasks

_GROWING = (".out", ".err")
_AT_ONCE = 1 << 15  # bytes
_NAME = re.compile(r"[\w.-]+")


class LiveMirror:
    """Notices what changes in the live folder of an agent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[int, int, int]] = {}  # inode, size, time of change

    def changes(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (name, start, bytes) for each piece that is new: files of streams grow, others are replaced."""
        with contextlib.suppress(OSError):
            for task in self._folder.glob("*.task"):
                printed = [one for one in self._folder.glob(f"{task.stem}.*") if one != task and one.stat().st_size]
                for path in (task, *printed) if printed else ():
                    with contextlib.suppress(OSError):  # a worker has just removed it
                        yield from self._of_file(path.name)

    def _of_file(self, name: str) -> Iterator[tuple[str, int, bytes]]:
        with open(self._folder / name, "rb") as file:
            found = os.fstat(file.fileno())
            now = found.st_ino, found.st_size, found.st_mtime_ns
            before = self._seen.get(name, (0, 0, 0))
            if now == before:
                return
            grown = name.endswith(_GROWING) and now[0] == before[0] and now[1] >= before[1]
            start, end = (before[1] if grown else 0), min(now[1], OUTPUT_LIMIT)
            file.seek(start)
            yield name, start, file.read(min(_AT_ONCE, max(0, end - start)))
            while (start := file.tell()) < end and (data := file.read(min(_AT_ONCE, end - start))):
                yield name, start, data
            self._seen[name] = now


def write_mirrored(folder: Path, agent: str, name: str, start: int, data: bytes) -> None:
    """Write a piece of a file that `LiveMirror` has noticed, under a name that tells the agent."""
    if not _NAME.fullmatch(f"{agent}{name}"):
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / f"{agent}-{name}", os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if not start else 0), 0o600)
    try:
        os.pwrite(file, data, start)
    finally:
        os.close(file)


def remove_mirrored(folder: Path, label: str) -> None:
    """Forget what the task of this name has printed on hosts that were lost."""
    for task in live_tasks(folder):
        with contextlib.suppress(OSError):  # a worker of this machine has just removed it
            for path in folder.glob(f"{task.stem}.*") if label_in(task) == label else ():
                path.unlink(missing_ok=True)
