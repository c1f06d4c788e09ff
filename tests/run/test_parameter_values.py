"""Which values of parameters count as the same, and what a run records of them."""

from __future__ import annotations

import pytest

from nbflow.notebook.arguments import as_in_run
from tests.run.running import Place
from tests.run.test_execution import flow


@pytest.mark.parametrize("other", [{"1": [3, 4]}, {1: [3, 4]}, {True: (3, 4)}, {1: (3, 4.0)}, {1: (4, 3)}])
def test_a_value_that_json_takes_for_the_same_runs_anew(place: Place, other: object) -> None:
    shape = flow("%%parameters\nd = {1: (3, 4)}", "%%step show\nseen = repr(d)")
    place.run(shape)
    assert place.run(shape, reuse=True).executed == []
    ran = place.run(shape, reuse=True, parameters={"d": other})
    assert (ran.executed, ran.value("show.seen")) == (["show"], repr(other))


def test_a_run_records_parameters_so_that_the_next_reads_the_same_values(place: Place) -> None:
    shape = flow("%%parameters\nd = {1: (3, 4)}\nt = (1, [2])\nx: float = 1", "%%step show\nseen = d, t, x")
    ran = place.run(shape)
    [row] = ran.store.history.runs("flow")
    values = as_in_run(ran.program.graph.flow, row.parameters)
    assert repr(values) == repr({"d": {1: (3, 4)}, "t": (1, [2]), "x": 1})
