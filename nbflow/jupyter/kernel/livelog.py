"""Writes the output of a task in the kernel to files, where the output of tasks in workers is found too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from nbflow.jupyter.kernel.screen import tee
from nbflow.run.output.live_output import OUTPUT_LIMIT

_SUFFIXES = {"stdout": ".out", "stderr": ".err"}


class LiveLog:
    """Keeps the output files of this process in `folder` while a task runs, if they can be written there."""

    def __init__(self, folder: Path, label: str) -> None:
        self._place = folder / f"{os.getpid()}.task"
        self._left = dict.fromkeys(_SUFFIXES, OUTPUT_LIMIT)
        self._files: dict[str, int] = {}
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for name, suffix in _SUFFIXES.items():
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
                self._files[name] = os.open(self._place.with_suffix(suffix), flags, 0o600)
            self._place.write_text(label)

    def text(self, name: str, text: str) -> None:
        """Append text to the file of a stream, up to the limit for stored output."""
        if name in self._files and self._left[name] > 0:
            self._left[name] -= len(text)
            with suppress(OSError):
                os.write(self._files[name], text.encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Delete the files."""
        for file in self._files.values():
            os.close(file)
        with suppress(OSError):
            for suffix in (".task", *_SUFFIXES.values()):
                self._place.with_suffix(suffix).unlink(missing_ok=True)
            self._place.parent.rmdir()


@contextmanager
def live_log(folder: Path, label: str) -> Iterator[None]:
    """Write the output of the block to files in `folder`; `label` names the task."""
    with ExitStack() as stack:
        log = LiveLog(folder, label)
        stack.callback(log.close)
        stack.enter_context(tee(log))
        yield
