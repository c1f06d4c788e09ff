"""The two pictures of the README, taken by hand: `NBFLOW_PICTURES=1 pytest tests/browser/test_readme.py`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.browser.lab import Lab
from tests.browser.window import Window

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SIZE = {"width": 1180, "height": 720}
PANEL_WIDTH = 390

SHARP = {"viewport": SIZE, "device_scale_factor": 2}

pytestmark = [
    pytest.mark.parametrize("window", [SHARP], ids=["sharp"], indirect=True),
    pytest.mark.skipif(not os.environ.get("NBFLOW_PICTURES"), reason="they are looked at when they are taken"),
]


def take_picture(window: Window, name: str) -> None:
    window.page.mouse.move(SIZE["width"] / 2, 2)
    window.page.screenshot(path=DOCS / f"{name}.png", animations="disabled", caret="hide")


def pose(window: Window) -> None:
    """The notebook and the panel, and nothing else."""
    page = window.page
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    window.open_panel()
    edge = page.locator("#jp-right-stack").bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] - 2, 300)
    page.mouse.down()
    page.mouse.move(edge["x"] + edge["width"] - PANEL_WIDTH, 300, steps=5)
    page.mouse.up()


@pytest.fixture
def films(lab: Lab, folder: Path, window: Window) -> Window:
    """The film picker, with its data."""
    shutil.copytree(ROOT / "notebooks/data", folder / "data")
    notebook = shutil.copy(ROOT / "notebooks/movie_recommender.ipynb", folder)
    window.open(lab.page(Path(notebook)))
    pose(window)
    window.panel.wait_for_step("figure", "missing")
    return window


def test_the_panel_during_a_run(films: Window) -> None:
    films.panel.action("run").click()
    films.panel.wait_for_step("fit", "running")
    films.panel.step("fit").click()
    films.panel.root.locator(".nbf-Task[data-status=done]").first.wait_for()
    take_picture(films, "panel")
    films.panel.wait_for_steps(fit="done", playlist="done", figure="done")


def test_the_restore_dialog(films: Window) -> None:
    films.run_all()
    films.panel.wait_for_steps(fit="done", playlist="done", figure="done")
    films.wait_for_kernel("idle")
    films.execute("movies = movies.head(3)\ndel picks, films, train, valid, grid, cfg, extra")
    films.panel.step("pick").click()
    films.panel.action("restore").click()
    films.page.locator(".nbf-RestoreDialog .nbf-DifferenceRow").first.wait_for()
    take_picture(films, "restore")
    films.accept("Cancel")
