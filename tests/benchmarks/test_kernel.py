"""What nbflow costs in a live kernel. `pytest tests/benchmarks --benchmark-only`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.shapes import cells_of, notebook_of
from tests.cli.shell import Shell
from tests.jupyter.kernels import Kernel
from tests.jupyter.live import Live

STEP = 0.010
"""Seconds that a trivial step may take longer than a plain cell."""

LOOP = """
import time
began = time.perf_counter()
total = 0
for i in range(1_000_000):
    total += i
time.perf_counter() - began
"""


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.stop()


def seconds(kernel: Kernel, source: str) -> float:
    began = time.perf_counter()
    kernel.ok(source)
    return time.perf_counter() - began


def typical(kernel: Kernel, source: str, rounds: int = 50) -> float:
    return statistics.median(seconds(kernel, source.format(n)) for n in range(rounds))


def test_a_trivial_step_costs_little_more_than_a_plain_cell_also_the_thousandth(benchmark: Any, kernel: Kernel) -> None:
    kernel.ok("%%step warm\nwarm = 1")
    plain = typical(kernel, "x = {}")
    early = typical(kernel, "%%step trivial\ny = {}")
    for number in range(1_000):
        kernel.ok(f"%%step trivial\ny = {number + 1_000}")
    late = typical(kernel, "%%step trivial\ny = {} + 5_000")
    hit = typical(kernel, "%%step trivial\ny = 1 + 5_000")
    benchmark.pedantic(lambda: kernel.ok("%%step trivial\ny = 1 + 5_000"), rounds=5)
    benchmark.extra_info.update({"plain cell": plain, "step": early, "after 1,000": late, "from the store": hit})
    assert early - plain < STEP
    assert late - plain < STEP
    assert hit - plain < STEP


def test_a_loop_in_an_ordinary_cell_runs_as_fast_as_ever(benchmark: Any, kernel: Kernel, tmp_path: Path) -> None:
    without = Kernel(tmp_path, extension=False)
    try:
        alone = min(float(without.ok(LOOP).value) for _ in range(7))
        beside = min(float(kernel.ok(LOOP).value) for _ in range(7))
        benchmark.pedantic(lambda: kernel.ok(LOOP), rounds=3)
        benchmark.extra_info.update({"without nbflow": alone, "with nbflow": beside})
        assert beside < 1.15 * alone
    finally:
        without.stop()


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("shape", ["chain", "wide", "mixed"])
def test_the_last_of_a_thousand_steps(benchmark: Any, tmp_path: Path, shape: str, edited: bool) -> None:
    """What nbflow itself takes, without the front end; the steps above are stored. A fact is the processor time."""
    cells = [*cells_of(shape, 1_000)]
    path = tmp_path / "large.ipynb"
    path.write_text(notebook_of(cells))
    assert Shell(tmp_path)("run", str(path)).code == 0
    session = Live({}, tmp_path, path).session
    numbers, took = iter(range(1_000)), list[float]()

    def execute() -> None:
        began = time.process_time()
        session.execute(cells[-1] + (f" + {next(numbers)}" if edited else ""), "c999")
        took.append(time.process_time() - began)

    execute()
    benchmark.pedantic(execute, rounds=20, warmup_rounds=2)
    benchmark.extra_info["seconds of the processor"] = statistics.median(took[3:])
    print(benchmark.extra_info)
    session.close()
