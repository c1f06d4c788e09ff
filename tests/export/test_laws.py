"""The exported script ends with the values of the notebook's flow, under nbflow and under Metaflow.

Metaflow takes a second for each task, so it runs a choice of them; with NBFLOW_EXPLORE in the environment it runs all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from nbflow.errors import LostValue
from nbflow.export.marks import Target
from nbflow.export.write_flow import Exported
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.notebook.read import read_notebook
from nbflow.run.events.events import Outcome
from tests.exploring import some
from tests.export.cases import CASES, UNDER_METAFLOW
from tests.export.engines import ROOT, Engines, Values, exported_of, graph_of, named
from tests.flows import BRANCH, CRASHING, FAILING, LARGE, LOST, NESTED, SHAPES, SWITCH, Shape

WHOLE = [shape for shape in SHAPES if shape not in (CRASHING, FAILING, LARGE, LOST)]
EXPLORED = "NBFLOW_EXPLORE" in os.environ
CHOSEN_SHAPES = WHOLE if EXPLORED else (BRANCH, NESTED, SWITCH)
CHOSEN_DEMOS = ("linear", "movie_recommender") if EXPLORED else ("linear",)
CHOSEN_CASES = UNDER_METAFLOW if EXPLORED else ("everything", "names that FlowSpec has")
SHAPE = pytest.mark.parametrize("shape", WHOLE, ids=lambda shape: shape.name)


@SHAPE
def test_a_script_gives_the_values_of_its_notebook(shape: Shape, engines: Engines) -> None:
    engines.parameters = shape.parameters
    assert_same_under_nbflow(engines, shape.graph)


@pytest.mark.parametrize("shape", CHOSEN_SHAPES, ids=lambda shape: shape.name)
def test_metaflow_gives_the_values_of_a_shape_too(shape: Shape, engines: Engines) -> None:
    engines.parameters = shape.parameters
    assert_same_under_metaflow(engines, shape.graph)


@pytest.mark.parametrize("case", some([*CASES]))
def test_so_does_a_script_of_what_is_hard_to_export(case: str, engines: Engines) -> None:
    assert_same_under_nbflow(engines, graph_of(*CASES[case].split("\n---\n")))


@pytest.mark.parametrize("case", CHOSEN_CASES)
def test_metaflow_gives_the_values_of_what_is_hard_to_export(case: str, engines: Engines) -> None:
    assert_same_under_metaflow(engines, graph_of(*CASES[case].split("\n---\n")))


@pytest.mark.parametrize("name", ["linear", "movie_recommender"])
def test_so_does_a_script_of_a_demo_notebook(name: str, engines: Engines) -> None:
    assert_same_under_nbflow(engines, demo(name, engines))


@pytest.mark.parametrize("name", CHOSEN_DEMOS)
def test_metaflow_gives_the_values_of_a_demo_notebook(name: str, engines: Engines) -> None:
    """With two models of the nine, since it imports what trains them in each of its tasks."""
    fewer = ("for rate in (0.03, 0.1, 0.3) for leaves in (4, 8, 16)", "for rate in (0.1,) for leaves in (4, 8)")
    assert_same_under_metaflow(engines, demo(name, engines, fewer))


def demo(name: str, engines: Engines, change: tuple[str, str] = ("", "")) -> Graph:
    """The graph of a notebook, and its data where it looks for them."""
    shutil.copytree(ROOT / "notebooks" / "data", engines.folder / "data")
    flow = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    cells = [replace(cell, source=cell.source.replace(*change) if change[0] else cell.source) for cell in flow.cells]
    return link(read_flow(cells, flow.name, flow.document))


# flows that fail, and fail as scripts


@pytest.mark.parametrize("shape", [FAILING, CRASHING], ids=lambda shape: shape.name)
def test_what_fails_in_the_notebook_fails_in_the_script_and_the_rest_is_there(shape: Shape, engines: Engines) -> None:
    exported = exported_of(shape.graph)
    assert_within(engines.notebook(shape.graph), exported, lambda one: engines.nbflow(one, Outcome.FAILED))


def test_a_step_that_fails_keeps_what_was_made_before_it(engines: Engines) -> None:
    graph = demo("two_hour_load", engines)
    expected = engines.notebook(graph)
    assert {step for step, _, _ in expected} == {"load"}
    assert_within(expected, exported_of(graph), lambda one: engines.nbflow(one, Outcome.FAILED))


def test_a_step_that_reads_what_nobody_has_bound_fails_in_the_script_too(engines: Engines) -> None:
    graph = graph_of("%%step one\nfor n in []:\n    last = n", "%%step two\nx = last", "%%step three\ny = x")
    assert engines.notebook(graph) == {}
    engines.nbflow(exported_of(graph), Outcome.FAILED)


def test_metaflow_fails_where_the_notebook_does(engines: Engines) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        engines.metaflow(exported_of(FAILING.graph, Target.METAFLOW))


def test_what_a_notebook_keeps_without_its_lock_a_script_refuses_by_name(
    engines: Engines, capsys: pytest.CaptureFixture[str]
) -> None:
    engines.nbflow(exported_of(LOST.graph), Outcome.FAILED)
    assert "Cannot pickle dump artifact named \"config\" (at config['lock'])" in capsys.readouterr().out


def test_a_result_without_its_lock_fails_neither(engines: Engines) -> None:
    *above, _ = (cell.source for cell in LOST.graph.flow.cells)
    exported = exported_of(graph_of(*above, "%%step after\nx = 1"))
    with pytest.raises(LostValue, match="lock"):  # the run has succeeded, and its values are looked at
        engines.nbflow(exported)


def assert_same_under_nbflow(engines: Engines, graph: Graph) -> None:
    assert_within(engines.notebook(graph), exported_of(graph), engines.nbflow)


def assert_same_under_metaflow(engines: Engines, graph: Graph) -> None:
    assert_within(engines.notebook(graph), exported_of(graph, Target.METAFLOW), engines.metaflow)


def assert_within(values: Values, exported: Exported, run: Callable[[Exported], Values]) -> None:
    """Every value of the notebook is in the script's run; `self.input` is one without being stored."""
    expected = {key: value for key, value in named(values, exported).items() if key[2] != "input"}
    found = run(exported)
    assert {key: found.get(key, "nothing") for key in expected} == expected


def test_a_big_array_passes_through_a_script(engines: Engines) -> None:
    """The shape with an array of a gigabyte, made a thousandth of that."""
    graph = graph_of(*(cell.replace("125_000_000", "125_000") for cell in LARGE.cells))
    assert_same_under_nbflow(engines, graph)
