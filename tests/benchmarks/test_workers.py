"""What a task that does nothing costs its worker. By hand: `pytest tests/benchmarks --benchmark-only`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Any

import pytest

from nbflow.run.events.events import TaskId
from nbflow.run.task.job import Job
from nbflow.run.task.task_store import open_task_store
from nbflow.run.workers import worker
from nbflow.run.workers.channel import WorkerSetup
from tests.benchmarks.test_run import wide
from tests.run.running import Place

pytestmark = pytest.mark.timeout(600)
TASKS, BATCH = 1_000, 50


def jobs(place: Place) -> Iterator[Job]:
    """Run a foreach, make this process one of its workers, and yield the jobs of the foreach once more."""
    ran = place.run(wide(TASKS))
    for process in (forkserver._forkserver, resource_tracker._resource_tracker):  # type: ignore[attr-defined]
        with suppress(FileNotFoundError):  # the folder of its socket is gone already
            process._stop()  # a worker has no child
    program, run = ran.program, ran.finished.row.id
    (split,) = [task for task in ran.store.history.tasks(run, "work") if task.split]
    worker._die_with_parent = worker._leave_fork_server = lambda: None
    worker._start(WorkerSetup(program, partial(open_task_store, program.root), dict(os.environ)))
    for number, item in enumerate(ran.store.history.artifacts(split.id)):
        yield Job(TaskId("work", (number,)), (replace(item, name="i"),), batch=BATCH)


def seconds_of_cpu(batch: list[Job]) -> float:
    began = time.process_time()
    worker._expect(batch)
    assert not any(worker.run_job(job).failure for job in batch)
    return time.process_time() - began


def measure(folder: str) -> None:
    """Print the milliseconds of CPU that a task takes; the worker has other files for its output than this process."""
    output, every = os.dup(1), [*jobs(Place(Path(folder)))]
    batches = [every[start : start + BATCH] for start in range(0, TASKS, BATCH)]
    took = [seconds_of_cpu(batch) / BATCH * 1000 for _ in range(3) for batch in batches]
    os.write(output, json.dumps({"least": min(took), "median": sorted(took)[len(took) // 2]}).encode())
    os._exit(0)


def test_a_task_in_its_worker(benchmark: Any, tmp_path: Path) -> None:
    code = f"from tests.benchmarks.test_workers import measure; measure({str(tmp_path)!r})"
    found: dict[str, Any] = {}

    def run() -> None:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        found.update(json.loads(done.stdout))

    benchmark.pedantic(run, rounds=1)
    benchmark.extra_info.update(found)
    assert 0 < found["least"] <= found["median"]
