"""The exported script ends with the values of the notebook's flow, under nbflow and under Metaflow."""

from __future__ import annotations

import pytest

from nbflow.export.marks import Target
from tests.export.engines import Engines, exported_of, named
from tests.flows import CRASHING, FAILING, LOST, SHAPES, Shape

WHOLE = [shape for shape in SHAPES if not shape.slow and shape not in (CRASHING, FAILING, LOST)]
EACH = pytest.mark.parametrize("shape", WHOLE, ids=lambda shape: shape.name)


@EACH
def test_a_script_gives_the_values_of_its_notebook(shape: Shape, engines: Engines) -> None:
    engines.parameters = shape.parameters
    exported = exported_of(shape.graph)
    expected = named(engines.notebook(shape.graph), exported)
    found = engines.nbflow(exported)
    assert {key: found.get(key, "nothing") for key in expected} == expected


@EACH
def test_metaflow_gives_them_too(shape: Shape, engines: Engines) -> None:
    engines.parameters = shape.parameters
    exported = exported_of(shape.graph, Target.METAFLOW)
    expected = named(engines.notebook(shape.graph), exported)
    found = engines.metaflow(exported)
    assert {key: found.get(key, "nothing") for key in expected} == expected
