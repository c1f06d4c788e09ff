"""Exchanges the files of a project with hosts that do not see its folder: sends what steps need, takes what they write.

A task finds each file as it is in the user's folder when the task is sent, whoever has changed it since the run began.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from nbflow.flow.files.file_use import covers
from nbflow.run.hosts.host_messages import FileChange, ShippedFile
from nbflow.run.program.needed_files import (
    base_of,
    files_of_unknown_name,
    literal_texts,
    needed_files,
    needed_folders,
    patterns_of,
)
from nbflow.run.program.program import Program
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.whole_file import replace_file

_Stamp = tuple[int, int, int, int] | None
"""Holds mode, size, time of change and inode of a file, only the mode of a folder; None if nothing is there."""


class ProjectFiles:
    """Knows which files of the project hosts have, and what has changed since, here or there.

    Attributes:
        base: The folder below which everything lies.
        first: What each host gets when the run begins.
    """

    def __init__(self, program: Program, steps: Iterable[str], blobs: BlobStore) -> None:
        self._program, self._blobs, self._began = program, blobs, time.time_ns()
        chosen = [*steps]
        needed, folders = needed_files(program, chosen), needed_folders(program, chosen)
        self.base = base_of(program, chosen, needed)
        self._stamps = {self._path(place): _stamp(place) for place in (*folders, *needed)}  # as hosts know them
        self._changed: dict[str, ShippedFile | None] = {}  # None for what is to be put into the store again
        self.first = tuple(self._put(path) for path in self._stamps)
        self._first_paths = frozenset(self._stamps)
        self._looked = {*chosen}  # steps for which nothing has changed since their files were looked for
        self._named, self._concerns = cache(self._find_named), cache(self._find_concern)

    def _path(self, place: Path) -> str:
        return place.relative_to(self.base).as_posix()

    def _name(self, path: str) -> str:
        """Return a path as the code of a step names it: relative to the folder of the flow."""
        return os.path.relpath(self.base / path, self._program.tree.working_folder).replace(os.sep, "/")

    # what comes back from hosts

    def write(self, files: Iterable[ShippedFile]) -> list[str]:
        """Write files as they are on a host, and return in words what could not be written."""
        found = ((file, self._write(file)) for file in files)
        return [f"{file.path} stays on its host: {why}" for file, why in found if why]

    def _write(self, file: ShippedFile) -> str:
        place = self.base / file.path
        if PurePosixPath(file.path).is_absolute() or ".." in PurePosixPath(file.path).parts:
            return "it is not in the project"
        try:
            match file.change:
                case FileChange.GONE:
                    remove_path(place)
                case FileChange.FOLDER:
                    place.mkdir(parents=True, exist_ok=True)
                case FileChange.END:
                    with place.open("ab") as opened:
                        opened.write(self._blobs.open(file.digest))
                case FileChange.WHOLE:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    replace_file(place, self._blobs.open(file.digest), file.mode)
        except OSError as error:
            return error.strerror or str(error)
        self._stamps[file.path] = _stamp(place)
        self._changed[file.path] = None if file.change is FileChange.END else file
        return ""

    # what changes here

    def note_task_here(self, names: Iterable[str]) -> None:
        """Note that a task has ended on this machine; `names` are files that it is known to have changed."""
        folder = self._program.tree.working_folder
        for place in (Path(os.path.normpath(folder / name)) for name in names):
            if place.is_relative_to(self.base):
                self._note(self._path(place))
        self._looked.clear()

    def _note(self, path: str) -> None:
        """Note that hosts may not have a file as it is now."""
        now = _stamp(self.base / path)
        if now != self._stamps.get(path):
            self._stamps[path], self._changed[path] = now, None

    def _look_again(self, steps: Iterable[str]) -> None:
        """Look for what has changed in what hosts have, and for new files that these steps name."""
        for path in () if self._looked else [*self._stamps]:
            self._note(path)
        for step in steps:
            self._looked.add(step)
            places = (*needed_folders(self._program, [step]), *needed_files(self._program, [step]))
            new = (one for one in files_of_unknown_name(self._program, step) if _changed_at(one) >= self._began)
            for place in (*places, *new):
                if place.is_relative_to(self.base):
                    self._note(self._path(place))

    # what steps get

    def for_steps(self, steps: Iterable[str]) -> tuple[ShippedFile, ...]:
        """Return what hosts must get before tasks of these steps: what has changed in the project, and what is new.

        Raises OSError if a file cannot be read.
        """
        chosen = [*dict.fromkeys(steps)]
        if not self._looked.issuperset(chosen):
            self._look_again([step for step in chosen if step not in self._looked])
        concerned = [path for path in self._changed if any(self._concerns(step, path) for step in chosen)]
        return tuple(map(self._current, concerned))

    def _find_concern(self, step: str, path: str) -> bool:
        """Return whether a step may look at a file: it names it, or hosts may have an older version of it."""
        if path in self._first_paths or not _is_file(self._stamps[path]) or not self._program.tree.is_read:
            return True
        (texts, patterns), name = self._named(step), self._name(path)
        return name in texts or any(covers(one, name) for one in patterns)

    def _find_named(self, step: str) -> tuple[frozenset[str], tuple[str, ...]]:
        return literal_texts(self._program, step), tuple(patterns_of(self._program, step))

    def _current(self, path: str) -> ShippedFile:
        """Return a file as it is now; it is put into the store once."""
        found = self._changed[path]
        if found is None:
            found = self._changed[path] = self._put(path)
        return found

    def _put(self, path: str) -> ShippedFile:
        place, stamp = self.base / path, self._stamps[path]
        if _is_folder(stamp):
            return ShippedFile(path, FileChange.FOLDER)
        try:
            return put_file(place, self.base, self._blobs)
        except FileNotFoundError:
            return ShippedFile(path, FileChange.GONE)


def put_file(file: Path, base: Path, blobs: BlobStore) -> ShippedFile:
    """Put a file into the store, and return how it is found there. Raises OSError if it cannot be read."""
    with file.open("rb") as opened:
        facts = os.fstat(opened.fileno())
        content = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) if facts.st_size else b""
        return ShippedFile(
            file.relative_to(base).as_posix(), FileChange.WHOLE, blobs.put(content), facts.st_mode & 0o777
        )


def remove_path(place: Path) -> None:
    """Remove a file, or a folder that is empty, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        if not place.is_dir() or place.is_symlink():
            place.unlink()
        elif not any(place.iterdir()):
            place.rmdir()


def _stamp(place: Path) -> _Stamp:
    try:
        found = place.stat()
    except OSError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return found.st_mode, 0, 0, 0
    return found.st_mode, found.st_size, max(found.st_mtime_ns, found.st_ctime_ns), found.st_ino


def _is_file(stamp: _Stamp) -> bool:
    return stamp is not None and not _is_folder(stamp)


def _is_folder(stamp: _Stamp) -> bool:
    return stamp is not None and stat.S_ISDIR(stamp[0])


def _changed_at(place: Path) -> int:
    stamp = _stamp(place)
    return stamp[2] if stamp else 0
