"""Workers that cannot reach the catalog: they have the blobs, and what their jobs carry."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from nbflow.run.hosts.live_mirror import LiveMirror, remove_mirrored, write_mirrored
from nbflow.run.machine.plan import RunPlan
from nbflow.run.output.live_output import last_words
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job
from nbflow.run.task.task_records import CarriedRecords
from nbflow.run.task.task_store import TaskStore
from nbflow.run.workers.local_pool import LocalPool
from nbflow.run.workers.workers import Driver
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.pickling.home import PlainHome
from nbflow.store.store import Store
from tests.flows import BRANCH, DIAMOND, FLATTENED, FOREACH, IN_BRANCH, LINEAR, NESTED, Shape
from tests.run.running import Place


def open_far(root: Path, sources: dict[str, str]) -> TaskStore:
    """Open what a worker on another machine would have: a place for blobs, and no catalog."""
    return TaskStore(LocalBlobs(root), CarriedRecords(sources=sources))


class FarPool(LocalPool):
    """Hands each job to a process together with all that the job will ask of the catalog."""

    def __init__(self, program: Program, plan: RunPlan, driver: Driver) -> None:
        with Store.reader(program.root) as reader:
            sources = reader.every_code()
        super().__init__(program, plan, driver, partial(open_far, program.root / "blobs", sources))
        self._driver = driver

    def submit(self, job: Job, timeout: float | None) -> None:
        super().submit(replace(job, records=self._driver.records_for(job)), timeout)


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


def test_what_tasks_of_a_host_print_is_mirrored(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    mirror = LiveMirror(there)

    def look() -> None:
        for piece in mirror.changes():
            write_mirrored(here, "host", *piece)

    (there / "7.task").write_text("fit[3]\n0\n")
    (there / "7.out").write_text("")
    look()
    assert last_words(here, "fit[3]") == []
    for text in ("half a ", "line\n", "x" * 100_000):
        with (there / "7.out").open("a") as file:
            file.write(text)
        look()
    stream = {"output_type": "stream", "name": "stdout"}
    assert last_words(here, "fit[3]") == [{**stream, "text": "half a line\n" + "x" * 100_000}]
    (there / "7.out").unlink()
    (there / "7.out").write_text("anew\n")
    (there / "7.task").write_text("fit[40]\n0\n")
    look()
    assert last_words(here, "fit[3]") == []
    assert last_words(here, "fit[40]") == [{**stream, "text": "anew\n"}]
    assert [*mirror.changes()] == []
    remove_mirrored(here, "fit[40]")
    assert last_words(here, "fit[40]") == []
