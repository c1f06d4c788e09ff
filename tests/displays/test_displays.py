"""What a step shows is, message by message, what its cell shows in a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from nbflow.run.output.outputs import Output
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


def test_a_widget_keeps_its_last_text_and_its_last_state(both: Both) -> None:
    (bar,) = (one for one in both.steps["tqdm_notebook"] if "widgets" in one)
    assert bar["widgets"]["text"].startswith("100%|██████████| 3/3 [")
    states = bar["widgets"]["state"]
    (progress,) = (one["state"] for one in states.values() if one["model_name"] == "FloatProgressModel")
    assert (progress["value"], progress["max"], progress["bar_style"]) == (3.0, 3.0, "success")
    assert {one["model_name"] for one in states.values()} >= {"HBoxModel", "HTMLModel", "LayoutModel"}


def test_a_widget_that_is_closed_leaves_no_text(both: Both) -> None:
    (bar,) = (one for one in both.steps["tqdm_left"] if "widgets" in one)
    assert bar["widgets"] == {"text": "", "state": {}}


def test_a_widget_gathers_what_is_shown_for_it(both: Both) -> None:
    (shown,) = (one for one in both.steps["output_widget"] if "widgets" in one)
    (gathered,) = (one["state"]["outputs"] for one in shown["widgets"]["state"].values() if "outputs" in one["state"])
    assert [one.get("text") or one["data"]["text/plain"] for one in gathered] == ["inside\n", "'shown inside'"]
