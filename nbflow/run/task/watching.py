"""Watches which files a task really opens, by Python's audit events; libraries that open files in C raise none."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from nbflow.run.program.program import Program
from nbflow.run.surroundings.disk import Disk, Stamp

_CODE = (".py", ".pyc", ".pyo", ".pyi", ".so", ".pyd", ".dll", ".dylib", ".pth", ".egg-link")
_SYSTEM = ("/proc", "/sys", "/dev", "/run", "/usr", "/etc", "/lib", "/var", "/opt", "/System", "/Library", "/tmp")
_CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass
class FileWatch:
    """Notes what a task does to files while it runs. Paths are absolute."""

    boundary: Boundary
    disk: Disk
    read: dict[str, Stamp] = field(default_factory=dict)  # each with its stamp when it was opened
    written: set[str] = field(default_factory=set)
    grown: set[str] = field(default_factory=set)  # written files to which was only appended

    def opened(self, path: Any, flags: int) -> None:
        """Note that a file is opened with these flags."""
        if isinstance(path, int):
            return
        place = os.path.abspath(os.fsdecode(path))
        if not self.boundary.counts(place) or (flags & _CHANGES and os.path.isdir(place)):
            return
        if not flags & _CHANGES:
            if place not in self.written:
                self.read.setdefault(place, self.disk.stamp(place))
            return
        if flags & os.O_APPEND and not flags & os.O_TRUNC and place not in self.written - self.grown:
            self.grown.add(place)
        else:
            self.grown.discard(place)
        self.written.add(place)

    def changed(self, path: Any) -> None:
        """Note that a file is removed, or overwritten without being opened."""
        place = os.path.abspath(os.fsdecode(path))
        if self.boundary.counts(place):
            self.written.add(place)
            self.grown.discard(place)

    def moved(self, source: Any, target: Any) -> None:
        """Note that a file, or a folder with all its files, gets a new name."""
        before, after = (os.path.abspath(os.fsdecode(one)) for one in (source, target))
        for place in (before, *files_below(before)):
            self.changed(place)
            self.changed(after + place[len(before) :])


_active: FileWatch | None = None
_is_installed = False
_EVENTS = frozenset({"open", "os.remove", "os.rename", "os.truncate", "os.link", "os.symlink", "shutil.rmtree"})


def listen(watch: FileWatch | None) -> FileWatch | None:
    """Tell this watch of files from now on, and return the one that was told before.

    The audit hook stays, because Python cannot remove it.
    """
    global _active, _is_installed
    if not _is_installed:
        sys.addaudithook(_on_audit_event)
        _is_installed = True
    before, _active = _active, watch
    return before


def _on_audit_event(event: str, facts: tuple[Any, ...]) -> None:
    if _active is None or event not in _EVENTS:
        return
    try:
        _note(_active, event, facts)
    except (TypeError, ValueError, OSError):  # it is not the path of a file
        return


def _note(watch: FileWatch, event: str, facts: tuple[Any, ...]) -> None:
    match event, facts:
        case "open", (path, _, flags):
            watch.opened(path, flags if isinstance(flags, int) else 0)
        case "os.remove", (path, -1):  # another number means a folder in which the path lies
            watch.changed(path)
        case ("os.truncate", (path, _)) | ("os.link" | "os.symlink", (_, path, *_)):
            watch.changed(path)
        case "os.rename", (source, target, -1, -1):
            watch.moved(source, target)
        case "shutil.rmtree", (path, *_):
            for place in files_below(os.path.abspath(os.fsdecode(path))):
                watch.changed(place)


def files_below(folder: str) -> Iterator[str]:
    """Yield the files in a folder and in the folders below it."""
    for place, _, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in names)


@dataclass(frozen=True)
class Boundary:
    """Separates the user's files from the files of Python, of libraries, of the system and of nbflow."""

    foreign: tuple[str, ...]
    projects: tuple[str, ...]
    system: tuple[str, ...]

    @classmethod
    def of(cls, program: Program) -> Boundary:
        """Return the boundary for a program: its project, and everything that is not of the project."""
        return cls(
            _folders(*_folders_of_python(), str(program.root)),
            _folders(*map(str, program.project)),
            _folders(*_SYSTEM, tempfile.gettempdir()),
        )

    def counts(self, place: str) -> bool:
        """Return whether a file belongs to the user's work."""
        if place.endswith(_CODE) or place.startswith(self.foreign):
            return False
        inside = next((root for root in self.projects if place.startswith(root)), "")
        if not inside and f"{place}{os.sep}".startswith(self.system):
            return False
        hidden = f"{os.sep}."
        return hidden not in os.path.dirname(place)[len(inside) - 1 if inside else 0 :]


@cache
def _folders_of_python() -> frozenset[str]:
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, site.getuserbase(), *sysconfig.get_paths().values()}
    return frozenset(prefix for prefix in prefixes if len(prefix) > 1)


def _folders(*paths: str) -> tuple[str, ...]:
    return tuple(f"{path}{os.sep}" for path in paths)
