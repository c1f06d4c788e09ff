"""Environments as cells state them, and what a check says of those that are wrong."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.specs import FlowSource


def flow_of(*cells: str) -> FlowSource:
    return read_flow([Cell(number, text) for number, text in enumerate(cells, 1)], "films", "films.ipynb")


def environments(*cells: str) -> dict[str, tuple[str, ...] | None]:
    return {step.name: step.options.env for step in flow_of(*cells).steps}


def problems(*cells: str) -> list[str]:
    return [str(one) for one in check_flow(link(flow_of(*cells)))]


def test_a_step_names_requirements_files_and_environments() -> None:
    cells = (
        "%%environment old\n# what we had\nsix==1.16 # why\n\ntoolz",
        "%%step a --env old 'pandas>=2,<3' --retry 1\nx = 1",
        "%%step b --env pyproject.toml:train requirements.txt python==3.12\ny = x",
        "%%step c\nz = y",
    )
    assert environments(*cells) == {
        "a": ("six==1.16", "toolz", "pandas>=2,<3"),
        "b": ("pyproject.toml:train", "requirements.txt", "python==3.12"),
        "c": None,
    }
    assert problems(*cells) == []


@pytest.mark.parametrize(
    "default",
    [
        "%%environment\npython>=3.11\nsix",
        "#| environment\npython>=3.11\nsix",
        '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["six"]\n# ///\nimport os',
    ],
)
def test_a_flow_has_an_environment_for_every_step_that_names_none(default: str) -> None:
    steps = ("%%step a\nx = 1", "%%step b --env toolz\ny = x", "%%step c --env none\nz = y")
    assert environments(default, *steps) == {"a": ("python>=3.11", "six"), "b": ("toolz",), "c": None}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["%%step a --env 'six<<3'\nx = 1"], "films.ipynb · cell 1, line 1: --env 'six<<3' is not a requirement: "),
        (["%%step a --env \"six\nx = 1"], "films.ipynb · cell 1, line 1: --env has a quote that is not closed"),
        (["%%step a --env\nx = 1"], "films.ipynb · cell 1, line 1: --env needs at least one requirement"),
        (["%%step a --env none six\nx = 1"], "films.ipynb · cell 1, line 1: --env none means the packages of the flow"),
        (["%%step a --env 'python[x]'\nx = 1"], "films.ipynb · cell 1, line 1: --env 'python[x]' is not a requirement"),
        (["%%step a\nx = 1", "%%environment e\nsix\n\n six<<3\n"], "films.ipynb · cell 2, line 4: 'six<<3' is not a"),
        (["%%environment e\nsix", "%%environment e\nsix"], "films.ipynb · cell 2, line 1: environment 'e' is already"),
        (["%%environment\nsix", "%%environment\nsix"], "films.ipynb · cell 2, line 1: the environment of all steps is"),
        (["%%environment 3e\nsix"], "films.ipynb · cell 1, line 1: '3e' cannot name an environment"),
        (["import os\n# /// script\n# a = \n# ///"], "films.ipynb · cell 1, line 2: the block of script metadata"),
        (["# /// script\n# dependencies = ['a<<']\n# ///"], "films.ipynb · cell 1, line 1: 'a<<' is not a requirement"),
        (["# /// script\n# dependencies = 'six'\n# ///"], "films.ipynb · cell 1, line 1: the block of script metadata"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(cells: list[str], words: str) -> None:
    found = problems(*cells)
    assert [one for one in found if one.startswith(words)], found


def test_a_mistyped_name_is_told_from_a_package() -> None:
    cells = ("%%environment science\nsix", "%%step a --env sceince\nx = 1", "%%step b --env toolz\ny = x")
    assert problems(*cells) == [
        "films.ipynb · cell 2, line 1: no cell defines the environment 'sceince', so step 'a' asks for the package "
        "'sceince'. Did you mean --env science?"
    ]
