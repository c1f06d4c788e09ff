"""Workers that cannot reach the catalog: they have the blobs, and what their jobs carry."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from nbflow.run.machine.plan import RunPlan
from nbflow.run.output.live_output import add_words, last_words
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job
from nbflow.run.task.task_records import CarriedRecords, gather
from nbflow.run.task.task_store import TaskStore
from nbflow.run.workers.local_pool import LocalPool
from nbflow.run.workers.workers import Receiver
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.pickling.home import PlainHome
from nbflow.store.store import Store
from tests.flows import BRANCH, DIAMOND, FLATTENED, FOREACH, IN_BRANCH, LINEAR, NESTED, Shape
from tests.run.running import Place


def open_blobs(root: Path) -> TaskStore:
    """Open what a worker on another machine would have: a place for blobs, and no catalog."""
    return TaskStore(LocalBlobs(root), CarriedRecords())


class FarPool(LocalPool):
    """Hands each job to a process together with all that the job will ask of the catalog."""

    def __init__(self, program: Program, plan: RunPlan, receiver: Receiver) -> None:
        super().__init__(program, plan, receiver, partial(open_blobs, program.root / "blobs"))
        self._program, self._far = program, receiver

    def submit(self, job: Job, timeout: float | None) -> None:
        self._far.started(job)  # what the job reads of its own run is committed then
        graph = self._program.graph
        linked = graph.links[job.task.step]
        shared = [len(graph.links[name].scope) for name in linked.branches]
        prefix = job.task.path[: min(shared, default=len(job.task.path))]
        with Store.reader(self._program.root) as reader:
            records = gather(
                reader,
                self._program.run,
                graph.flow.name,
                (*linked.joined, *linked.branches),
                prefix,
                (*job.inputs, *job.partners),
            )
        super().submit(replace(job, records=records), timeout)


@pytest.mark.parametrize(
    "shape", [LINEAR, BRANCH, DIAMOND, FOREACH, NESTED, FLATTENED, IN_BRANCH], ids=lambda shape: shape.name
)
def test_a_run_on_workers_without_a_catalog_gives_the_same_values(shape: Shape, tmp_path: Path) -> None:
    ran = Place(tmp_path, workers=FarPool).run(shape)
    assert ran.finished.outcome == "succeeded"
    assert {address: ran.value(address) for address in shape.values} == shape.values


def test_the_inputs_of_a_batch_are_looked_up_together(tmp_path: Path) -> None:
    ran = Place(tmp_path).run(FOREACH)
    (split,) = [task for task in ran.store.history.tasks(ran.finished.row.id) if task.split]
    items = {one.name: one for one in ran.store.history.artifacts(split.id)}
    queries: list[str] = []
    ran.store.history._db.set_trace_callback(queries.append)
    store = TaskStore(ran.store.blobs, ran.store.history)
    store.expect(one.component for one in items.values())
    values = [store.load({name: item}, PlainHome())[name] for name, item in items.items()]
    assert values == [1, 2, 3, 4]
    assert len(queries) == 1


def test_words_from_elsewhere_are_the_last_words_of_their_task(tmp_path: Path) -> None:
    for text in ("half a ", "line\n"):
        add_words(tmp_path / "live", "fit[3]", text)
    assert last_words(tmp_path / "live", "fit[3]") == [
        {"output_type": "stream", "name": "stdout", "text": "half a line\n"}
    ]
    assert last_words(tmp_path / "live", "fit[4]") == []
