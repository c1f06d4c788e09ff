"""Digests the files that steps watch, each file once in a run."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

from nbflow.errors import TooManyFiles
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.program.digest import digest_parts
from nbflow.run.surroundings.pattern_files import files_of_pattern


@dataclass(frozen=True, slots=True)
class WatchedFiles:
    """Remembers the digest of each pattern of files, relative to the folder of the flow."""

    folder: Path
    _found: dict[str, str] = field(default_factory=dict)

    def digest(self, step: StepSpec) -> str:
        """Return the digest of all files that a step watches; an empty text if it watches none."""
        found = self.by_pattern(step).values()
        return digest_parts(*found) if found else ""

    def by_pattern(self, step: StepSpec) -> dict[str, str]:
        """Return the patterns that a step watches, each with the digest of its files and of their names.

        Raises TooManyFiles.
        """
        try:
            return {pattern: self._of_pattern(pattern) for pattern in step.options.watch}
        except TooManyFiles as error:
            raise TooManyFiles(error.pattern, step.place, step.name) from None

    def _of_pattern(self, pattern: str) -> str:
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
