"""Records the files that a task read and wrote, and compares them with the disk before the task is reused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path

from nbflow.flow.files.file_use import Access, FileUse, conflict, covers
from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import Reuse, StartTask
from nbflow.run.surroundings.disk import MISSING, NO_STAMP, UNSTEADY, Disk, Left, PathState, is_same
from nbflow.run.task.task_records import Records
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import FileRow, TaskRow

Compare = Callable[[StartTask, TaskRow], tuple[FileRow, ...] | None]
"""Returns the present files of a stored task if it may stand for the task that is to start, else None."""

OTHER = "other"
"""Is the access of a file that a task wrote without naming it in its text: such a file may change."""


class left_above:  # noqa: N801 - used as a function, which as a closure would be made anew for each task
    """Finds, once it is called, the files which a step that is not above has changed since.

    It returns them with the digests that the steps above have left, because that is what a listing in the step shows.
    """

    def __init__(self, graph: Graph, records: Callable[[], Records], disk: Disk, step: str) -> None:
        self._graph, self._records, self._disk, self._step = graph, records, disk, step

    def __call__(self) -> Left:
        return self._found

    @cached_property
    def _found(self) -> Left:
        found: dict[str, str] = {}
        for path, by in self._written.items():
            others = {digest for name, digest in by.items() if name not in self._above}
            if others and self._disk.state(path).digest in others:
                found[path] = self.digest(path)
        return found

    def digest(self, path: str) -> str:
        """Return what the steps above have left at a path; MISSING if none of them wrote there."""
        by = self._written.get(path, {})
        return next((by[name] for name in self._above if name in by), MISSING)

    @cached_property
    def _above(self) -> tuple[str, ...]:
        """Return the steps above, nearest first."""
        above = self._graph.ancestors(self._step)
        return tuple(name for name in reversed(list(self._graph.links)) if name in above)

    @cached_property
    def _written(self) -> Mapping[str, Mapping[str, str]]:
        return self._records().written(self._graph.flow.name)


def look_at(disk: Disk, path: str, access: str, left: Callable[[], Left]) -> PathState:
    """Return the state of a path, as far as this access depends on it."""
    match access:
        case Access.FIND | Access.MAKE:
            return disk.kind(path)
        case Access.LIST:
            return disk.listing(path, left())
        case Access.READ if not os.path.isfile(disk.locate(path)):
            return disk.content(path, left())
        case _:
            return disk.state(path)


class Traces:
    """Compares what tasks have recorded with the present files, and looks at each file once."""

    def __init__(self, graph: Graph, disk: Disk, history: CatalogReader) -> None:
        self.graph, self.disk, self._history = graph, disk, history
        self._runs: dict[int, Mapping[str, tuple[FileRow, ...]]] = {}
        self._left_by = cache(self._find_left_by)

    def holding(
        self,
        step: str,
        rows: Iterable[FileRow],
        concerns: Callable[[FileRow], bool],
        settled: frozenset[str] = frozenset(),
    ) -> list[FileRow] | None:
        """Return the rows with present stamps, or None if a file for which `concerns` is true has changed.

        `settled` are steps below this one that are over, too: they may have changed what it wrote.
        """
        found: list[FileRow] = []
        for row in rows:
            if concerns(row):
                if not self._holds(step, row, settled):
                    return None
                found.append(self._refreshed(row))
            else:
                found.append(row)
        return found

    def _refreshed(self, row: FileRow) -> FileRow:
        if row.access not in (Access.READ, Access.WRITE) or self.disk.stamp(row.path) == row.stamp:
            return row
        state = self.disk.state(row.path)
        return row if state.digest != row.digest else FileRow(row.path, row.access, state.digest, *state.stamp)

    def changes(self, run: int, step: str) -> list[str]:
        """Return what has changed since the tasks of a step in a run read or wrote it, in words."""
        if run not in self._runs:
            self._runs[run] = self._history.files_of_run(run) if run else {}
        rows = self._runs[run].get(step, ())
        changed = (row for row in rows if step in self.graph.links and not self._holds(step, row))
        return list(dict.fromkeys(self._describe(step, row) for row in changed))

    def _look(self, step: str, row: FileRow) -> PathState:
        return look_at(self.disk, row.path, row.access, left_above(self.graph, lambda: self._history, self.disk, step))

    def _describe(self, step: str, row: FileRow) -> str:
        state = self._look(step, row)
        if row.digest == UNSTEADY:
            return f"{row.path} changed while it was read"
        if row.access == Access.LIST:
            return f"{row.path} changed"
        if state.digest == MISSING:
            return f"{row.path} is gone"
        if row.digest == MISSING:
            return f"{row.path} is new"
        return f"{row.path} changed" + (" after it was written" if row.access in (Access.WRITE, Access.APPEND) else "")

    def _holds(self, step: str, row: FileRow, settled: frozenset[str] = frozenset()) -> bool:
        if row.access == OTHER or row.stamp == self.disk.stamp(row.path) != NO_STAMP:
            return True
        if row.access == Access.APPEND and row.digest not in (MISSING, UNSTEADY):
            return self.disk.beginning(row.path, row.size) == row.digest
        state = self._look(step, row)
        if is_same(state, row.digest, row.stamp):
            return True
        left_by = self._left_by(row.path, state.digest)
        if row.access == Access.FIND:
            left_by |= self._left_by(row.path, self.disk.state(row.path).digest)
        if row.access in (Access.READ, Access.FIND, Access.LIST):
            return bool(left_by - self.graph.ancestors(step))  # only steps above may change what it reads
        return bool(left_by & (settled or self._overwriting(step, row.path)))

    def _find_left_by(self, path: str, digest: str) -> frozenset[str]:
        return self._history.left_by(self.graph.flow.name, path, digest)

    def _overwriting(self, step: str, path: str) -> frozenset[str]:
        """Return the steps that may overwrite what a step has written before another step reads it."""
        several = bool(self.graph.links[step].scope or self.graph.steps[step].control.loop)
        found = frozenset([step] if several else [])
        names = list(self.graph.links)
        for name in names[names.index(step) + 1 :]:
            uses = [use for use in self.graph.links[name].files if covers(use.path, path)]
            if any(use.access is not Access.WRITE for use in uses):
                return found
            if uses:
                return found | {name}
        return found


def comparison(graph: Graph, folder: Path, history: CatalogReader, running: Iterable[str]) -> Compare:
    """Return a function that tells whether a stored task may be reused.

    `running` are the steps that may run, as opposed to being only reused. A file that a step has written must be
    unchanged if the step itself is asked for, or if a step that may run reads the file.
    """
    traces, may_run = Traces(graph, Disk(folder), history), tuple(running)
    needed = cache(lambda path, is_folder: _is_needed(path, is_folder, may_run, graph))

    @cache
    def between(step: str) -> frozenset[str]:
        """Return the steps between a step and those that may run; none of these runs."""
        order = list(graph.links)
        first = min((order.index(name) for name in may_run), default=len(order))
        return frozenset(order[order.index(step) + 1 : first])

    def compare(start: StartTask, row: TaskRow) -> tuple[FileRow, ...] | None:
        step = start.task.step

        def concerns(one: FileRow) -> bool:
            is_output = one.access in (Access.WRITE, Access.APPEND, Access.MAKE)
            return not is_output or start.reuse is not Reuse.ONLY or needed(one.path, one.access == Access.MAKE)

        rows = history.files(row.id)
        settled = between(step) if start.reuse is Reuse.ONLY else frozenset[str]()
        found = traces.holding(step, rows, concerns, settled) if rows else ()
        return None if found is None else tuple(found)

    return compare


def _is_needed(path: str, is_folder: bool, steps: Iterable[str], graph: Graph) -> bool:
    """Return whether one of the steps may read a file, or use a folder."""
    made = FileUse(path, Access.MAKE if is_folder else Access.WRITE)
    uses = (use for step in steps for use in graph.links[step].files if is_folder or use.access.reads)
    return any(conflict(made, use) for use in uses)
