"""What a run costs beside its bodies. By hand: `pytest tests/benchmarks --benchmark-only --benchmark-disable-gc`."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from tests.flows import LINEAR, Shape
from tests.run.running import Place, Ran

pytestmark = pytest.mark.timeout(600)

LINE = Shape("line", "\n---\n".join(f"%%step s{i}\nx = {'x + 1' if i else '0'}" for i in range(20)), {})


def wide(tasks: int) -> Shape:
    return Shape(
        "wide", f"%%step work --foreach i in range({tasks})\ny = i\n---\n%%step end --join work\nn = len(inputs)", {}
    )


def seconds(ran: Ran) -> float:
    """From the first event of a run to its last: the pool is warm, and stopping it is not counted."""
    events = ran.store.history.events(ran.finished.row.id)
    return float(events[-1].time - events[0].time)


def test_twenty_steps_in_a_line(benchmark: Any, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.run(LINEAR)  # the fork server
    took = benchmark.pedantic(lambda: seconds(place.run(LINE)), rounds=9)
    benchmark.extra_info["ms per task"] = best(lambda: seconds(place.run(LINE)), 9) / 20 * 1000
    assert took > 0


@pytest.mark.parametrize("tasks", [1_000, 10_000])
def test_a_foreach_of_tasks_that_do_nothing(benchmark: Any, tmp_path: Path, tasks: int) -> None:
    place = Place(tmp_path)
    place.run(LINEAR)
    rounds = 3 if tasks < 10_000 else 1
    benchmark.pedantic(lambda: place.run(wide(tasks)), rounds=rounds)
    took = best(lambda: seconds(place.run(wide(tasks))), rounds)
    benchmark.extra_info["seconds"] = took
    assert took < 0.0008 * tasks


def test_linking_a_thousand_cells(benchmark: Any) -> None:
    """Every third cell is an ordinary one that changes a constant; every step reads three names from above."""
    turns = itertools.count()

    def new_cells() -> tuple[tuple[list[Cell]], dict[str, Any]]:
        """Others each time, since what was read is known."""
        turn = next(turns)
        return ([Cell(n, f"{cell_of(n)}  # {turn}") for n in range(1, 1_001)],), {}

    graph = benchmark.pedantic(lambda cells: link(read_flow(cells, "long", "long.ipynb")), setup=new_cells, rounds=5)
    assert len(graph.steps) == 666
    assert benchmark.stats.stats.min < 0.5


def cell_of(number: int) -> str:
    if number == 1:
        return "SEEN = []\nx1 = x2 = 0"
    if number % 3 == 1:
        return f"SEEN.append({number})"
    return f"%%step s{number}\nx{number} = [SEEN, {', '.join(f'x{n}' for n in (number - 1, number - 3) if n % 3 != 1)}]"


def test_a_hundred_thousand_tasks_and_the_memory_of_their_driver(benchmark: Any, tmp_path: Path) -> None:
    code = (
        "import json, resource, sys\n"
        "from pathlib import Path\n"
        "from nbflow.garbage import collect_rarely\n"
        "from tests.benchmarks.test_run import wide\n"
        "from tests.run.running import Place\n"
        "collect_rarely()\n"
        "ran = Place(Path(sys.argv[1])).run(wide(100_000), remember=False)\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "print(json.dumps({'peak MB': peak, 'outcome': ran.finished.outcome, 'n': ran.value('end.n')}))\n"
    )
    found: dict[str, Any] = {}

    def run() -> None:
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        found.update(json.loads(done.stdout.splitlines()[-1]))

    benchmark.pedantic(run, rounds=1)
    benchmark.extra_info.update(found)
    assert found["n"] == 100_000


def test_a_second_run_that_reuses_everything(benchmark: Any, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.run(wide(1_000))
    benchmark.pedantic(lambda: place.run(wide(1_000), reuse=True), rounds=3)


@pytest.mark.parametrize("command", ["-c 'import nbflow'", "-m nbflow --help", "-m nbflow run linear.ipynb"])
def test_start_up(benchmark: Any, tmp_path: Path, command: str) -> None:
    (tmp_path / "linear.ipynb").write_text(LINEAR.notebook())
    benchmark.pedantic(
        lambda: subprocess.run(
            f"{sys.executable} {command}", shell=True, cwd=tmp_path, check=True, capture_output=True
        ),
        rounds=5,
        warmup_rounds=1,
    )


def best(measure: Any, rounds: int) -> float:
    return min(float(measure()) for _ in range(rounds))
