"""Finds the parents and children of a task, and the artifacts that a script's task can see.

A task records no parents: they are found by going back along the edges that its run has taken.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import takewhile

from nbflow.flow.graph.graph import Graph, Passage
from nbflow.run.task.job import CHOSEN
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow, TaskStatus
from nbflow.store.values.artifact_ref import ArtifactRef

_PARAMETERS = "_parameters"
_DONE = (TaskStatus.SUCCEEDED, TaskStatus.REUSED)


class RunTasks:
    """Finds the finished tasks of one run."""

    def __init__(self, reader: CatalogReader, graph: Graph, run: int) -> None:
        self.reader, self.graph, self.run = reader, graph, run
        self._rows: dict[str, tuple[TaskRow, ...]] = {}

    def rows(self, step: str) -> tuple[TaskRow, ...]:
        """Return the tasks of a step that were not skipped."""
        if step not in self._rows:
            rows = self.reader.tasks(self.run, step)
            self._rows[step] = tuple(row for row in rows if not row.split and row.status is not TaskStatus.SKIPPED)
        return self._rows[step]

    def is_last(self, task: TaskRow) -> bool:
        return any(row.id == task.id for row in self.ends(task.step))

    def ends(self, step: str) -> list[TaskRow]:
        """Return the finished tasks of a step; of a loop, only the last turn."""
        last: dict[tuple[int, ...], TaskRow] = {}
        for row in self.rows(step):
            if row.status in _DONE and row.turn >= getattr(last.get(row.path), "turn", 0):
                last[row.path] = row
        return list(last.values())

    def turn(self, task: TaskRow, step: int) -> Iterator[TaskRow]:
        """Yield the task of a loop so many turns later."""
        yield from (r for r in self.rows(task.step) if (r.path, r.turn) == (task.path, task.turn + step))


class Lineage(RunTasks):
    """Relates the finished tasks of one run of a script to each other."""

    def visible(self, task: TaskRow) -> dict[str, ArtifactRef]:
        """Return every artifact that the task can see, by name: its own, those that it inherits, and private ones."""
        found = self.flowing(task)
        for row in self.reader.tasks(self.run, _PARAMETERS):
            found |= {artifact.name: artifact for artifact in self.reader.artifacts(row.id)}
        return found

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
            return next(self.turn(task, -1), None)
        if self.graph.links[task.step].joined:
            return None
        return next(self.parents(task), None)

    def parents(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the tasks that led to this one; for a join all its inputs, in order."""
        if task.turn:
            yield from self.turn(task, -1)
            return
        for above in self.graph.links[task.step].led:
            width = len(self.graph.links[above].scope)
            rows = [row for row in self.ends(above) if share(row.path, task.path, width)]
            yield from (row for row in sorted(rows, key=lambda row: row.path) if self._led(row, task.step))

    def children(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the tasks that this one led to."""
        if task.again:
            yield from self.turn(task, 1)
            return
        for below in self.steps_below(task.step) if self.is_last(task) else ():
            for row in self.rows(below):
                if below != task.step and not row.turn and task.id in {parent.id for parent in self.parents(row)}:
                    yield row

    def steps_above(self, step: str) -> list[str]:
        """Return the steps whose transitions lead to a step."""
        return [one for one in self.graph.links if step in self.steps_below(one)]

    def steps_below(self, step: str) -> tuple[str, ...]:
        """Return the steps to which the transition of a step leads."""
        leads = self.graph.steps[step].control.next
        return leads.targets if leads else ()

    def _led(self, row: TaskRow, step: str) -> bool:
        chosen = self.reader.artifact(row.id, CHOSEN)
        return chosen is None or ast.literal_eval(chosen.summary.text) == step


def share(one: tuple[int, ...], other: tuple[int, ...], width: int) -> bool:
    """Tell whether two tasks belong to the same item of each of `width` foreachs that may be around both."""
    depth = min(width, len(other))
    return one[:depth] == other[:depth]


class NotebookLineage(RunTasks):
    """Relates the tasks of one run of a notebook to each other, as those of its exported script.

    A step is led to by the steps for which it waits, without those for which one of them waits. A step that did not
    run led to nothing: the steps above it did.
    """

    def parents(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the tasks that led to this one; for a join all its inputs, in order."""
        if task.turn:
            yield from self.turn(task, -1)
            return
        for above in self.steps_above(task.step):
            width = self._shared(above, task.step)
            rows = [row for row in self.ends(above) if share(row.path, task.path, width)]
            yield from sorted(rows, key=lambda row: row.path)

    def children(self, task: TaskRow) -> Iterator[TaskRow]:
        """Yield the tasks that this one led to."""
        if task.again:
            yield from self.turn(task, 1)
        elif self.is_last(task):
            for below in self.steps_below(task.step):
                width = self._shared(task.step, below)
                yield from (r for r in self.rows(below) if not r.turn and share(r.path, task.path, width))

    def steps_above(self, step: str) -> list[str]:
        """Return the steps that led to a step, in the order of the cells."""
        upstream = frozenset().union(*map(self._or_above, self.graph.links[step].upstream))
        above = frozenset().union(*map(self.graph.ancestors, upstream))
        return [one for one in self.graph.links if one in upstream - above]

    def steps_below(self, step: str) -> list[str]:
        """Return the steps to which a step led, in the order of the cells."""
        below = self.graph.descendants(step)
        return [one for one in self.graph.links if one in below and self.rows(one) and step in self.steps_above(one)]

    def _or_above(self, step: str) -> frozenset[str]:
        """Return the step if it ran, else the steps that led to it."""
        return frozenset({step} if self.rows(step) else self.steps_above(step))

    def _shared(self, one: str, other: str) -> int:
        """Return how many foreachs are around both steps."""
        scopes = zip(self.graph.links[one].scope, self.graph.links[other].scope, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], scopes))


def lineage_of(reader: CatalogReader, graph: Graph, run: int) -> Lineage | NotebookLineage:
    """Return what relates the tasks of a run as they are now."""
    return (Lineage if graph.passage is Passage.BY_EDGE else NotebookLineage)(reader, graph, run)
