"""Run a shape for real: worker processes, a store on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.run.events.events import Event, TaskId, TaskReused, TaskStarted
from nbflow.run.launch import Finished, launch
from nbflow.run.learning import link_known
from nbflow.run.machine.plan import Resources, plan_run
from nbflow.run.program.program import Program
from nbflow.run.request import RunRequest
from nbflow.run.task.job import Result
from nbflow.run.task.namespace import Namespace
from nbflow.run.workers.workers import StartWorkers
from nbflow.store.store import Store
from tests.flows import Shape
from tests.run.driving import task as task_of


@dataclass
class Ran:
    """A run of a shape that is over, and what happened in it."""

    finished: Finished
    events: list[Event]
    results: dict[TaskId, Result]
    store: Store
    program: Program

    @property
    def executed(self) -> list[str]:
        """The tasks that really ran, splits of foreachs left out."""
        return sorted(str(e.task) for e in self.events if isinstance(e, TaskStarted) and not e.task.split)

    @property
    def reused(self) -> list[str]:
        return sorted(str(e.task) for e in self.events if isinstance(e, TaskReused) and not e.task.split)

    def value(self, address: str) -> Any:
        """`fit[2].score`, loaded from the store; of a loop, the last turn."""
        where, _, name = address.rpartition(".")
        home = Namespace(self.program, self.store.history.code)
        home.clear()
        step, _, turn = where.partition("@")
        artifact = self.artifacts(task_of(step), int(turn) if turn else None)[name]
        return self.store.load({name: artifact}, home)[name]

    def artifacts(self, task: TaskId, turn: int | None = None) -> Mapping[str, Any]:
        rows = [row for row in self.store.history.tasks(self.finished.row.id, task.step) if row.path == task.path]
        rows = [row for row in rows if not row.split and (turn is None or row.turn == turn)]
        row = max(rows, key=lambda one: (one.turn, one.number))
        return {one.name: one for one in self.store.history.artifacts(row.id)}

    def text(self, address: str) -> str:
        """What a task printed on both streams."""
        return "".join(output.get("text", "") for output in self.results[task_of(address)].outputs)


@dataclass
class Place:
    """A folder with a store, where shapes are run one after another."""

    folder: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    slots: int = 2
    workers: StartWorkers | None = None
    here: Resources | None = None  # what is on this machine, if the workers are those of a cluster
    root: Path | None = None  # the folder of the store, if it is not in the folder

    def graph(self, shape: Shape, store: Store) -> Graph:
        flow = read_flow([Cell(n, text) for n, text in enumerate(shape.cells, 1)], shape.name, f"{shape.name}.ipynb")
        return link_known(flow, store.history)

    def run(
        self, shape: Shape, *, reuse: bool = False, rerun: Iterable[Any] = (), remember: bool = True, **options: Any
    ) -> Ran:
        store = Store.open(self.root or self.folder / ".nbflow")
        graph = self.graph(shape, store)
        given = options.pop("parameters", {})
        parameters = {one.name: one.default for one in graph.flow.parameters} | dict(shape.parameters) | given
        slots = options.pop("slots", self.slots)
        plan = replace(plan_run(graph, fresh=not reuse, slots=slots, rerun=rerun, **options), here=self.here)
        events: list[Event] = []
        results: dict[TaskId, Result] = {}

        def listen(event: Event, result: Result | None) -> None:
            if not remember:
                return
            events.append(event)
            if result is not None:
                results[result.task] = result

        finished = launch(graph, RunRequest(plan, parameters, workers=self.workers), store, self.folder, listen)
        program = Program(finished.run.graph, parameters, self.folder, store.root, finished.row.id)
        return Ran(finished, events, results, store, program)
