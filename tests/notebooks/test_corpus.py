"""Notebooks as people write them: each runs in IPython, and runs as a flow with the same values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebooks.plain import Plain

CORPUS = Path(__file__).with_name("corpus")
NOTEBOOKS = sorted(CORPUS.glob("*/*.py"))


@pytest.fixture(scope="module")
def plain() -> Iterator[Plain]:
    process = Plain()
    yield process
    process.stop()


def manner(path: Path) -> str:
    return path.parent.name


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{manner(path)}/{path.stem}") for path in NOTEBOOKS])
def test_notebook_runs_in_ipython(path: Path, tmp_path: Path, plain: Plain) -> None:
    ran = plain.run(path, tmp_path)
    assert not ran.failed
    assert ran.values
