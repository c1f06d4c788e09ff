"""The laws that hold on every flow shape, with real worker processes and a real store."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from blake3 import blake3

from nbflow.run.events.replay import read_events
from nbflow.run.machine.machine import RunMachine
from nbflow.run.program.digest import digest_all, digest_parts
from nbflow.store.values.artifact_ref import ArtifactRef
from tests.exploring import some
from tests.flows import LINEAR, SHAPES, Shape
from tests.run.driving import states
from tests.run.in_order import values_in_order
from tests.run.running import Place

FAST = [shape for shape in SHAPES if not shape.slow]
ALL = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
QUICK = pytest.mark.parametrize("shape", FAST, ids=lambda shape: shape.name)


@ALL
def test_a_run_ends_with_the_values_of_its_shape(shape: Shape, place: Place) -> None:
    ran = place.run(shape)
    failed = tuple(str(t) for t, entry in sorted(ran.finished.run.tasks.items()) if entry.state == "failed")
    assert failed == shape.failed
    assert {address: ran.value(address) for address in shape.values} == shape.values


@ALL
def test_a_second_run_executes_nothing_that_had_succeeded(shape: Shape, place: Place) -> None:
    place.run(shape)
    again = place.run(shape, reuse=True)
    assert again.executed == sorted(shape.failed)


@pytest.mark.parametrize("number", [0, 1, 999, 1000, 1001, 2500])
def test_a_digest_is_that_of_all_parts_however_many_there_are(number: int) -> None:
    parts = [part for n in range(number) for part in (n, f"é{n}")][:number]
    text = "".join(f"{type(part).__name__} {len(str(part))}:{part}" for part in parts)
    assert digest_parts(*parts) == digest_all(iter(parts)) == blake3(text.encode()).hexdigest(16)


@pytest.mark.parametrize("shape", some([s for s in FAST if not s.failed], 3), ids=lambda shape: shape.name)
def test_the_values_are_those_of_the_cells_run_top_to_bottom_in_one_process(shape: Shape, place: Place) -> None:
    ran = place.run(shape)
    alone = values_in_order(ran.program.graph, ran.program.parameters)
    for address, value in alone.items():
        assert_same(ran.value(address), value)


@QUICK
def test_the_events_on_disk_replay_to_the_same_run(shape: Shape, place: Place) -> None:
    ran = place.run(shape)
    rows = [(row.kind, row.payload) for row in ran.store.history.events(ran.finished.row.id)]
    again = RunMachine.replay(shape.graph, ran.finished.run.plan, read_events(rows))
    assert (again.outcome, states(again)) == (ran.finished.outcome, states(ran.finished.run))
    assert digests(again) == digests(ran.finished.run)


@QUICK
def test_the_spawn_start_method_gives_the_same(shape: Shape, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_START_METHOD", "spawn")
    ran = place.run(shape)
    assert {address: ran.value(address) for address in shape.values} == shape.values


def test_a_run_is_a_handful_of_files(place: Place) -> None:
    place.run(LINEAR)
    files = [path for path in (place.folder / ".nbflow").rglob("*") if path.is_file()]
    assert len(files) <= 10, sorted(map(str, files))


def digests(run: RunMachine) -> Mapping[str, list[str]]:
    return {str(t): sorted(map(digest_of, (entry.artifacts or {}).values())) for t, entry in run.tasks.items()}


def digest_of(artifact: ArtifactRef) -> str:
    return f"{artifact.name}={artifact.digest}"


def assert_same(one: Any, other: Any) -> None:
    """Equal, also where classes were defined twice: by the run, and by the cells run in order."""
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif dataclasses.is_dataclass(one) and not isinstance(one, type):
        assert dataclasses.asdict(one) == dataclasses.asdict(other)  # type: ignore[call-overload]
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    elif isinstance(one, dict) and "lock" in one:
        assert one["rate"] == other["rate"]
    else:
        assert one == other
