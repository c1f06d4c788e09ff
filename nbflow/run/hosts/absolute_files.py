"""Finds out whether an absolute path means, on the machine of a task, the file that another task has written.

Such files are not sent from machine to machine: all machines may see them, or each may have another one of that name.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbflow.errors import FileElsewhere
from nbflow.flow.files.file_use import Access, covers
from nbflow.run.program.needed_files import absolute_uses
from nbflow.run.program.program import Program
from nbflow.run.surroundings.disk import UNSTEADY, Disk
from nbflow.run.task.job import Result
from nbflow.run.workers.workers import WorkerAnswer


@dataclass(frozen=True)
class ExpectedFile:
    """Is a file that a step reads by an absolute path, with the digest of what another step has written there."""

    path: str
    digest: str
    reader: str
    writer: str


class AbsoluteFiles:
    """Remembers what the tasks of a run have written under absolute paths, on whichever machine."""

    def __init__(self, program: Program) -> None:
        self._program, self._disk = program, Disk(program.folder)
        self._written: dict[str, tuple[str, str]] = {}  # the digest of the content, and the step

    def note(self, step: str, answer: WorkerAnswer) -> None:
        """Note what a task has written."""
        for row in answer.changed_files if isinstance(answer, Result) else ():
            self._written[self._disk.locate(row.path)] = row.digest, step

    def for_steps(self, steps: Iterable[str]) -> tuple[ExpectedFile, ...]:
        """Return the files that these steps read by absolute paths, as other steps have left them."""
        return tuple(one for step in dict.fromkeys(steps) for one in self._read_by(step)) if self._written else ()

    def _read_by(self, step: str) -> Iterator[ExpectedFile]:
        uses = [*absolute_uses(self._program, step)]
        own = [use.path for use in uses if use.access is Access.WRITE]
        read = [use.path for use in uses if use.access.reads]
        for path, (digest, writer) in [*self._written.items()] if read else ():
            if writer != step and digest != UNSTEADY and _is_among(path, read) and not _is_among(path, own):
                yield ExpectedFile(path, digest, step, writer)


def _is_among(path: str, patterns: Iterable[str]) -> bool:
    return any(covers(os.path.expanduser(pattern), path) for pattern in patterns)


def refuse_other_files(expected: Iterable[ExpectedFile]) -> None:
    """Raise FileElsewhere if a file is not on this machine as it is expected."""
    for one in expected:
        if Disk(Path("/")).state(one.path).digest != one.digest:
            raise FileElsewhere(one.path, one.reader, one.writer, socket.gethostname())
