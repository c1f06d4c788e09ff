"""Digests the content of files and folders, and hashes a file again only if it may have changed."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from blake3 import blake3

from nbflow.errors import TooManyFiles
from nbflow.run.surroundings.pattern_files import find_matches

MISSING = "missing"
UNSTEADY = "unsteady"
"""Stands in place of a digest if the file changed while the task ran, so nobody knows what the task read; and for a
pattern that matches more than can be looked at."""

RACY = 2_000_000_000
"""A file that changed in the last RACY nanoseconds is hashed again, because clocks of file systems are coarse."""

_LARGE = 1 << 28
"""Files of a folder with more bytes than this are compared by size and time instead of by content."""

Stamp = tuple[int, int, int, int]
"""Holds size, times of modification and change in nanoseconds, and inode: equal while nobody touches the file."""

NO_STAMP: Stamp = (0, 0, 0, 0)

Left = Mapping[str, str]
"""Maps names of files to the digests that count for them, whatever they hold now; MISSING means: do not count it."""

NOTHING_LEFT: Left = {}


@dataclass(frozen=True, slots=True)
class PathState:
    """Describes what a path holds: a digest of the content, and a stamp by which an unchanged file is recognised."""

    digest: str
    stamp: Stamp = NO_STAMP


class Disk:
    """Looks at paths; relative paths lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, PathState] = {}

    def locate(self, path: str) -> str:
        """Return the absolute path, with `~` expanded."""
        return os.path.normpath(os.path.join(self.folder, os.path.expanduser(path)))

    def name(self, path: str) -> str:
        """Return a path as it is recorded: relative if it lies in the folder, so that the project can be moved."""
        absolute = self.locate(path)
        inside = f"{self.folder}{os.sep}"
        return absolute[len(inside) :] if absolute.startswith(inside) else absolute

    def stamp(self, path: str) -> Stamp:
        """Return the stamp of a regular file; NO_STAMP for anything else, whose changes no stamp can show."""
        try:
            found = os.stat(self.locate(path))
        except (OSError, ValueError):
            return NO_STAMP
        if not stat.S_ISREG(found.st_mode):
            return NO_STAMP
        return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino

    def state(self, path: str) -> PathState:
        """Return what a file, a folder or a pattern holds now."""
        place = self.locate(path)
        if not os.path.exists(place):
            return self._listing(place) if has_magic(place) else PathState(MISSING)
        try:
            return self._of_folder(place) if os.path.isdir(place) else self._of_file(place)
        except OSError as error:
            return PathState(f"unreadable: {error.strerror}")

    def kind(self, path: str) -> PathState:
        """Return whether a path is a file, a folder or missing."""
        place = self.locate(path)
        return PathState("folder" if os.path.isdir(place) else "file" if os.path.exists(place) else MISSING)

    def listing(self, pattern: str, left: Left = NOTHING_LEFT) -> PathState:
        """Return the state of a pattern: the files that match it, with their contents."""
        return self._listing(self.locate(pattern), left)

    def content(self, path: str, left: Left = NOTHING_LEFT) -> PathState:
        """Return what a path holds; for a folder, with the files in `left` as they were left."""
        place = self.locate(path)
        inside = {name: digest for name, digest in left.items() if self.locate(name).startswith(f"{place}{os.sep}")}
        if not inside or os.path.isfile(place):
            return self.state(path)
        return PathState(self._digest_all(place, sorted(_below(place)), inside))

    def beginning(self, path: str, size: int) -> str:
        """Return a digest of the first `size` bytes of a file, to which others may have added."""
        try:
            with open(self.locate(path), "rb") as file:
                return _digest_stream(file, size)
        except OSError:
            return MISSING

    def _of_file(self, place: str) -> PathState:
        now = time.time_ns()
        stamp = self.stamp(place)
        if stamp == NO_STAMP and not os.path.isfile(place):
            return PathState("special")
        known = self._known.get(place)
        if known is not None and known.stamp == stamp != NO_STAMP:
            return known
        state = PathState(_digest_file(Path(place)), stamp)
        if self.stamp(place) != stamp:
            return PathState(UNSTEADY)
        if max(stamp[1], stamp[2]) > now - RACY:
            return PathState(state.digest)
        self._known[place] = state
        return state

    def _of_folder(self, place: str) -> PathState:
        return PathState(self._digest_all(place, sorted(_below(place))))

    def _listing(self, pattern: str, left: Left = NOTHING_LEFT) -> PathState:
        try:
            found = sorted(path for path in find_matches(pattern) if not os.path.isdir(path))
        except TooManyFiles:
            return PathState(UNSTEADY)
        means = re.compile(_regex(pattern), re.DOTALL)
        places = ((self.locate(name), name, digest) for name, digest in left.items())
        inside = {n: digest for place, n, digest in places if means.fullmatch(place) and not os.path.isdir(place)}
        return PathState(self._digest_all(os.path.dirname(pattern), found, inside))

    def _digest_all(self, root: str, places: list[str], left: Left = NOTHING_LEFT) -> str:
        by_content = sum(self.stamp(place)[0] for place in places) <= _LARGE
        facts = {
            place: self._of_file(place).digest if by_content else str(self.stamp(place)[:2])
            for place in places
            if not left or self.name(place) not in left
        }
        facts |= {self.locate(name): digest for name, digest in left.items() if digest != MISSING}
        state = blake3()
        for place, fact in sorted(facts.items()):
            state.update(f"{os.path.relpath(place, root)}\0{fact}\0".encode("utf-8", "surrogateescape"))
        return str(state.hexdigest(16))


def is_same(state: PathState, digest: str, stamp: Stamp) -> bool:
    """Return whether a path holds what was recorded for it."""
    return digest != UNSTEADY and ((state.stamp == stamp != NO_STAMP) or state.digest == digest)


def _regex(pattern: str) -> str:
    """Return the regular expression of a pattern of `glob`."""
    parts = re.split(r"(\*\*/|\*+|\?|\[[^\]]*\])", pattern)
    known = {"**/": r"(?:[^./][^/]*/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(known.get(part, part if part.startswith("[") else re.escape(part)) for part in parts)


def _below(place: str) -> Iterator[str]:
    for folder, folders, files in os.walk(place):
        folders[:] = [one for one in folders if not one.startswith(".")]
        yield from (os.path.join(folder, one) for one in files if not one.startswith("."))


def _digest_file(path: Path) -> str:
    state = blake3(max_threads=blake3.AUTO)
    state.update_mmap(path)
    return str(state.hexdigest(16))


def _digest_stream(file: object, size: int) -> str:
    state = blake3()
    while size > 0 and (chunk := file.read(min(size, 1 << 20))):  # type: ignore[attr-defined]
        state.update(chunk)
        size -= len(chunk)
    return str(state.hexdigest(16))
