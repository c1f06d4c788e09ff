"""The pictures of the documents, from a real JupyterLab. `python -m tests.docs.pictures` puts them into docs/.

NBFLOW_EXPLORE in the environment takes them too, to see that they can be taken.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.lab import Lab
from tests.browser.window import Window
from tests.docs.pictures import PICTURES
from tests.docs.tutorial import PAGE, ROOT, run_tutorial

SIZE = {"width": 1180, "height": 720}
PANEL_WIDTH = 390

SHARP = {"viewport": SIZE, "device_scale_factor": 2}

pytestmark = [
    pytest.mark.parametrize("window", [SHARP], ids=["sharp"], indirect=True),
    pytest.mark.skipif(
        PICTURES not in os.environ and "NBFLOW_EXPLORE" not in os.environ, reason="NBFLOW_EXPLORE=1 runs it"
    ),
]


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """The folder for the pictures: that of the documents only if they are to be replaced."""
    return Path(os.environ.get(PICTURES, tmp_path))


def take_picture(window: Window, album: Path, name: str) -> None:
    window.page.mouse.move(SIZE["width"] / 2, 2)
    window.page.screenshot(path=album / f"{name}.png", animations="disabled", caret="hide")


def open_beside_panel(window: Window, lab: Lab, notebook: Path) -> None:
    """Show the notebook and the panel, and nothing else."""
    window.open(lab.page(notebook))
    page = window.page
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    window.open_panel()
    edge = page.locator("#jp-right-stack").bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] - 2, 300)
    page.mouse.down()
    page.mouse.move(edge["x"] + edge["width"] - PANEL_WIDTH, 300, steps=5)
    page.mouse.up()


# of the README, and of the page on the panel


@pytest.fixture
def films(lab: Lab, folder: Path, window: Window) -> Window:
    """The film picker, with its data."""
    shutil.copytree(ROOT / "notebooks/data", folder / "data")
    open_beside_panel(window, lab, Path(shutil.copy(ROOT / "notebooks/movie_recommender.ipynb", folder)))
    window.panel.wait_for_step("figure", "missing")
    return window


def test_the_panel_during_a_run(films: Window, album: Path) -> None:
    films.panel.action("run").click()
    films.panel.wait_for_step("fit", "running")
    films.panel.step("fit").click()
    films.panel.root.locator(".nbf-Task[data-status=done]").first.wait_for()
    take_picture(films, album, "panel")
    films.panel.wait_for_steps(fit="done", playlist="done", figure="done")


def test_the_outputs_of_a_run_beside_two_runs_compared(films: Window, album: Path) -> None:
    films.panel.action("run").click()
    films.panel.wait_for_steps(fit="done", playlist="done", figure="done")
    films.panel.action("parameters").click()
    films.panel.root.locator(".nbf-Form").get_by_label("genre").fill("Comedy")
    films.panel.action("run-with").click()
    films.panel.chip("genre").wait_for()
    runs = films.panel.open_view("runs")
    runs.locator(".nbf-RunRow[data-run='2'][data-status=succeeded]").wait_for()
    for number in (1, 2):
        runs.locator(f".nbf-RunRow[data-run='{number}']").locator("input[type=checkbox]").check()
    films.panel.action("compare").click()
    films.panel.root.locator(".nbf-Diff h3").wait_for()
    films.page.locator(".nbf-RunLine", has_text="run 2").last.scroll_into_view_if_needed()
    take_picture(films, album, "outputs")


def test_the_restore_dialog(films: Window, album: Path) -> None:
    films.run_all()
    films.panel.wait_for_steps(fit="done", playlist="done", figure="done")
    films.wait_for_kernel("idle")
    films.execute("movies = movies.head(3)\ndel picks, films, train, valid, grid, cfg, extra")
    films.panel.step("pick").click()
    films.panel.action("restore").click()
    films.page.locator(".nbf-RestoreDialog .nbf-DifferenceRow").first.wait_for()
    take_picture(films, album, "restore")
    films.accept("Cancel")


# of the tutorial

_, BEGINNING = PAGE.read_text().split("## The notebook")
BEFORE_THE_SECOND_RUN = BEGINNING.partition("`why` says more")[0]
DATA, PARALLEL = BEGINNING.partition("And this is the notebook")[0], BEGINNING.partition("## 6.")[2]


def choose_kernel(notebook: Path) -> Path:
    """Name a kernel, so that JupyterLab does not ask for one: `jupytext` has written none."""
    content = json.loads(notebook.read_text())
    content["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    notebook.write_text(json.dumps(content))
    return notebook


def test_the_conversion_of_a_notebook(lab: Lab, folder: Path, window: Window, album: Path) -> None:
    run_tutorial(BEGINNING.partition("jupytext --quiet")[0] + "jupytext --quiet --to ipynb tea.py\n```\n", folder)
    open_beside_panel(window, lab, choose_kernel(folder / "tea.ipynb"))
    window.panel.action("convert").click()
    window.page.locator(".nbf-PlanDialog .nbf-Box[data-step=tomorrow]").wait_for()
    take_picture(window, album, "convert")
    window.accept("Cancel")


def test_the_steps_that_a_change_makes_stale(lab: Lab, folder: Path, window: Window, album: Path) -> None:
    run_tutorial(BEFORE_THE_SECOND_RUN, folder)
    open_beside_panel(window, lab, choose_kernel(folder / "tea.ipynb"))
    window.panel.wait_for_steps(load_sales="done", clean_sales="done", compare_windows="stale", tomorrow="stale")
    window.panel.step("compare_windows").click()
    window.panel.root.get_by_text("function forecast changed").first.wait_for()
    take_picture(window, album, "tutorial-stale")


def test_the_tasks_of_a_foreach_side_by_side(lab: Lab, folder: Path, window: Window, album: Path) -> None:
    run_tutorial(DATA + PARALLEL.partition("```sh")[0], folder)
    convert = [sys.executable, "-m", "jupytext", "--quiet", "--to", "ipynb", "tea_parallel.py"]
    subprocess.run(convert, cwd=folder, check=True)
    open_beside_panel(window, lab, choose_kernel(folder / "tea_parallel.ipynb"))
    window.panel.action("run").click()
    window.panel.wait_for_steps(compare="done", choose="done", tomorrow="done")
    timeline = window.panel.open_view("timeline")
    timeline.locator(".nbf-TimelineRow[data-step=compare] .nbf-Twisty").click()
    timeline.locator(".nbf-TimelineRow[data-step=compare][data-task]").nth(4).wait_for()
    take_picture(window, album, "tutorial-timeline")
