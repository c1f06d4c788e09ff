"""The exported script ends with the values of the notebook's flow, under nbflow and under Metaflow."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from nbflow.export.marks import Target
from nbflow.export.script import Exported
from nbflow.flow.graph import Graph, link
from nbflow.notebook import read_notebook
from tests.export.cases import CASES, UNDER_METAFLOW
from tests.export.engines import ROOT, Engines, Values, exported_of, graph_of, named
from tests.flows import CRASHING, FAILING, LARGE, LOST, SHAPES, Shape

WHOLE = [shape for shape in SHAPES if shape not in (CRASHING, FAILING, LARGE, LOST)]
SHAPE = pytest.mark.parametrize("shape", WHOLE, ids=lambda shape: shape.name)


@SHAPE
def test_a_script_gives_the_values_of_its_notebook(shape: Shape, engines: Engines) -> None:
    engines.parameters = shape.parameters
    assert_same_under_nbflow(engines, shape.graph)


@SHAPE
def test_metaflow_gives_the_values_of_a_shape_too(shape: Shape, engines: Engines) -> None:
    engines.parameters = shape.parameters
    assert_same_under_metaflow(engines, shape.graph)


@pytest.mark.parametrize("case", CASES)
def test_so_does_a_script_of_what_is_hard_to_export(case: str, engines: Engines) -> None:
    assert_same_under_nbflow(engines, graph_of(*CASES[case].split("\n---\n")))


@pytest.mark.parametrize("case", UNDER_METAFLOW)
def test_metaflow_gives_the_values_of_what_is_hard_to_export(case: str, engines: Engines) -> None:
    assert_same_under_metaflow(engines, graph_of(*CASES[case].split("\n---\n")))


@pytest.mark.parametrize("name", ["linear", "movie_recommender"])
def test_a_demo_notebook_gives_the_same_as_a_script_under_both(name: str, engines: Engines) -> None:
    graph = link(read_notebook(ROOT / "notebooks" / f"{name}.ipynb"))
    shutil.copytree(ROOT / "notebooks" / "data", engines.folder / "data")
    expected = engines.notebook(graph)
    engines.parameters = {}
    assert_within(expected, exported_of(graph), engines.nbflow)
    assert_within(expected, exported_of(graph, Target.METAFLOW), engines.metaflow)


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
