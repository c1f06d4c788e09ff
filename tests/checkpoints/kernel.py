"""A live session without a kernel: ordinary cells, step cells, checkpoints, restores, in one namespace."""

from __future__ import annotations

import ast
import random
import sqlite3
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbflow.checkpoints.ledger import Ledger
from nbflow.checkpoints.point import Checkpoint, read_checkpoint
from nbflow.checkpoints.random_generators import write_random
from nbflow.checkpoints.restore import Undo, apply_restore, prepare_restore, undo_restore
from nbflow.checkpoints.restore_home import RestoreHome
from nbflow.checkpoints.restore_plan import RestorePlan
from nbflow.checkpoints.save import Saved, save_checkpoint
from nbflow.flow.graph.graph import Graph
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.history.address import read_address
from nbflow.history.archive import Archive
from nbflow.run.events.events import TaskId, TaskStarted, TaskSucceeded
from nbflow.run.journal import Journal
from nbflow.run.launch import refuse_errors
from nbflow.run.learning import link_known
from nbflow.run.program.stored_sources import write_cells
from nbflow.run.task.job import Result
from nbflow.store.catalog.rows import RunKind, RunRow
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef

FLOW = "traps"
DOCUMENT = "traps.ipynb"


@dataclass
class Kernel:
    """`namespace` is a module's, named `__main__`, as the user's is in a kernel."""

    folder: Path
    cells: list[str] = field(default_factory=list)
    namespace: dict[str, Any] = field(default_factory=dict)
    run: RunRow | None = None

    def __post_init__(self) -> None:
        module = types.ModuleType("__main__")
        self.namespace = module.__dict__
        self.module = module
        self.store = Store.open(self.folder / ".nbflow")
        self.writer = self.store.writer()
        self.ledger = Ledger(self.namespace)
        self.rows: dict[str, int] = {}

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # the test has closed it already
            self.writer.close()
        self.store.close()

    def restarted(self) -> Kernel:
        """Another process on the same notebook: an empty namespace, the same store and cells."""
        return Kernel(self.folder, list(self.cells))

    @contextmanager
    def main(self) -> Iterator[None]:
        """While code of the user runs, `__main__` is the notebook."""
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        try:
            yield
        finally:
            sys.modules["__main__"] = before

    def graph(self) -> Graph:
        flow = read_flow([Cell(n, text) for n, text in enumerate(self.cells, 1)], FLOW, DOCUMENT)
        return link_known(flow, self.store.history)

    def cell(self, text: str) -> None:
        """An ordinary cell."""
        self.cells.append(text)
        with self.main():
            exec(compile(text, f"cell {len(self.cells)}", "exec", dont_inherit=True), self.namespace)
        definitions = self.graph().prelude.definitions
        self.ledger.define([one for one in definitions if one.place.cell == len(self.cells)])
        self.ledger.prune()

    def damage(self, text: str) -> None:
        """A cell that is not part of the notebook."""
        with self.main():
            exec(compile(text, "damage", "exec", dont_inherit=True), self.namespace)
        self.ledger.prune()

    def step(self, name: str, body: str, header: str = "") -> int:
        """A step cell, new or again: run, stored, bound. Returns the row of its task."""
        text = f"%%step {name} {header}".rstrip() + f"\n{body}"
        at = next((i for i, cell in enumerate(self.cells) if cell.startswith(f"%%step {name}\n")), None)
        if at is None:
            self.cells.append(text)
        else:
            self.cells[at] = text
        graph = self.graph()
        refuse_errors(graph)
        journal = self._journal()
        result = self._perform(graph, name)
        journal.record(TaskStarted(TaskId(name)), None)
        journal.record(TaskSucceeded(TaskId(name), result.artifacts), result)
        journal.commit()
        task = max(row.id for row in self.store.history.tasks(journal.run_row.id, name, superseded=True))
        write_random(self.writer, task)
        self.writer.commit()
        self.rows[name] = task
        self.ledger.own(task, result.artifacts)
        return task

    def _journal(self) -> Journal:
        code = self.writer.put_code(write_cells(Cell(n, text) for n, text in enumerate(self.cells, 1)))
        if self.run is None:
            self.run = self.writer.begin_run(FLOW, DOCUMENT, RunKind.INTERACTIVE, code=code)
        self.writer.update_run(self.run.id, code=code)
        self.run = replace(self.run, code=code)
        self.writer.commit()
        return Journal(self.writer, self.store.history, self.run)

    def _perform(self, graph: Graph, name: str) -> Result:
        home = RestoreHome(self.ledger, Checkpoint(FLOW, 0, "", 0, prelude=graph.prelude), self.store.history)
        step, writes = graph.steps[name], graph.links[name].writes
        inputs = dict(self._inputs(graph, name))
        users = dict(self.namespace)
        kept = {n: users[n] for n in (*graph.prelude.names, "__name__", "__builtins__") if n in users}
        self._hold(kept)
        try:
            heap = self.store.heap(home)
            self.namespace.update(heap.load(inputs))
            with self.main():
                exec(compile(step.source.body, name, "exec", dont_inherit=True), self.namespace)
            made = {n: self.namespace[n] for n in sorted(writes) if n in self.namespace}
            heap.compare()
            encoded, reached = self.store.save_reached(made, inputs.values(), home, heap, name)
            made |= reached
        finally:
            self._hold(users)
        self.namespace.update(made)
        return Result(TaskId(name), encoded.artifacts, encoded.components)

    def _hold(self, names: dict[str, Any]) -> None:
        self.namespace.clear()
        self.namespace.update(names)

    def _inputs(self, graph: Graph, name: str) -> Iterator[tuple[str, ArtifactRef]]:
        for binding in graph.links[name].bindings:
            for writer in binding.writers:
                found = self.store.history.artifact(self.rows[writer], binding.name)
                if found is not None:
                    yield binding.name, found
                    break

    # checkpoints

    def save(self, name: str) -> Saved:
        cells = [Cell(n, text) for n, text in enumerate(self.cells, 1)]
        with self.main():
            return save_checkpoint(name, self.ledger, self.store, FLOW, DOCUMENT, cells)

    def checkpoint(self, address: str) -> Checkpoint:
        return read_checkpoint(Archive(self.store.history, FLOW, self.store.root), read_address(address))

    def plan(self, address: str, *names: str, as_name: str | None = None) -> RestorePlan:
        with self.main():
            return prepare_restore(self.ledger, self.store, self.checkpoint(address), names, as_name)

    def restore(self, address: str, *names: str, as_name: str | None = None) -> Undo:
        plan = self.plan(address, *names, as_name=as_name)
        with self.main():
            return apply_restore(plan, self.ledger, self.store)

    def undo(self) -> Undo:
        return undo_restore(self.ledger)

    def value(self, expr: str) -> Any:
        with self.main():
            return eval(expr, self.namespace)


def split(source: str) -> tuple[list[str], str]:
    """Imports, definitions and constants in capitals, each a cell of its own, and the rest as one step's body."""
    tree = ast.parse(source)
    ordinary: list[str] = []
    rest: list[str] = []
    for statement in tree.body:
        text = ast.unparse(statement)
        is_code = isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
        is_code |= isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]).isupper()
        (ordinary if is_code else rest).append(text)
    return ordinary, "\n".join(rest)


def plain(before: str, expr: str) -> Any:
    """What the expression gives right after the lines, in a fresh interpreter's globals."""
    module = types.ModuleType("__main__")
    kept, sys.modules["__main__"] = sys.modules["__main__"], module
    state = random.getstate()
    try:
        exec(compile(before, "before", "exec", dont_inherit=True), module.__dict__)
        return eval(expr, module.__dict__)
    finally:
        sys.modules["__main__"] = kept
        random.setstate(state)
