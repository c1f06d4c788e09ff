"""Reads the runs of one flow as they were, with the flow linked again from the cells of that time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from nbflow.errors import NoRunYet, TaskUnknown, UnknownName
from nbflow.flow.graph.graph import Graph
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.syntax.specs import FlowSource
from nbflow.history.address import Address, is_row_number
from nbflow.history.versions import Lived, Past, Version
from nbflow.notebook.arguments import as_in_run
from nbflow.run.environments.environment_lock import locks_in, task_locks_in
from nbflow.run.events.events import TaskId
from nbflow.run.events.replay import read_failure
from nbflow.run.learning import link_known
from nbflow.run.program.program import Program
from nbflow.run.program.stored_sources import read_graph, read_sources, read_stored_cells, write_cells
from nbflow.store.catalog.evictions import describe_eviction, evicted_steps
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.reprs import readable
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, StepRow, TaskRow, TaskStatus
from nbflow.store.homes import address_of

if TYPE_CHECKING:
    from nbflow.run.task.namespace import Namespace

_OVER = frozenset({TaskStatus.SUCCEEDED, TaskStatus.REUSED, TaskStatus.SKIPPED})


class Archive:
    """Gives the runs of one flow, newest first.

    `reader` reads the catalog, `flow` is the flow's name, and `root` is the folder of the store.
    """

    def __init__(self, reader: CatalogReader, flow: str, root: Path) -> None:
        self.reader, self.flow, self.root = reader, flow, root
        self._graph = cache(self._read_graph)
        self._linked: tuple[str, Graph] | None = (
            None  # the flow that was linked last, with its cells as they are stored
        )

    # runs

    def runs(self, limit: int = -1) -> tuple[RunRow, ...]:
        """Return the newest runs, at most `limit`; -1 means all."""
        return self.reader.runs(self.flow, limit)

    def runs_of(self, user: str) -> tuple[RunRow, ...]:
        """Return the runs of a user, newest first. Raises UnknownName if this user has none."""
        every = self.runs()
        found = tuple(row for row in every if row.user == user)
        if every and not found:
            raise UnknownName("user", user, {row.user for row in every})
        return found

    def run(self, number: int | str | None = None) -> RunRow:
        """Return the run with this number or tag, or else the newest run. Raises NoRunYet and UnknownName."""
        if number is None:
            return next(iter(self.runs(1)), None) or self.none()
        text = str(number)
        row = self.reader.run(self.flow, int(text)) if is_row_number(text) else self._tagged(text)
        if row is None:
            runs = self.runs(20) or self.none()
            raise UnknownName("run", str(number), [name for row in runs for name in (str(row.number), *row.tags)])
        return row

    def _tagged(self, tag: str) -> RunRow | None:
        return next((row for row in self.runs() if tag in row.tags), None)

    def none(self) -> NoReturn:
        """Raise NoRunYet."""
        raise NoRunYet(self.flow, address_of(self.root))

    # flows as they were

    def version(self, row: RunRow) -> Version:
        """Return the flow, the parameters and the digests of files as a run had them."""
        facts = self.reader.environment(row.environment) or {}
        python = ".".join(str(facts.get("python", "")).split(".")[:2])
        return Version(
            self.graph(row),
            row.parameters,
            facts.get("files", {}),
            python,
            locks_in(facts),
            task_locks_in(facts),
            row.id,
        )

    def graph(self, row: RunRow) -> Graph:
        """Return the graph as it was in a run."""
        return self._graph(row.code, row.document)

    def _read_graph(self, code: str, document: str) -> Graph:
        text = self.reader.code(code) or "[]"
        if self._linked is not None and self._linked[0] == text and self._linked[1].flow.document == document:
            return self._linked[1]
        return read_graph(text, self.flow, document) or link_known(_read_cells(text, self.flow, document), self.reader)

    def steps(self, row: RunRow) -> tuple[str, ...]:
        """Return the steps that take part in a run, in document order; for a kernel session, those that have begun."""
        facts = self.reader.environment(row.environment) or {}
        planned = frozenset(facts.get("steps", ()))
        if row.kind is RunKind.INTERACTIVE:
            planned = frozenset(one.step for one in self.reader.steps(row.id))
        return tuple(step for step in self.graph(row).links if step in planned or not planned)

    def sources(self, row: RunRow) -> dict[str, str]:
        """Return the sources of a run: by file for a script, by cell for a notebook."""
        return read_sources(self.reader.code(row.code) or "[]", row.document)

    def link(self, flow: FlowSource) -> Graph:
        """Link a flow with what earlier runs have found out about its steps.

        A run with the same cells then has this graph: most notebooks are as they were in their newest run.
        """
        graph = link_known(flow, self.reader)
        if flow.cells:
            self._linked = write_cells(flow.cells), graph
        return graph

    def proven(self, graph: Graph) -> frozenset[str]:
        """Return the steps that have not changed since the newest successful run, and that this run completed.

        That run has shown which shared objects they change, so their edges in the graph are certain.
        """
        over = (row for row in self.runs() if row.status is RunStatus.SUCCEEDED and row.kind is not RunKind.INTERACTIVE)
        row = next(over, None)
        if row is None:
            return frozenset()
        then = self.graph(row)
        done = {
            task.step for task in self.reader.tasks(row.id) if task.status in (TaskStatus.SUCCEEDED, TaskStatus.REUSED)
        }
        return frozenset(
            name for name in done & graph.links.keys() & then.links.keys() if _are_alike(graph, then, name)
        )

    def past(self, row: RunRow) -> Past:
        """Return a run in the form in which `versions.current_state` compares it with the flow of today."""
        at = dict(self._versions(row)) if row.kind is RunKind.INTERACTIVE else {}
        return Past(row.number, self.version(row), dict(self._lives(row)), at)

    def _versions(self, row: RunRow) -> Iterator[tuple[str, Version]]:
        """Yield the version of the notebook at the time when each step ran; the task's signature names it."""
        version = self.version(row)
        newest = {task.step: task.id for task in self.reader.tasks(row.id)}
        for step, task in newest.items():
            seal = self.reader.seal(task)
            if seal is not None and seal.code and seal.code != row.code:
                yield step, replace(version, graph=self._graph(seal.code, row.document))

    def _lives(self, row: RunRow) -> Iterator[tuple[str, Lived]]:
        graph, evicted = self.graph(row), evicted_steps(self.reader, row.id)
        totals: dict[str, list[StepRow]] = {}
        for total in self.reader.steps(row.id):
            totals.setdefault(total.step, []).append(total)
        for step in graph.links:
            if step in totals:
                lived = live(row, totals[step], expected(graph, step, totals) or 0)
                if lived.complete and step in evicted:
                    lived = replace(lived, complete=False, evicted=True, error=describe_eviction(evicted[step]))
                else:
                    lived = replace(lived, error=self._error(row, step, lived))
                yield step, lived

    def _error(self, row: RunRow, step: str, lived: Lived) -> str:
        """Return in a few words why a step failed or stopped, with the task it happened in; "" if it did neither."""
        if not lived.failed:
            return _end(row) if lived.cancelled else ""
        for task in self.reader.tasks(row.id, step):
            if task.status is TaskStatus.FAILED and task.failure:
                failure = read_failure(task.failure)
                return f"{task_name(task)} failed · {failure.type}: {failure.message}".splitlines()[0]
        return "it failed"

    # values

    def home(self, row: RunRow, folder: Path) -> Namespace:
        """Return the notebook's globals as the run had them, for loading its artifacts.

        `folder` is the notebook's folder: local modules are imported from there.
        """
        from nbflow.run.task.namespace import Namespace  # noqa: PLC0415 - most verbs load no artifact

        graph = self.graph(row)
        parameters = as_in_run(graph.flow, row.parameters)
        home = Namespace(Program(graph, parameters, folder, self.root), self.reader.code)
        home.clear()
        home.namespace.update(parameters)
        return home

    # tasks

    def find(self, address: Address) -> tuple[RunRow, tuple[TaskRow, ...]]:
        """Return the tasks that an address names, in the order of their items, and their run.

        Without a run in the address it is the newest run that has them.

        Raises NoRunYet, UnknownName and TaskUnknown.
        """
        rows = [self.run(address.run)] if address.run is not None else list(self.runs())
        known: list[str] = []
        for row in rows or self.none():
            tasks = [task for task in self.reader.tasks(row.id, address.step) if not task.split]
            found = [task for task in tasks if address.covers(task.path, task.turn)]
            if found:
                return row, tuple(sorted(found, key=lambda task: (task.path, task.turn)))
            known = known or [task_name(task) for task in tasks]
        if known:
            raise TaskUnknown(str(address), rows[0].number, known)
        raise UnknownName("step that has run", address.step, {one.step for one in self.reader.steps(rows[0].id)})


def expected(graph: Graph, step: str, totals: Mapping[str, Sequence[StepRow]]) -> int | None:
    """Return how many tasks a step has, as far as the foreaches around it have split; None before the first split."""
    scope = graph.links[step].scope
    splits = [one.items for foreach in scope[-1:] for one in totals.get(foreach, ()) if one.split]
    return (sum(splits) if splits else None) if scope else 1


@lru_cache(64)
def _read_cells(text: str, flow: str, document: str) -> FlowSource:
    """Read the cells of a run. The cache serves all readers in this process."""
    return read_flow(read_stored_cells(text), flow, document)


def live(row: RunRow, totals: list[StepRow], expected: int) -> Lived:
    """Return what became of a step in a run, from the sums over its tasks.

    A kernel session counts as succeeded even when steps failed, so the tasks decide. Its foreach may have got fewer
    items since: the tasks that disappeared count as cancelled and are not expected any more.
    """
    tasks = [one for one in totals if not one.split]
    settled = [one for one in totals if not one.split or one.status is TaskStatus.SKIPPED]
    over = sum(one.tasks for one in tasks if one.status in _OVER)
    open_ = any(one.status is TaskStatus.RUNNING for one in totals)
    failed = sum(one.tasks for one in totals if one.status is TaskStatus.FAILED)
    running = row.status is RunStatus.RUNNING and open_
    succeeded = row.status is RunStatus.SUCCEEDED and row.kind is not RunKind.INTERACTIVE
    complete = not running and (succeeded or (not failed and not open_ and over >= expected))
    return Lived(
        complete=complete,
        failed=failed,
        cancelled=not (complete or running) and is_cut_off(row, totals),
        running=running,
        seconds=sum(one.seconds for one in tasks),
        finished=max((one.finished or 0.0 for one in totals), default=0.0),
        passed=over,
        total=expected,
        skipped=bool(settled) and all(one.status is TaskStatus.SKIPPED for one in settled),
    )


def is_cut_off(row: RunRow, totals: Iterable[StepRow]) -> bool:
    """Tell whether a task was stopped, or was running when its run ended."""
    stopped = {TaskStatus.CANCELLED} | ({TaskStatus.RUNNING} if row.status is not RunStatus.RUNNING else set())
    return any(one.status in stopped for one in totals)


def _end(row: RunRow) -> str:
    return "its process died" if row.status is RunStatus.CRASHED else "it was stopped before it was done"


_LENGTH = re.compile(r"^\d+ items: ")
"""Matches the length at the beginning of a container's summary: foreach items mostly have the same length."""


def item_of(task: TaskRow) -> str:
    """Return the foreach item of a task in a few words: `rate=0.1, leaves=4`."""
    return readable(_LENGTH.sub("", task.item))


def task_name(task: TaskRow) -> str:
    """Return the name of a task as users write it: `fit[3]`."""
    return str(TaskId(task.step, task.path, task.turn, task.split))


def _are_alike(one: Graph, other: Graph, step: str) -> bool:
    """Tell whether a step is the same in two graphs, with the shared code that it needs."""
    codes = ([graph.steps[step].source.code, *(part.code for part in graph.closure(step))] for graph in (one, other))
    return next(codes) == next(codes)
