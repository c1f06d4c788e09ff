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
        "%%step b --env pyproject.toml:train 'my requirements.txt' python==3.12\ny = x",
        "%%step c\nz = y",
    )
    assert environments(*cells) == {
        "a": ("six==1.16", "toolz", "pandas>=2,<3"),
        "b": ("pyproject.toml:train", "my requirements.txt", "python==3.12"),
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


def fitting(items: str, env: str) -> list[str]:
    return problems("V = '1'", f"%%step fit --foreach v in {items} --env {env}\nx = 1")


def test_braces_name_the_item_a_parameter_or_an_artifact() -> None:
    assert fitting("['1.5', 2]", "a[x]=={v}.* 'python>={v},<4'") == []
    assert fitting("[{'k': '1'}]", "a=={v[k]} \"b=={v['k']}\" c=={v.k}") == []
    assert fitting("[('1', '2')]", "a=={v[1]}") == []
    assert problems("%%parameters\nold: str = '1'", "%%step a --env a=={old}\nx = 1") == []
    assert problems("%%step a\nx = '1'", "%%step b --env a=={x}\ny = 1") == []
    step = flow_of("%%step a\nx = '1'", "%%step b --env a=={x}\ny = 1").steps[1]
    assert "x" in step.names.reads


@pytest.mark.parametrize(
    ("items", "env", "words"),
    [
        ("xs", "a=={w}", "nothing above provides 'w'"),
        ("['1']", "a=={V}", "{V} in --env of step 'fit' is no item, parameter or artifact from above. Make 'V' a"),
        ("['1']", "a=={len}", "{len} in --env of step 'fit' is no item"),
        ("['1']", "{v}", "--env '{v}' is not a requirement: braces stand only for a version, behind the name of a"),
        ("['1']", "{v}==1", "--env '{v}==1' is not a requirement: braces stand only for a version"),
        ("['1']", "a=={v", "--env 'a=={v' is not a requirement: braces take a name, as in {version} or {item[pandas]}"),
        ("['1']", "a=={}", "--env 'a=={}' is not a requirement: braces take a name"),
        ("['1']", "a=={v!r}", "--env 'a=={v!r}' is not a requirement: braces take a name"),
        ("['1']", "\"a=={v}; python_version>'3'\"", "only versions can stand beside braces. Write for example scikit"),
        ("['1']", "'a @ http://x/{v}'", "braces stand only for a version"),
        ("['1', '']", "a=={v}", "item 1 of step 'fit': 'a=={v}' asks for no version: {v} is '', which is not a"),
        ("[None]", "a=={v}", "{v} is None, which is not a text. Let it be a text such as '1.5.2'"),
        ("[1.10]", "a=={v}", "{v} is 1.1, which is not a text"),
        ("[True]", "a=={v}", "{v} is True, which is not a text"),
        ("['1 2']", "a=={v}", "{v} is '1 2', which is not a version"),
        ("['--index-url x']", "a=={v}", "{v} is '--index-url x', which is not a version"),
        ("['1\"']", "a=={v}", "which is not a version"),
        ("['1/../2']", "a=={v}", "which is not a version"),
        ("['x']", "a=={v}", "it would be 'a==x', which is no version of that package"),
        ("['-b==1']", "a{v}", "it would be 'a-b==1', which is no version of that package"),
        ("[{'k': '1'}]", "a=={v}", "{v} cannot be had: there is only {v[k]}"),
        ("['1']", "a=={v[k]}", "{v[k]} cannot be had: it has no such field"),
        ("[{1: '1'}]", "a=={v[1]}", "{v[1]} cannot be had: it has no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_braces_is_said_before_a_run(items: str, env: str, words: str) -> None:
    cells = ("%%step xs\nxs = []",) if items == "xs" else ()
    [found] = problems(*cells, "V = '1'", f"%%step fit --foreach v in {items} --env {env}\nx = 1")
    assert found.startswith(f"films.ipynb · cell {len(cells) + 2}, line 1: ")
    assert words in found


def test_braces_stand_only_in_headers_of_steps_that_have_the_value() -> None:
    [found] = problems("%%environment old\na=={v}", "%%step a --env old\nx = 1")
    assert "cell 1, line 2: 'a=={v}' is not a requirement: braces stand only in the --env of a step" in found
    cells = ("%%step a --foreach v in ['1'] --env a=={v}\nx = 1", "%%step b --join a --env a=={v}\ny = inputs.x")
    assert problems(*cells) == [
        "films.ipynb · cell 2, line 1: step 'b' joins 'a' and reads 'v', which has one value per item. Read inputs.v, "
        "the list over all items"
    ]
