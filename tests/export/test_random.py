"""Random notebooks and their scripts end with the same values.

The same ones each time; with NBFLOW_EXPLORE in the environment others each time, and more under Metaflow.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, assume, given, settings

from nbflow.errors import FlowRefused
from nbflow.export.marks import Target
from nbflow.export.write_flow import Exported
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from tests.export.alone import values_alone
from tests.export.engines import Engines, Values, by_task, exported_of, graph_of, named
from tests.export.random_flows import notebooks
from tests.run.in_order import values_in_order

EXPLORED = "NBFLOW_EXPLORE" in os.environ
PLAIN = settings(suppress_health_check=list(HealthCheck), derandomize=not EXPLORED)
REAL = settings(PLAIN, phases=[Phase.explicit, Phase.generate])  # a smaller example would take minutes to be found


@settings(PLAIN, max_examples=200 if EXPLORED else 80)
@given(notebooks())
def test_a_random_notebook_and_its_script_give_the_same_in_one_process(cells: tuple[str, ...]) -> None:
    graph, exported = export(cells)
    expected = named(by_task(values_in_order(graph, {})), exported)
    assert_within(expected, dict(values_alone(exported.text)), exported.text)


@settings(REAL, max_examples=40 if EXPLORED else 16)
@given(notebooks(6))
def test_they_give_the_same_when_nbflow_runs_both(engines: Engines, cells: tuple[str, ...]) -> None:
    graph, exported = export(cells)
    assert_within(named(engines.notebook(graph), exported), engines.nbflow(exported), exported.text)


@settings(REAL, max_examples=8 if EXPLORED else 2)
@given(notebooks(4))
def test_and_when_metaflow_runs_the_script(engines: Engines, cells: tuple[str, ...]) -> None:
    graph, exported = export(cells, Target.METAFLOW)
    assert_within(named(engines.notebook(graph), exported), engines.metaflow(exported), exported.text)


def export(cells: tuple[str, ...], target: Target = Target.NBFLOW) -> tuple[Graph, Exported]:
    """Of a flow that is right, and that a script can say."""
    graph = graph_of(*cells)
    assume(all(problem.warning for problem in check_flow(graph)))
    try:
        return graph, exported_of(graph, target)
    except FlowRefused as error:
        assume("cannot go back into a foreach" not in str(error))
        raise


def assert_within(expected: Values, found: Values, text: str) -> None:
    assert {key: found.get(key, "nothing") for key in expected} == expected, text
