"""Digests the files that steps watch, each file once in a run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

from nbflow.run.program.digest import digest_parts
from nbflow.run.surroundings.disk import files_of_pattern


@dataclass(frozen=True, slots=True)
class WatchedFiles:
    """Remembers the digest of each pattern of files, relative to the folder of the flow."""

    folder: Path
    _found: dict[str, str] = field(default_factory=dict)

    def digest(self, patterns: Iterable[str]) -> str:
        """Return the digest of all files of these patterns; an empty text if there are no patterns."""
        found = [self.of_pattern(pattern) for pattern in patterns]
        return digest_parts(*found) if found else ""

    def of_pattern(self, pattern: str) -> str:
        """Return the digest of the files of one pattern, with their names."""
        if pattern not in self._found:
            files = files_of_pattern(pattern, self.folder)
            names = (os.path.relpath(path, self.folder) for path in files)
            pairs = zip(names, map(_digest_file, files), strict=True)
            self._found[pattern] = digest_parts(*(part for pair in pairs for part in pair))
        return self._found[pattern]


def _digest_file(path: Path) -> str:
    state = blake3(max_threads=blake3.AUTO)
    state.update_mmap(path)
    return str(state.hexdigest())
