"""What the store costs. Run with `pytest tests/benchmarks --benchmark-only`; the asserted bounds are the promises."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbflow.store.blobs.chunked import ChunkedBlobs
from nbflow.store.blobs.chunks import CHUNK, name_of_blob
from nbflow.store.blobs.protocol import blob_size
from nbflow.store.catalog.rows import TaskRow, TaskStatus
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.component import Decoded, decode_component
from nbflow.store.pickling.drift import compare_component
from nbflow.store.pickling.home import PlainHome
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.values.summary import summarise

HALF_GB = 62_500_000  # float64 values
TASKS = 100_000


@pytest.fixture
def blobs(tmp_path: Path) -> ChunkedBlobs:
    return ChunkedBlobs(tmp_path / "blobs")


@pytest.fixture(scope="module")
def array() -> Any:
    return np.random.default_rng(0).random(HALF_GB)


def frame(n: int = 2_000_000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {f"f{i}": rng.random(n) for i in range(6)}
    columns |= {f"i{i}": rng.integers(0, 1000, n) for i in range(3)}
    columns["when"] = pd.date_range("2020", periods=n, freq="s")
    columns["s"] = pd.Series(np.arange(n) % 1000).astype(str)
    columns["cat"] = pd.Categorical.from_codes(rng.integers(0, 3, n), list("abc"))
    return pd.DataFrame(columns)


def loaded(value: object, blobs: ChunkedBlobs) -> Decoded:
    (component,) = encode({"v": value}, blobs, PlainHome()).components
    return decode_component(component, blobs, PlainHome())


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def test_half_a_gigabyte_against_a_plain_write(benchmark: Any, array: Any, blobs: ChunkedBlobs, tmp_path: Path) -> None:
    names = count()

    def write_raw() -> None:
        with (tmp_path / f"raw{next(names)}").open("wb", buffering=0) as file:
            file.write(array.data)

    def store() -> None:
        array[:: CHUNK // array.itemsize] += 1  # new bytes in each chunk, or it would not be written
        encode({"a": array}, blobs, PlainHome())

    seconds(write_raw)
    raw, stored = [], []
    for _ in range(3):
        raw.append(seconds(write_raw))
        stored.append(seconds(store))
        for old in (*tmp_path.glob("raw*"), *blobs.chunks.root.glob("??/*")):
            old.unlink()
    benchmark.extra_info.update(raw=min(raw), ratio=min(stored) / min(raw))
    benchmark.pedantic(store, rounds=1)
    assert min(stored) < 1.3 * min(raw)


def test_peak_memory_of_storing_half_a_gigabyte(benchmark: Any, tmp_path: Path) -> None:
    script = f"""
import pathlib, resource
import numpy as np
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.home import PlainHome
from nbflow.store.blobs.chunked import ChunkedBlobs
array = np.random.default_rng(0).random({HALF_GB})
blobs = ChunkedBlobs(pathlib.Path({str(tmp_path / "blobs")!r}))
encode({{"small": np.arange(500_000)}}, blobs, PlainHome())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
encode({{"a": array}}, blobs, PlainHome())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    extra = int(benchmark.pedantic(lambda: subprocess.check_output([sys.executable, "-c", script]), rounds=1))
    benchmark.extra_info["extra_kb"] = extra
    assert extra < 60_000


def test_loading_half_a_gigabyte(benchmark: Any, array: Any, blobs: ChunkedBlobs) -> None:
    (component,) = encode({"a": array}, blobs, PlainHome()).components
    benchmark(lambda: decode_component(component, blobs, PlainHome()))
    assert benchmark.stats.stats.median < 0.005


def test_one_element_of_two_gigabytes(benchmark: Any, blobs: ChunkedBlobs) -> None:
    large = np.random.default_rng(0).random(4 * HALF_GB)
    blobs.put(large.data)
    before = set(blobs.chunks)
    hashing = seconds(lambda: name_of_blob(large.data))
    large[1000] = 2
    storing = seconds(lambda: benchmark.pedantic(lambda: blobs.put(large.data), rounds=1))
    new = sum(blob_size(chunk) for chunk in set(blobs.chunks) - before)
    benchmark.extra_info.update(new_bytes=new, hashing=hashing, storing=storing)
    assert new <= 16_000_000
    assert storing < hashing + 0.3


def test_nobody_wrote_to_half_a_gigabyte(benchmark: Any, array: Any, blobs: ChunkedBlobs) -> None:
    one = loaded(array, blobs)
    assert one.values[0].sum() > 0  # type: ignore[attr-defined]
    assert benchmark(lambda: compare_component(one, blobs, PlainHome())) is not None
    assert benchmark.stats.stats.median < 0.005


def test_nobody_wrote_to_small_inputs(benchmark: Any, blobs: ChunkedBlobs) -> None:
    one = loaded({"a": [1, 2, {"b": "text"}], "c": np.arange(10)}, blobs)
    assert benchmark(lambda: compare_component(one, blobs, PlainHome())) is not None
    assert benchmark.stats.stats.median < 0.001


def test_two_million_rows(benchmark: Any, blobs: ChunkedBlobs) -> None:
    table = frame()
    cells = count()

    def store() -> None:
        table["f0"] = table["f0"] + next(cells)
        encode({"df": table}, blobs, PlainHome())

    benchmark.pedantic(store, rounds=3, warmup_rounds=1)


def test_one_column_of_two_million_rows(benchmark: Any, blobs: ChunkedBlobs) -> None:
    (one,) = loaded(frame(), blobs).values
    before = set(blobs)
    one["f3"] = np.arange(2_000_000.0)  # type: ignore[index]
    benchmark.pedantic(lambda: encode({"df": one}, blobs, PlainHome()), rounds=1)
    new = sum(blob_size(digest) for digest in set(blobs) - before)
    benchmark.extra_info["new_bytes"] = new
    assert new < 16_100_000


def test_a_million_tuples(benchmark: Any, blobs: ChunkedBlobs) -> None:
    rows = [(i, str(i)) for i in range(1_000_000)]
    benchmark.pedantic(lambda: encode({"rows": rows}, blobs, PlainHome()), rounds=3)


def test_loading_a_million_tuples(benchmark: Any, blobs: ChunkedBlobs) -> None:
    rows = [(i, str(i)) for i in range(1_000_000)]
    (component,) = encode({"rows": rows}, blobs, PlainHome()).components
    del rows
    gc.collect()
    benchmark.pedantic(lambda: decode_component(component, blobs, PlainHome()), rounds=3)


def test_two_small_numbers(benchmark: Any, blobs: ChunkedBlobs) -> None:
    benchmark(lambda: encode({"a": 1, "b": 2.5}, blobs, PlainHome()))
    assert benchmark.stats.stats.median < 50e-6


def test_a_hundred_thousand_tasks(benchmark: Any, tmp_path: Path) -> None:
    store = Store.open(tmp_path / ".nbflow")
    (first,) = store.save({"score": 1}, PlainHome()).components

    with store.writer() as writer:
        run = writer.begin_run("demo")

        def write_tasks() -> None:
            for i in range(TASKS):
                digest = f"{i:032x}"
                writer.put_components([replace(first, digest=digest)])
                task = writer.put_task(a_task(run.id, i))
                writer.put_artifacts(task, [ArtifactRef("score", digest, 0, 20, summarise(i))])
                if i % 1000 == 0:
                    writer.commit()
            writer.commit()

        benchmark.pedantic(write_tasks, rounds=1)
    store.close()
    written = sum(file.stat().st_size for file in store.root.glob("catalog.db*"))
    benchmark.extra_info["bytes"] = written
    assert benchmark.stats.stats.min / TASKS < 40e-6
    assert written < 60_000_000


def a_task(run: int, i: int) -> TaskRow:
    key = f"{i * 7919:032x}"
    status = TaskStatus.SUCCEEDED
    return TaskRow(run, "fit", (i,), key=key, status=status, started=1.0, finished=2.0, seconds=1.0, item=str(i))


def test_summary_of_a_number(benchmark: Any) -> None:
    benchmark(summarise, 12345)
    assert benchmark.stats.stats.median < 10e-6
