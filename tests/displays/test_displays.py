"""What a step shows is, message by message, what its cell shows in a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from nbflow.run.outputs import Output
from tests.displays.comparing import bodies, comparable, shown_by_kernel, shown_by_steps

CELLS = bodies()


class Both(NamedTuple):
    folders: tuple[Path, Path]
    kernel: dict[str, list[Output]]
    steps: dict[str, list[Output]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folders = tmp_path_factory.mktemp("kernel"), tmp_path_factory.mktemp("steps")
    return Both(folders, shown_by_kernel(CELLS, folders[0]), shown_by_steps(CELLS, folders[1]))


@pytest.mark.parametrize("name", CELLS)
def test_a_step_shows_what_its_cell_shows_in_a_kernel(both: Both, name: str) -> None:
    kernel, steps = (comparable(one[name], folder) for one, folder in zip(both[1:], both.folders, strict=True))
    assert steps == kernel
