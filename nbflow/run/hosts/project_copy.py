"""Keeps a copy of the project on a host that does not see the project's folder, and tells what tasks change in it."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from blake3 import blake3

from nbflow.flow.files.file_use import Access
from nbflow.run.hosts.host_messages import ShippedFile
from nbflow.run.hosts.shipped_files import put_file
from nbflow.run.program.program import Program, move_path
from nbflow.run.task.job import Result
from nbflow.run.workers.workers import WorkerAnswer
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.homes import FOLDER, SETTINGS, team_of

_NOT_SENT = (FOLDER, "__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class _Known:
    """Is what the copy knows of one of its files."""

    stamp: tuple[int, int, int, int]
    size: int
    hashed: bytes


class ProjectCopy:
    """Is the copy of a project in a folder of a host. `there` is where the project lies for the driver."""

    def __init__(self, here: Path, there: Path, blobs: BlobStore) -> None:
        self.here, self.there, self._blobs = here, there, blobs
        self._files: dict[str, _Known] = {}
        self._flow_folder = here
        self._lock = threading.Lock()

    def begin(self, program: Program, files: Iterable[ShippedFile]) -> Program:
        """Write the files of the project, and return the program as it is here."""
        moved = program.moved(self.there, self.here)
        self._flow_folder = moved.folder
        for folder in {*moved.tree.folders, self.here / FOLDER}:
            folder.mkdir(parents=True, exist_ok=True)
        team = team_of(program.root)
        setting = f"store = {json.dumps(team.url if team else str(program.root))}\n"  # for tasks that read the store
        (self.here / FOLDER / SETTINGS).write_text(setting, "utf-8")
        self.take(files)
        return moved

    def take(self, files: Iterable[ShippedFile]) -> None:
        """Write files as the driver has them, unless they are so already."""
        with self._lock:
            for file in files:
                path = self.here / file.path
                content = memoryview(self._blobs.open(file.digest)) if file.digest else None
                known = self._files.get(file.path)
                if content is None:
                    path.unlink(missing_ok=True)
                    self._files.pop(file.path, None)
                elif known is None or known.hashed != blake3(content).digest():
                    _write(path, content, file.mode)
                    self._files[file.path] = _Known(_stamp(path.stat()), content.nbytes, blake3(content).digest())

    def changes(self, answers: Iterable[WorkerAnswer]) -> tuple[ShippedFile, ...]:
        """Return the files that have changed since the last call, and put their contents into the store.

        `answers` are those of tasks that have ended since then; they tell which files were only added to.
        """
        rows = (row for one in answers if isinstance(one, Result) for row in one.files)
        grown = {self._name(row.path) for row in rows if row.access == Access.APPEND}
        with self._lock:
            found = dict(self._present())
            gone = [path for path in self._files if path not in found]
            for path in gone:
                del self._files[path]
            changed = [path for path, stamp in found.items() if self._stamp_of(path) != stamp]
            return (
                *(ShippedFile(path, "") for path in gone),
                *filter(None, (self._changed(path, path in grown) for path in changed)),
            )

    def _stamp_of(self, path: str) -> tuple[int, int, int, int] | None:
        return self._files[path].stamp if path in self._files else None

    def _present(self) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
        for folder, folders, names in os.walk(self.here):
            folders[:] = [one for one in folders if one not in _NOT_SENT]
            for name in names:
                path = Path(folder, name)
                try:
                    facts = path.lstat()
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(facts.st_mode):
                    yield path.relative_to(self.here).as_posix(), _stamp(facts)

    def _name(self, path: str) -> str:
        """Return the path below this folder of a file that a task has named."""
        return os.path.relpath(os.path.join(self._flow_folder, path), self.here).replace(os.sep, "/")

    def _changed(self, path: str, is_grown: bool) -> ShippedFile | None:
        """Return what is new in a file; only the end of one to which tasks have added. None if it is just removed."""
        file, known = self.here / path, self._files.get(path)
        try:
            before = file.stat()
            size = known.size if known else 0
            is_added = (known is not None or is_grown) and before.st_size > size and self._begins_as(file, known)
            hashed = _hash(file, before.st_size)
            sent = self._end_of(file, path, size, before) if is_added else put_file(file, self.here, self._blobs)
        except FileNotFoundError:
            return None
        self._files[path] = _Known(_stamp(before), before.st_size, hashed)
        return sent

    def _end_of(self, file: Path, path: str, start: int, facts: os.stat_result) -> ShippedFile:
        with file.open("rb") as opened:
            opened.seek(start)
            added = opened.read(facts.st_size - start)
        return ShippedFile(path, self._blobs.put(added), facts.st_mode & 0o777, is_added=True)

    def _begins_as(self, file: Path, known: _Known | None) -> bool:
        return known is None or _hash(file, known.size) == known.hashed

    def named_there(self, answer: WorkerAnswer) -> WorkerAnswer:
        """Return an answer with the files that it names where they lie for the driver."""
        if isinstance(answer, Result):
            answer.files = tuple(replace(row, path=self._place_there(row.path)) for row in answer.files)
        return answer

    def _place_there(self, path: str) -> str:
        return str(move_path(Path(path), self.here, self.there)) if os.path.isabs(path) else path


def _hash(file: Path, size: int) -> bytes:
    """Return the hash of the first bytes of a file."""
    state, left = blake3(), size
    with file.open("rb") as opened:
        while left and (piece := opened.read(min(left, 1 << 20))):
            state.update(piece)
            left -= len(piece)
    return state.digest()


def _stamp(facts: os.stat_result) -> tuple[int, int, int, int]:
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino


def _write(path: Path, content: memoryview, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    beside.replace(path)
