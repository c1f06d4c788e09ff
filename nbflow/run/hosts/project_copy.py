"""Keeps a copy of the project on a host that does not see the project's folder, and tells what tasks change in it."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from blake3 import blake3

from nbflow.flow.files.file_use import Access
from nbflow.run.hosts.host_messages import FileChange, ShippedFile
from nbflow.run.hosts.project_files import put_file, remove_path
from nbflow.run.program.program import Program, move_path
from nbflow.run.task.job import Result
from nbflow.run.workers.workers import WorkerAnswer
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.homes import FOLDER, SETTINGS, address_of

_NOT_SENT = (FOLDER, "__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class _Known:
    """Is what the copy knows of one of its files."""

    stamp: tuple[int, int, int, int]
    size: int
    hashed: bytes
    mode: int


class ProjectCopy:
    """Is the copy of a project in a folder of a host. `there` is where the project lies for the driver."""

    def __init__(self, here: Path, there: Path, blobs: BlobStore) -> None:
        self.here, self.there, self._blobs = here, there, blobs
        self._files: dict[str, _Known] = {}
        self._folders: set[str] = set()
        self._taken: dict[str, ShippedFile] = {}  # what the driver has said last of files that are so here
        self._flow_folder = here
        self._lock = threading.Lock()

    def begin(self, program: Program, files: Sequence[ShippedFile]) -> Program:
        """Write the files of the project, and return the program as it is here."""
        moved = program.moved(self.there, self.here)
        self._flow_folder = moved.folder
        (self.here / FOLDER).mkdir(parents=True)
        for folder in moved.tree.folders:
            self._make_folder(folder)
        setting = f"store = {json.dumps(address_of(program.root))}\n"  # for tasks that read the store
        (self.here / FOLDER / SETTINGS).write_text(setting, "utf-8")
        self.take(files)
        return moved

    def take(self, files: Sequence[ShippedFile]) -> None:
        """Make files and folders as the driver has them, unless they are so already."""
        with self._lock:
            new = [file for file in files if self._taken.get(file.path) != file]
            gone = (file for file in new if file.change is FileChange.GONE)
            for file in sorted(gone, key=lambda one: one.path, reverse=True):  # what is in a folder before it
                remove_path(self.here / file.path)
                self._files.pop(file.path, None)
                self._folders.discard(file.path)
            for file in (one for one in new if one.change is FileChange.FOLDER):
                self._make_folder(self.here / file.path)
            for file in (one for one in new if one.change is FileChange.WHOLE):
                self._take_file(file)
            self._taken.update((file.path, file) for file in new)

    def _take_file(self, file: ShippedFile) -> None:
        place, known = self.here / file.path, self._files.get(file.path)
        content = memoryview(self._blobs.open(file.digest))
        hashed = blake3(content).digest()
        if known is None or (known.hashed, known.mode) != (hashed, file.mode):
            self._make_folder(place.parent)
            _write(place, content, file.mode)
            self._files[file.path] = _Known(_stamp(place.stat()), content.nbytes, hashed, file.mode)

    def _make_folder(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._folders |= {self._path(one) for one in (place, *place.parents) if one.is_relative_to(self.here)}

    def changes(self, answers: Iterable[WorkerAnswer]) -> tuple[ShippedFile, ...]:
        """Return the files that have changed since the last call, and put their contents into the store.

        `answers` are those of tasks that have ended since then; they tell which files were only added to.
        """
        rows = (row for one in answers if isinstance(one, Result) for row in one.files)
        grown = {self._name(row.path) for row in rows if row.access == Access.APPEND}
        with self._lock:
            folders, files = self._present()
            gone = sorted({*self._files, *self._folders} - {*files, *folders}, reverse=True)  # folders last
            made = sorted(folders - self._folders)
            self._folders = folders
            for path in gone:
                self._files.pop(path, None)
            changed = [path for path, stamp in files.items() if self._stamp_of(path) != stamp]
            found = (
                *(ShippedFile(path, FileChange.GONE) for path in gone),
                *(ShippedFile(path, FileChange.FOLDER) for path in made),
                *filter(None, (self._changed(path, path in grown) for path in changed)),
            )
            for one in found:
                self._taken.pop(one.path, None)
            return found

    def _stamp_of(self, path: str) -> tuple[int, int, int, int] | None:
        return self._files[path].stamp if path in self._files else None

    def _present(self) -> tuple[set[str], dict[str, tuple[int, int, int, int]]]:
        """Return the folders of the copy, and its files with their stamps."""
        found, files = set[str](), dict[str, tuple[int, int, int, int]]()
        for folder, folders, names in os.walk(self.here):
            folders[:] = [one for one in folders if one not in _NOT_SENT]
            found.add(self._path(Path(folder)))
            for path in (Path(folder, name) for name in names):
                with contextlib.suppress(FileNotFoundError):
                    facts = path.lstat()
                    if stat.S_ISREG(facts.st_mode):
                        files[self._path(path)] = _stamp(facts)
        return found, files

    def _path(self, place: Path) -> str:
        return place.relative_to(self.here).as_posix()

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
        self._files[path] = _Known(_stamp(before), before.st_size, hashed, before.st_mode & 0o777)
        return sent

    def _end_of(self, file: Path, path: str, start: int, facts: os.stat_result) -> ShippedFile:
        with file.open("rb") as opened:
            opened.seek(start)
            added = opened.read(facts.st_size - start)
        return ShippedFile(path, FileChange.END, self._blobs.put(added), facts.st_mode & 0o777)

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
