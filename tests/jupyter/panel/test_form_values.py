"""The form of the panel shows values as they can be typed again."""

from __future__ import annotations

from datetime import date

import pytest

from nbflow.flow.syntax.exact_values import parse_value, recorded
from nbflow.flow.syntax.parameter_cell import annotation_for
from nbflow.flow.syntax.specs import ParameterSpec
from nbflow.jupyter.panel.flow_shape import typed


@pytest.mark.parametrize(
    "value", [3, 0.5, True, [1, None], [(1, 2)], (1, [2]), {"a": True}, {1: (2, {3})}, date(2024, 1, 31)]
)
def test_a_value_in_the_form_is_read_back_as_it_is(value: object) -> None:
    parameter = ParameterSpec("p", annotation_for(value).type, value)
    for shown in (value, recorded({"p": value})["p"]):
        assert repr(parse_value(parameter, typed(parameter, shown))) == repr(value)
