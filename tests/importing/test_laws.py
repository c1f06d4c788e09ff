"""What holds for scripts of every shape: their notebooks pass the check, and end with the same values."""

from __future__ import annotations

import tempfile
import textwrap
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbflow.importing.refusals import CannotCarryOver
from tests.importing.comparing import differences, written
from tests.importing.random_scripts import Maker
from tests.script import shapes

REFUSED = {
    "nested foreach": "uses self.foreach_stack",
    "switch": "asks whether self.trail exists, which depends on the path through the flow",
}


def script(body: str) -> str:
    head = "from nbflow import FlowSpec, Parameter, step\n\n\nclass F(FlowSpec):\n"
    return head + textwrap.indent(body, "    ") + '\n\nif __name__ == "__main__":\n    F()\n'


@pytest.mark.parametrize("name", shapes.TRAILS)
def test_every_shape_of_scripts_has_a_notebook_with_its_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = script(shapes.TRAILS[name][0])
    if name in REFUSED:
        with pytest.raises(CannotCarryOver, match=REFUSED[name]):
            written(tmp_path, text)
        return
    pair = written(tmp_path, text)
    assert "error" not in pair.check()
    assert differences(pair, pair.run_script(), pair.run_notebook()) == []


@settings(max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_a_random_script_that_runs_has_a_notebook_with_its_values(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        try:
            pair = written(Path(folder), Maker(Random(seed)).script())
        except CannotCarryOver:
            return
        ran = pair.run_script()
        if ran.successful:
            assert differences(pair, ran, pair.run_notebook()) == []
