"""Writes into the user's project what tasks have changed in the copies of it that other hosts have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from nbflow.flow.files.file_use import covers
from nbflow.flow.files.pathtexts import fill_in
from nbflow.run.hosts.host_messages import ShippedFile
from nbflow.run.hosts.shipped_files import put_file
from nbflow.run.program.program import Program
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.whole_file import replace_file


class ReturnedFiles:
    """Holds the files that came back from hosts in one run. `base` is the folder below which they lie."""

    def __init__(self, program: Program, base: Path, blobs: BlobStore) -> None:
        self._program, self._base, self._blobs = program, base, blobs
        self._newest: dict[str, ShippedFile | None] = {}  # None for a file that is to be put into the store again

    def write(self, files: Iterable[ShippedFile]) -> list[str]:
        """Write files as they are on a host, and return in words what could not be written."""
        found = ((file, self._write(file)) for file in files)
        return [f"{file.path} stays on its host: {why}" for file, why in found if why]

    def _write(self, file: ShippedFile) -> str:
        path = self._base / file.path
        if PurePosixPath(file.path).is_absolute() or ".." in PurePosixPath(file.path).parts:
            return "it is not in the project"
        try:
            if not file.digest:
                path.unlink(missing_ok=True)
            elif file.is_added:
                with path.open("ab") as opened:
                    opened.write(self._blobs.open(file.digest))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(path, self._blobs.open(file.digest), file.mode)
        except OSError as error:
            return error.strerror or str(error)
        self._newest[file.path] = None if file.is_added else file
        return ""

    def for_steps(self, steps: Iterable[str]) -> tuple[ShippedFile, ...]:
        """Return the files that came back and that these steps may read; all, if the code of steps was not read."""
        if not self._program.tree.is_read:
            return tuple(map(self._current, [*self._newest]))
        wanted = {pattern for step in steps for pattern in self._read_by(step)} if self._newest else ()
        places = ((path, self._name(path)) for path in self._newest)
        return tuple(self._current(path) for path, name in places if any(covers(pattern, name) for pattern in wanted))

    def _read_by(self, step: str) -> Iterator[str]:
        uses = self._program.graph.links[step].files
        yield from (fill_in(use.path, self._program.parameters) for use in uses)
        yield from self._program.graph.steps[step].options.watch

    def _name(self, path: str) -> str:
        """Return a path as the code of a step names it: relative to the folder of the flow."""
        place = self._base / path
        folder = self._program.tree.working_folder
        return place.relative_to(folder).as_posix() if place.is_relative_to(folder) else str(place)

    def _current(self, path: str) -> ShippedFile:
        file = self._newest[path]
        if file is None:
            file = self._newest[path] = put_file(self._base / path, self._base, self._blobs)
        return file
