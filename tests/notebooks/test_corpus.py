"""Notebooks as people write them: `init` makes a flow of each, and its run gives what IPython gives.

Every sixteenth one is run; with NBFLOW_EXPLORE in the environment, all of them. `init` and `check` read each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exploring import some
from tests.notebooks.constructs import NOTEBOOKS, PAGE, page
from tests.notebooks.flowing import accept, make_flow
from tests.notebooks.known_failures import KNOWN
from tests.notebooks.plain import Plain

RUN = some(NOTEBOOKS, 16)


def named(path: Path) -> object:
    name = f"{path.parent.name}/{path.stem}"
    marks = [pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else []
    return pytest.param(path, id=name, marks=marks)


@pytest.fixture(scope="module")
def plain() -> Iterator[Plain]:
    process = Plain()
    yield process
    process.stop()


@pytest.mark.parametrize("path", [named(path) for path in RUN])
def test_the_flow_of_a_notebook_gives_what_ipython_gives(path: Path, tmp_path: Path, plain: Plain) -> None:
    made = make_flow(path, tmp_path, plain)
    assert made.is_right, str(made)


def test_nearly_every_notebook_becomes_a_flow_without_a_word_against_it(tmp_path: Path) -> None:
    refused = [path.stem for path in NOTEBOOKS if not accept(path, tmp_path / path.stem).is_right]
    assert refused == ["magics_of_the_shell"]


def test_there_are_a_hundred_and_nearly_all_are_right() -> None:
    assert len(NOTEBOOKS) == 100
    assert len(KNOWN) <= 7


def test_the_page_tells_what_the_notebooks_are_made_of() -> None:
    assert PAGE.read_text() == page(), "write it again: python -m tests.notebooks.constructs"
