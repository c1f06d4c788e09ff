"""A run that goes on after another, with further steps, does what one run of all these steps does.

`NBFLOW_EXPLORE=1` tries many more ways to divide a run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.flow.graph.graph import Graph
from nbflow.run.events.events import Event, Outcome, Reuse, StartTask
from nbflow.run.machine.machine import RunMachine
from nbflow.run.machine.plan import RunPlan
from tests.flows import SHAPES, Shape
from tests.run.driving import World, contents, drive, states

PURE = [shape for shape in SHAPES if not shape.failed]


class Widths(dict[str, int]):
    """Lets each foreach have three items."""

    def __missing__(self, step: str) -> int:
        return 3


@dataclass
class Watched(World):
    """Remembers how each task started."""

    starts: dict[str, StartTask] = field(default_factory=dict)

    def answer(self, graph: Graph, start: StartTask) -> Event:
        self.starts[f"{start.task} {start.task.split} {start.task.turn}"] = start
        return super().answer(graph, start)


def run_of(graph: Graph, steps: Iterable[str], before: RunMachine | None = None) -> RunMachine:
    return RunMachine(graph, RunPlan(dict.fromkeys(steps, Reuse.NEVER), slots=100), before=before)


@pytest.mark.parametrize("shape", PURE, ids=lambda shape: shape.name)
@settings(max_examples=100 if os.environ.get("NBFLOW_EXPLORE") else 5, deadline=None)
@given(data=st.data())
def test_a_run_in_parts_is_like_one_run(shape: Shape, data: st.DataObject) -> None:
    graph, steps = shape.graph, [*shape.graph.links]
    guards = {step.control.loop and step.name for step in graph.steps.values()}
    world = {"widths": Widths(), "turns": dict.fromkeys(filter(None, guards), 2)}
    whole, at_once = run_of(graph, steps), Watched(**world)
    drive(whole, at_once)
    parts, run = Watched(**world), None
    for end in [*sorted(data.draw(st.sets(st.integers(1, len(steps))))), len(steps)]:
        before = run and (states(run), contents(run))
        further = run_of(graph, steps[:end], run)
        drive(further, parts)
        assert further.outcome is Outcome.SUCCEEDED
        assert before == (run and (states(run), contents(run)))  # it stays as it was
        run = further
    assert run is not None
    assert (states(run), contents(run)) == (states(whole), contents(whole))
    assert parts.starts == at_once.starts
