"""`@pypi` and `@conda`: known, and refused where a step would run in an environment of its own."""

from __future__ import annotations

import pytest

from tests.script.running import Scripts

FLOW = """
from nbflow import conda, conda_base, pypi, pypi_base

{above}
class F(FlowSpec):
    {own}
    @step
    def start(self):
        print("it ran")
"""


@pytest.mark.parametrize(
    ("above", "own", "kind"),
    [
        ("", "@pypi(packages={'numpy': '2'})", "@pypi,"),
        ("", "@conda(packages={'numpy': '2'}, python='3.11')", "@conda,"),
        ("@pypi_base(packages={'numpy': '2'})", "", "@pypi_base,"),
        ("@conda_base(python='3.11')", "@conda(disabled=False)", "@conda,"),
        ("", "@pypi(disabled=True)", None),
        ("@conda_base(disabled=True)", "", None),
        ("@pypi_base(python='3.11')", "@pypi(disabled=True)", None),
    ],
)
def test_a_step_with_an_environment_of_its_own_does_not_run(
    scripts: Scripts, above: str, own: str, kind: str | None
) -> None:
    path = scripts.write(FLOW.format(above=above, own=own))
    checked = scripts.command(path, "check")
    if kind is None:
        assert checked.returncode == 0, checked.stderr
    else:
        assert checked.returncode == 1
        assert f"step 'start' has {kind} and nbflow does not build environments" in checked.stderr


def test_the_local_environment_is_that_of_the_run(scripts: Scripts) -> None:
    path = scripts.write(FLOW.format(above="", own="@pypi(packages={})"))
    assert "it ran" in scripts.command(path, "--environment", "local", "run").stdout
    refused = scripts.command(path, "--environment=pypi", "run")
    assert (refused.returncode, "--environment pypi is not part of nbflow" in refused.stderr) == (2, True)
