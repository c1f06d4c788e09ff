"""`@pypi`, `@conda` and script metadata: the step runs in an environment with the packages that it asks for."""

from __future__ import annotations

import re
import sys

import pytest

from nbflow import FlowSpec, conda, conda_base, pypi, pypi_base, step
from nbflow.script.language.step_facts import facts_of
from nbflow.script.preparing.packages import step_environment
from tests.environments import caches as caches
from tests.script.running import Scripts

BLOCK = "# /// script\n# requires-python = '>=3.11'\n# dependencies = ['toolz']\n# ///\n"


@pypi_base(packages={"six": "1.16.0", "toolz": ""}, python="3.11")
class Based(FlowSpec):
    @pypi(packages={"six": ">=1.17", "extra[more]": "2"})
    @step
    def start(self):
        self.next(self.middle)

    @step
    def middle(self):
        self.next(self.end)

    @pypi(disabled=True)
    @step
    def end(self):
        pass


@conda_base(libraries={"conda-forge::six": "=1.16", "toolz": "==1.0"})
class Conda(FlowSpec):
    @conda(packages={"six": "1.15.0"}, python="3.11.7")
    @step
    def start(self):
        self.next(self.end)

    @conda(disabled=True)
    @pypi(packages={})
    @step
    def end(self):
        pass


class Bare(FlowSpec):
    @step
    def start(self):
        pass


@pytest.mark.parametrize(
    ("cls", "name", "text", "words"),
    [
        (Based, "start", "", ("six>=1.17", "toolz", "extra[more]==2", "python==3.11")),
        (Based, "middle", BLOCK, ("six==1.16.0", "toolz", "python==3.11")),
        (Based, "end", BLOCK, None),
        (Conda, "start", "", ("six==1.15.0", "toolz==1.0", "python==3.11.7")),
        (Conda, "end", "", ("python>=3",)),
        (Bare, "start", "", None),
        (Bare, "start", BLOCK, ("python>=3.11", "toolz")),
    ],
)
def test_what_a_step_asks_for(cls: type[FlowSpec], name: str, text: str, words: tuple[str, ...] | None) -> None:
    facts = facts_of(getattr(cls, name))
    assert facts is not None
    assert step_environment(cls, name, facts, text, "flow.py") == words


FLOW = """
from nbflow import conda, conda_base, pypi, pypi_base
import sys

{above}
class F(FlowSpec):
    {own}
    @step
    def start(self):
        import six
        self.x = six.__version__
        self.here = sys.prefix
        self.next(self.end)

    @pypi(disabled=True)
    @conda(disabled=True)
    @step
    def end(self):
        print("seen", self.x, sys.prefix, self.here)
"""


@pytest.mark.usefixtures("caches")
@pytest.mark.parametrize(
    ("above", "own"),
    [
        ("", "@pypi(packages={'six': '1.16.0'})"),
        ("@conda_base(libraries={'six': '=1.16'})", ""),
        ("", "# /// script\n# dependencies = ['six==1.16.0']\n# ///\n"),
    ],
)
def test_a_step_runs_with_its_packages(scripts: Scripts, above: str, own: str) -> None:
    block, own = (own, "") if own.startswith("#") else ("", own)
    path = scripts.write(block + FLOW.format(above=above, own=own))
    ran = scripts.command(path, "run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    seen = re.search(r"seen (\S+) (\S+) (\S+)", ran.stdout)
    assert seen is not None
    assert seen[1] == "1.16.0"
    assert (seen[2], seen[3] != sys.prefix) == (sys.prefix, True)


@pytest.mark.usefixtures("caches")
def test_what_cannot_be_resolved_is_one_message(scripts: Scripts) -> None:
    path = scripts.write(FLOW.format(above="", own="@pypi(packages={'six': '99'})"))
    ran = scripts.command(path, "run")
    assert ran.returncode != 0
    assert "the environment of step 'start' (six==99): No solution found" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_version_that_is_none_is_refused(scripts: Scripts) -> None:
    path = scripts.write(FLOW.format(above="", own="@pypi(packages={'six': 'new one'})"))
    checked = scripts.command(path, "check")
    assert checked.returncode != 0
    assert "step 'start' asks for 'six==new one', which is not a requirement" in checked.stderr


def test_the_local_environment_is_that_of_the_run(scripts: Scripts) -> None:
    path = scripts.write(FLOW.format(above="", own="@pypi(packages={'numpy': '1'})"))
    ran = scripts.command(path, "--environment", "local", "run")
    assert "seen " in ran.stdout
    refused = scripts.command(path, "--environment=docker", "run")
    assert (refused.returncode, "--environment docker is not part of nbflow" in refused.stderr) == (2, True)


WITHOUT = """
import numpy
from nbflow import pypi

class F(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.each, foreach="items")

    @pypi(packages={"six": "1.16.0"})
    @step
    def each(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.mark.usefixtures("caches")
def test_an_environment_without_what_the_script_imports_is_said_by_its_step(scripts: Scripts) -> None:
    ran = scripts.command(scripts.write(WITHOUT), "run")
    assert ran.returncode != 0
    assert "its worker could not start: No module named 'numpy'" in ran.stdout + ran.stderr
    assert "KeyError" not in ran.stdout + ran.stderr
