"""What a restore costs, beside a dill session and plain pickle. `pytest tests/benchmarks --benchmark-only`."""

from __future__ import annotations

import os
import pickle
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.store.catalog.rows import RunRow, TaskRow
from nbflow.store.catalog.trust import keyring
from nbflow.store.values.artifact_ref import ArtifactRef, Summary
from tests.checkpoints.kernel import Kernel

DATA = {
    "half a gigabyte": "import numpy as np\nx = np.zeros(62_500_000)\nx[::500_000] = 1",
    "four gigabytes": "import numpy as np\nx = np.zeros(500_000_000)\nx[::500_000] = 1",
}
QUICK = 0.020
UNDO = 0.010


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    made = Kernel(tmp_path)
    yield made
    made.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", DATA)
def test_arrays_come_back_in_no_time_whatever_their_size(benchmark: Any, kernel: Kernel, name: str) -> None:
    *ordinary, body = DATA[name].split("\n", 1)
    kernel.cell(ordinary[0])
    kernel.step("load", body)
    benchmark.pedantic(lambda: kernel.restore("load"), setup=lambda: kernel.damage("x = None"), rounds=7)
    assert kernel.namespace["x"][500_000] == 1
    benchmark.extra_info["undo"] = undo = seconds(kernel.undo)
    assert benchmark.stats["median"] < QUICK
    assert undo < UNDO


@pytest.mark.timeout(600)
def test_an_array_that_was_written_to_comes_back_as_quickly(benchmark: Any, kernel: Kernel) -> None:
    kernel.cell("import numpy as np")
    kernel.step("load", "x = np.zeros(62_500_000)")
    kernel.restore("load")
    benchmark.pedantic(lambda: kernel.restore("load"), setup=lambda: kernel.damage("x[0] = 1"), rounds=7)
    assert kernel.namespace["x"][0] == 0
    assert benchmark.stats["median"] < QUICK


def test_a_million_tuples_beside_pickle_and_dill(benchmark: Any, kernel: Kernel, tmp_path: Path) -> None:
    kernel.step("load", "x = [(i, str(i)) for i in range(1_000_000)]")
    stream = pickle.dumps(kernel.namespace["x"], 5)
    with_dill = seconds(dill_session(kernel.namespace["x"], tmp_path / "session.dill"))
    alone = min(seconds(lambda: pickle.loads(stream)) for _ in range(5))
    benchmark.pedantic(lambda: kernel.restore("load"), setup=lambda: kernel.damage("x = None"), rounds=5)
    benchmark.extra_info.update({"pickle.loads": alone, "dill.load_module": with_dill})
    assert benchmark.stats["min"] < 1.5 * alone
    assert seconds(kernel.undo) < UNDO


def test_half_a_gigabyte_takes_dill_and_pickle_much_longer(benchmark: Any, kernel: Kernel, tmp_path: Path) -> None:
    kernel.cell("import numpy as np")
    kernel.step("load", "x = np.ones(62_500_000)")
    stream = pickle.dumps(kernel.namespace["x"], 5)
    alone = seconds(lambda: pickle.loads(stream))
    with_dill = seconds(dill_session(kernel.namespace["x"], tmp_path / "session.dill"))
    kernel.damage("x = None")
    benchmark.pedantic(lambda: kernel.restore("load"), setup=lambda: kernel.damage("x = None"), rounds=5)
    benchmark.extra_info.update({"pickle.loads": alone, "dill.load_module": with_dill})
    assert benchmark.stats["median"] < alone / 2
    assert benchmark.stats["median"] < with_dill / 2


def test_ten_thousand_names_are_taken_back_in_no_time(benchmark: Any, kernel: Kernel) -> None:
    kernel.step("load", "\n".join(f"n{i} = {i}" for i in range(2_000)))
    kernel.damage("\n".join(f"s{i} = [{i}]" for i in range(8_000)))

    def restored() -> None:
        kernel.damage("n5 = 0")
        kernel.restore("load")

    benchmark.pedantic(kernel.undo, setup=restored, rounds=7)
    assert benchmark.stats["median"] < UNDO


def test_a_task_is_signed_in_microseconds(benchmark: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    made = [ArtifactRef(f"name{i}", "d" * 32, i, 100, Summary("int", "1")) for i in range(5)]
    run, task = RunRow(1, "films", 7, code="c" * 32), TaskRow(1, "clean", key="k" * 32)
    keyring().seal_task(run, task, made)
    benchmark(keyring().seal_task, run, task, made)
    assert benchmark.stats["median"] < 20e-6


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def dill_session(value: object, path: Path) -> Callable[[], object]:
    """How dill saves and loads a whole session; the loading of it."""
    dill = pytest.importorskip("dill")
    module = types.ModuleType("session")
    module.__dict__["x"] = value
    sys.modules["session"] = module
    dill.dump_module(path, module)
    os.sync()
    return lambda: dill.load_module(path, module)
