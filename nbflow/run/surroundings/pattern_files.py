"""Finds what a pattern of `glob` matches, without following links in circles, and only among so many names.

A step watches a pattern, and a notebook that is only looked at may name any: with two links to the folder in which they
are, `**` of `glob` has 2 ** 40 matches.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import filter as names_like
from glob import has_magic
from pathlib import Path

from nbflow.errors import TooManyFiles

MOST_NAMES = 1_000_000
"""So many names of files and folders are looked at for a pattern."""

_AT_A_GLANCE = 50_000  # of them for a warning
_LONGEST = 200  # parts of a pattern: more would be too deep for the search


def files_of_pattern(pattern: str, folder: Path) -> list[Path]:
    """Return the files that a `--watch` pattern matches, sorted. Raises TooManyFiles."""
    return sorted(_files(pattern, folder, MOST_NAMES))


def matches_nothing(pattern: str, folder: Path) -> bool:
    """Return whether a `--watch` pattern matches no file; False where it would take long to find out."""
    try:
        return next(_files(pattern, folder, _AT_A_GLANCE), None) is None
    except TooManyFiles:
        return False


def _files(pattern: str, folder: Path, most: int) -> Iterator[Path]:
    found = find_matches(os.path.expanduser(pattern), str(folder), most)
    return (path for path in (folder / one for one in found) if path.is_file())


def find_matches(pattern: str, root: str = "", most: int = MOST_NAMES) -> Iterator[str]:
    """Yield the paths, relative to `root`, that a pattern of `glob` matches; `**` enters no folder from within itself.

    Raises TooManyFiles after `most` names.
    """
    return _Search(pattern, root, most if pattern.count(os.sep) < _LONGEST else 0).matches(pattern)


@dataclass(slots=True)
class _Search:
    pattern: str
    root: str
    left: int  # how many further names may be looked at

    def matches(self, pattern: str, only_folders: bool = False) -> Iterator[str]:
        if self.left <= 0:
            raise TooManyFiles(self.pattern)
        folder, name = os.path.split(pattern)
        if not has_magic(pattern):
            yield from [pattern] if self._is_there(folder, name) else []
            return
        is_pattern = folder != pattern and has_magic(folder)
        for one in self.matches(folder, True) if is_pattern else [folder]:
            for found in self._within(one, name, only_folders):
                yield os.path.join(one, found)

    def _within(self, folder: str, name: str, only_folders: bool) -> Iterable[str]:
        """Return what the last part of a pattern matches in a folder."""
        if name == "**":
            return self._below(folder, only_folders)
        if has_magic(name):
            names = (one for one, is_folder in self._entries(folder) if is_folder or not only_folders)
            return names_like([one for one in names if name.startswith(".") or not one.startswith(".")], name)
        return [name] if self._is_there(folder, name) else []

    def _is_there(self, folder: str, name: str) -> bool:
        place = os.path.join(self.root, folder, name)
        return os.path.lexists(place) if name else os.path.isdir(place)

    def _below(self, folder: str, only_folders: bool) -> Iterator[str]:
        """Yield a folder itself, as "", and all that is below it and not hidden."""
        if not os.path.isdir(os.path.join(self.root, folder) or os.curdir):
            return
        yield ""
        waiting: list[tuple[str, tuple[os.stat_result, ...]]] = [("", ())]
        while waiting:
            inside, above = waiting.pop()
            here = self._look_at(os.path.join(folder, inside))
            if here is None or any(os.path.samestat(here, one) for one in above):
                continue
            for name, is_folder in self._entries(os.path.join(folder, inside)):
                if name.startswith(".") or (only_folders and not is_folder):
                    continue
                found = os.path.join(inside, name)
                yield found
                if is_folder:
                    waiting.append((found, (*above, here)))

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooManyFiles(self.pattern)

    def _look_at(self, folder: str) -> os.stat_result | None:
        self._count()
        try:
            return os.stat(os.path.join(self.root, folder) or os.curdir)
        except (OSError, ValueError):
            return None

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Yield the names in a folder, and whether each is that of a folder; nothing where there is none to read."""
        try:
            with os.scandir(os.path.join(self.root, folder) or os.curdir) as entries:
                for entry in entries:
                    self._count()
                    yield entry.name, _is_folder(entry)
        except (OSError, ValueError):
            return


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False
