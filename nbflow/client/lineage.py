"""Finds the parents of a script's task, and the artifacts it can see.

A task records no parents: they are found by going back along the edges that its run has taken.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbflow.flow.graph.graph import Graph
from nbflow.run.task.job import CHOSEN
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow, TaskStatus
from nbflow.store.values.artifact_ref import ArtifactRef

_PARAMETERS = "_parameters"
_DONE = (TaskStatus.SUCCEEDED, TaskStatus.REUSED)


class Lineage:
    """Relates the finished tasks of one run of a script to each other."""

    def __init__(self, reader: CatalogReader, graph: Graph, run: int) -> None:
        self.reader, self.graph, self.run = reader, graph, run

    def visible(self, task: TaskRow) -> dict[str, ArtifactRef]:
        """Return every artifact that the task can see, by name: its own and those that it inherits."""
        found = self.flowing(task)
        for row in self.reader.tasks(self.run, _PARAMETERS):
            found |= {artifact.name: artifact for artifact in self.reader.artifacts(row.id)}
        return {name: artifact for name, artifact in found.items() if not name.startswith("_")}

    def flowing(self, task: TaskRow) -> dict[str, ArtifactRef]:
        """Return everything that flows from a task to later ones, by name, also the names that only runs use."""
        found: dict[str, ArtifactRef] = {}
        for row in self.sources(task):
            for artifact in self.reader.artifacts(row.id):
                found.setdefault(artifact.name, artifact)
        return found

    def sources(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the task, then the tasks whose artifacts flow into it, nearest first."""
        seen: TaskRow | None = task
        while seen is not None:
            yield seen
            seen = self._source(seen)

    def _source(self, task: TaskRow) -> TaskRow | None:
        """Return the task whose artifacts this one inherits; None for a join, which reads each of its inputs apart."""
        if task.turn:
            return self._at(task.step, task.path, task.turn - 1)
        if self.graph.links[task.step].joined:
            return None
        return next(self.parents(task), None)

    def parents(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the tasks that led to this one; for a join all its inputs, in order."""
        if task.turn:
            before = self._at(task.step, task.path, task.turn - 1)
            yield from [before] if before else []
            return
        for above in self.graph.links[task.step].led:
            width = len(self.graph.links[above].scope)
            rows = [row for row in self._ends(above) if _share(row.path, task.path, width)]
            yield from (row for row in sorted(rows, key=lambda row: row.path) if self._led(row, task.step))

    def children(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the tasks that this one led to."""
        leads = self.graph.steps[task.step].control.next
        if task.again:
            after = self._at(task.step, task.path, task.turn + 1)
            yield from [after] if after else []
            return
        for below in leads.targets if leads is not None and self._is_last(task) else ():
            for row in self.reader.tasks(self.run, below):
                wanted = below != task.step and not row.split and not row.turn and row.status is not TaskStatus.SKIPPED
                if wanted and task.id in {parent.id for parent in self.parents(row)}:
                    yield row

    def _is_last(self, task: TaskRow) -> bool:
        return any(row.id == task.id for row in self._ends(task.step))

    def _ends(self, step: str) -> list[TaskRow]:
        """Return the finished tasks of a step; of a loop, only the last turn."""
        last: dict[tuple[int, ...], TaskRow] = {}
        for row in self.reader.tasks(self.run, step):
            if not row.split and row.status in _DONE and row.turn >= getattr(last.get(row.path), "turn", 0):
                last[row.path] = row
        return list(last.values())

    def _at(self, step: str, path: tuple[int, ...], turn: int) -> TaskRow | None:
        rows = (row for row in self.reader.tasks(self.run, step) if row.path == path and row.turn == turn)
        return next((row for row in rows if not row.split), None)

    def _led(self, row: TaskRow, step: str) -> bool:
        chosen = self.reader.artifact(row.id, CHOSEN)
        return chosen is None or ast.literal_eval(chosen.summary.text) == step


def _share(one: tuple[int, ...], other: tuple[int, ...], width: int) -> bool:
    depth = min(width, len(other))
    return one[:depth] == other[:depth]
