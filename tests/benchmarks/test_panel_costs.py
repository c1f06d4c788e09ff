"""What the panel costs a kernel and a server. `pytest tests/benchmarks/test_panel_costs.py --benchmark-only`."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from nbflow.jupyter.kernel.broadcast import Broadcast, Going
from nbflow.jupyter.panel.flow_list import flow_list, space_list
from nbflow.notebook.read import read_cells
from nbflow.progress.tally import Tally
from nbflow.run.events.events import ForeachSplit, TaskId, TaskStarted, TaskSucceeded
from nbflow.store.catalog.rows import RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef, Summary
from nbflow.store.values.thumbnail import thumbnail
from tests.benchmarks.shapes import cells_of, notebook_of
from tests.flows import Shape
from tests.jupyter.panel.desk import Desk

SHARE = 0.01
"""Of a running task that broadcasting may cost."""

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "movie_recommender.ipynb"
TEN = Shape("ten", "\n---\n".join(f"%%step s{n} --foreach k{n} in range(1000)\nx{n} = k{n}" for n in range(10)), {})
RUN = RunRow(1, "ten", 1, started=1.0, parameters={"genre": "Comedy", "top_k": 5})
ITEM = ArtifactRef("k", "c", 0, 8, Summary("int", "1"))


class Wire:
    """A sink that does what a kernel does with a message, and knows what its thread has used."""

    def __init__(self) -> None:
        self.messages, self.seconds, self.largest = 0, 0.0, 0

    def __call__(self, snapshot: Mapping[str, Any]) -> None:
        self.largest = max(self.largest, len(json.dumps(snapshot)))
        self.messages += 1
        self.seconds = time.thread_time()


def test_broadcasting_takes_little_of_a_running_task(benchmark: Any) -> None:
    """Of a run with ten steps and 10,000 tasks."""
    wire, tally = Wire(), Tally(TEN.graph, TEN.graph.links)
    going = Broadcast(wire).begin(RUN, tally, str(NOTEBOOK))
    for n in range(10):
        going.count(ForeachSplit(TaskId(f"s{n}", split=True), (ITEM,) * 1_000))
    tasks = (TaskId(f"s{n % 10}", (n // 10 % 1_000,)) for n in itertools.count())
    measure_share(benchmark, going, wire, tasks, seconds=5.0)


def test_broadcasting_a_graph_of_a_thousand_steps_takes_little(benchmark: Any) -> None:
    """The graph itself is sent every other second."""
    cells = (f"%%step s{n}\nx{n} = " + (f"x{n - 1}" if n else "0") for n in range(1_000))
    graph = Shape("thousand", "\n---\n".join(cells), {}).graph
    wire, tally = Wire(), Tally(graph, graph.links)
    going = Broadcast(wire).begin(RUN, tally, str(NOTEBOOK))
    measure_share(benchmark, going, wire, map(TaskId, itertools.cycle(graph.links)), seconds=20.0)


def measure_share(benchmark: Any, going: Going, wire: Wire, tasks: Iterator[TaskId], seconds: float) -> None:
    """The broadcasting thread's own time against that of the clock, while one task of 0.01 s after another runs."""

    def run() -> float:
        began, used = time.monotonic(), wire.seconds
        while time.monotonic() - began < seconds:
            task = next(tasks)
            going.count(TaskStarted(task))
            going.count(TaskSucceeded(task, (), seconds=0.01))
            threading.Event().wait(0.01)
        return (wire.seconds - used) / (time.monotonic() - began)

    share = benchmark.pedantic(run, rounds=1)
    facts = {"share": share, "messages": wire.messages, "bytes": wire.largest}
    print(facts)
    benchmark.extra_info.update(facts)
    assert share < SHARE


def test_hearing_of_an_event(benchmark: Any) -> None:
    """What the thread of the run pays itself, for two events of each task."""
    tally = Tally(TEN.graph, TEN.graph.links)
    going = Broadcast(lambda snapshot: None).begin(RUN, tally, "")
    task = TaskId("s1", (1,))
    started, succeeded = TaskStarted(task), TaskSucceeded(task, ())

    def hear() -> None:
        going.heard(started)
        going.heard(succeeded)

    benchmark(hear)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The demo notebook after 20 runs."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    desk = Desk(tmp_path, "movie_recommender")
    (tmp_path / "data").symlink_to(NOTEBOOK.parent / "data")
    (tmp_path / NOTEBOOK.name).write_bytes(NOTEBOOK.read_bytes())
    for number in range(20):
        assert desk.use("run", "--reuse", "--top_k", str(1 + number % 3)).code == 0
    return desk


def test_the_flow_against_twenty_runs(benchmark: Any, desk: Desk) -> None:
    cells = [cell.source for cell in read_cells(desk.folder / NOTEBOOK.name)]
    began = time.perf_counter()
    desk.flow(*cells)
    benchmark.extra_info["the first time"] = time.perf_counter() - began
    print(benchmark.extra_info)
    benchmark(lambda: desk.flow(*cells))


def test_the_flow_after_an_edit_that_makes_all_stale(benchmark: Any, desk: Desk) -> None:
    cells = [cell.source.replace("movies.csv", "other.csv") for cell in read_cells(desk.folder / NOTEBOOK.name)]
    edits = iter(range(10_000))
    benchmark(lambda: desk.flow(*cells, f"edit = {next(edits)}"))


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("shape", ["chain", "wide", "mixed"])
def test_a_thousand_steps_and_a_hundred_runs(
    benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, edited: bool
) -> None:
    """The panel's answer; how long `nbflow status` takes in a new process is among the facts."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    desk, cells = Desk(tmp_path, "large"), [*cells_of(shape, 1_000)]
    (tmp_path / "large.ipynb").write_text(notebook_of(cells))
    assert desk.use("run").code == 0
    with Store.open(tmp_path / ".nbflow") as store, store.writer() as writer:
        first = store.history.runs()[0]
        for _ in range(99):
            run = writer.begin_run(first.flow, first.document, code=first.code, environment=first.environment)
            writer.put_tasks(task._replace(run=run.id) for task in store.history.tasks(first.id))
            writer.update_run(run.id, status=RunStatus.SUCCEEDED, finished=3.0)
    numbers = iter(range(1_000))

    def ask() -> None:
        desk.flow(*cells[:-1], cells[-1] + (f" + {next(numbers)}" if edited else ""))

    ask()
    benchmark.pedantic(ask, rounds=10, warmup_rounds=1)
    began = time.perf_counter()
    subprocess.check_output([sys.executable, "-m", "nbflow", "status", "large.ipynb"], cwd=tmp_path)
    benchmark.extra_info["status"] = time.perf_counter() - began
    print(benchmark.extra_info)


def test_ten_thousand_tasks(benchmark: Any, desk: Desk) -> None:
    with Store.open(desk.folder / ".nbflow") as store, store.writer() as writer:
        row = store.history.runs()[0]
        many = writer.begin_run(row.flow, row.document, code=row.code, environment=row.environment)
        writer.put_tasks(
            TaskRow(many.id, "fit", (n,), number=n + 1, status=TaskStatus.SUCCEEDED, started=1.0, finished=2.0)
            for n in range(10_000)
        )
        writer.update_run(many.id, status=RunStatus.SUCCEEDED, finished=3.0)
    benchmark(lambda: desk.ask("grid", step="fit"))


def test_the_flows_of_three_hundred_notebooks(benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a store of its own. The facts are times of the processor, in seconds."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    top = tmp_path / "served"
    (top / "n0/.nbflow").mkdir(parents=True)
    (top / "n0/mixed.ipynb").write_text(notebook_of([*cells_of("mixed", 10)]))
    assert Desk(top / "n0", "mixed").use("run").code == 0
    for number in range(1, 300):
        shutil.copytree(top / "n0", top / f"n{number}")
    for name, answer in {
        "first": lambda: flow_list(top, False, look=True),
        "space": lambda: space_list(top),
        "search": lambda: flow_list(top, False, look=True),
        "again": lambda: flow_list(top, False, look=False),
    }.items():
        began = time.process_time()
        answer()
        benchmark.extra_info[name] = time.process_time() - began
    print(benchmark.extra_info)
    benchmark.pedantic(lambda: flow_list(top, False, look=False), rounds=20)


def test_the_picture_of_a_figure(benchmark: Any) -> None:
    figure = Figure()
    figure.subplots().plot(range(100))
    benchmark(lambda: thumbnail(figure))


def test_the_picture_of_a_large_image(benchmark: Any) -> None:
    image = Image.effect_noise((4_000, 3_000), 50)
    benchmark(lambda: thumbnail(image))
