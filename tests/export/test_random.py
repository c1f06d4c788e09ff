"""Random notebooks and their scripts end with the same values."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from nbflow.errors import FlowRefused
from nbflow.flow.checks import check
from tests.export.alone import values_alone
from tests.export.engines import by_task, exported_of, graph_of, named
from tests.export.random_flows import notebooks
from tests.run.in_order import values_in_order

RELAXED = settings(deadline=None, suppress_health_check=list(HealthCheck))


@RELAXED
@given(notebooks())
def test_a_random_notebook_and_its_script_give_the_same(cells: tuple[str, ...]) -> None:
    graph = graph_of(*cells)
    assume(not any(not problem.warning for problem in check(graph)))
    try:
        exported = exported_of(graph)
    except FlowRefused as error:
        assume("goes" not in str(error))
        raise
    expected = named(by_task(values_in_order(graph, {})), exported)
    found = values_alone(exported.text)
    assert {key: found.get(key, "nothing") for key in expected} == expected, exported.text
