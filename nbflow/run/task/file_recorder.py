"""Records the files that a task reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from nbflow.flow.files.file_use import Access, FileUse, covers
from nbflow.flow.files.pathtexts import fill_in
from nbflow.run.program.program import Program
from nbflow.run.surroundings.disk import MISSING, NO_STAMP, UNSTEADY, Disk, Left, PathState, Stamp
from nbflow.run.task.task_records import Records
from nbflow.run.task.traces import OTHER, left_above, look_at
from nbflow.run.task.watching import Boundary, FileWatch, listen
from nbflow.store.catalog.rows import FileRow


class FileRecorder:
    """Watches the tasks of one process, and reports what they did to files."""

    def __init__(self, program: Program, records: Callable[[], Records]) -> None:
        self._program, self._records, self._disk = program, records, Disk(program.folder)
        self._boundary = Boundary.of(program)
        listen(None)  # no task is blamed for the audit hook
        self._uses = cache(self._find_uses)

    def watch(self, step: str, *, split: bool = False) -> TaskRecording:
        """Return a context in which a task of this step is watched."""
        left = left_above(self._program.graph, self._records, self._disk, step)
        return TaskRecording(self._uses(step, split), self._disk, FileWatch(self._boundary, self._disk), left)

    def _find_uses(self, step: str, split: bool) -> tuple[FileUse, ...]:
        """Return what the text of a step does to files, each once."""
        parameters, files = self._program.parameters, self._program.graph.links[step].files
        uses = (FileUse(fill_in(use.path, parameters), use.access) for use in files if use.split is split)
        return tuple(dict.fromkeys(uses))


class TaskRecording:
    """Records one task: its body runs in this context, and `rows` says afterwards what it did to files."""

    def __init__(self, uses: Sequence[FileUse], disk: Disk, watch: FileWatch, left: left_above) -> None:
        self._uses, self._disk, self._watch, self._left = uses, disk, watch, left
        self._certain = {use.path: disk.name(use.path) for use in uses if use.is_certain}
        self._before = {name: disk.stamp(name) for name in self._certain.values()}

    def __enter__(self) -> TaskRecording:
        self._others = listen(self._watch)
        return self

    def __exit__(self, *error: object) -> None:
        listen(self._others)

    def rows(self) -> tuple[FileRow, ...]:
        """Return the files that the task read and wrote, with their state after the task."""
        disk, watch = self._disk, self._watch
        written = {disk.name(path) for path in watch.written}
        read = {disk.name(path): stamp for path, stamp in watch.read.items()}
        found: dict[str, str] = {name: self._access_of(name, watch) for name in sorted(written)}
        for use in self._uses:
            if use.is_certain:
                name = self._certain[use.path]
                found.setdefault(name, self._stated(use, name, name in read))
        for name in sorted(read):
            found.setdefault(name, Access.READ)
        return tuple(self._row(name, access, read.get(name)) for name, access in found.items())

    def _uncounted(self) -> Left:
        """Return what counts in a listing in place of files: for those that this task wrote, what was there before."""
        others = {name: digest for name, digest in self._left().items() if digest == MISSING}
        stated = {self._certain[use.path] for use in self._uses if use.is_certain and use.access.writes}
        made = {name for name in stated if self._before[name] != self._disk.stamp(name)}  # by C code or a program
        written = made.union(map(self._disk.name, self._watch.written))
        return others | {name: self._left.digest(name) for name in written}

    def _access_of(self, name: str, watch: FileWatch) -> str:
        """Return the access of a file that a task has written; it is an output only if the task's text names it."""
        grown = any(self._disk.name(path) == name for path in watch.grown)
        stated = any(use.access.writes and covers(use.path, name) for use in self._uses)
        return OTHER if not stated else Access.APPEND if grown else Access.WRITE

    def _stated(self, use: FileUse, name: str, was_read: bool) -> str:
        """Return the access of a file that no event names; a file that might be changed, and was not, was read."""
        if use.access in (Access.UPDATE, Access.TOUCH):
            is_read = was_read or self._before[name] == self._disk.stamp(name) != NO_STAMP
            return Access.READ if is_read else Access.WRITE
        return use.access

    def _row(self, name: str, access: str, opened: Stamp | None) -> FileRow:
        state = look_at(self._disk, name, access, self._uncounted)
        before = opened if opened is not None else self._before.get(name, NO_STAMP)
        if access == Access.READ and before != NO_STAMP and self._disk.stamp(name) != before:
            state = PathState(UNSTEADY)
        size = self._disk.stamp(name)[0] if access == Access.APPEND else state.stamp[0]
        return FileRow(name, access, state.digest, size, *state.stamp[1:])
