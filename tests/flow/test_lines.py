"""Lines are those of Python, and nothing that only looks like one is taken for an end."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.flow.source.lines import lines_of
from tests.flows import Shape


@given(st.text("ab \n\r"))
def test_the_ends_that_everybody_knows(text: str) -> None:
    assert lines_of(text) == text.splitlines()


@pytest.mark.parametrize("other", "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", ids=ascii)
def test_what_python_takes_for_no_end_stays_in_its_line(other: str) -> None:
    source = f"text = '''a{other}b'''\nsize = 2"
    assert ast.parse(source).body[1].lineno == len(lines_of(source)) == 2
    (step,) = Shape("texts", f"%%step texts\n{source}", {}).graph.steps.values()
    assert step.source.body == source
