"""Two pages edit one notebook together: both show the same outputs, chips, flow and history.

By hand: `pip install jupyter-collaboration`, then `pytest tests/browser/test_together.py`, in about a minute. They are
not part of the ordinary run: each loads two pages of a JupyterLab of their own, and what they need adds extensions to
every Jupyter server of the other tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.browser.cells import LINEAR, LOAD, write_notebook
from tests.browser.conftest import Pages
from tests.browser.lab import Lab
from tests.browser.test_cell_outputs import cell, kinds, line, stored
from tests.browser.test_convert import FLOW, MESSY, wait_for_sources
from tests.browser.test_parameters import CELLS as WITH_PARAMETERS
from tests.browser.window import CELLS, NOTEBOOK, Window

pytest.importorskip("jupyter_collaboration")
STEPS = [
    LOAD,
    "import matplotlib.pyplot as plt",
    "%%step one\nprint('loud')\nx = 1\nx",
    "%%step fit --foreach i in [1, 2, 3]\nplt.plot([i, 1])\nplt.show()\nprint('fit', i)\nm = i * x",
]
UNTIL_SAVED = """async path => {
    for (;;) {
        const { content } = await window.jupyterapp.serviceManager.contents.get(path);
        const [one, fit] = content.cells.slice(2).map(cell => cell.outputs);
        if (JSON.stringify(one).includes('edited') && fit.length === 9) return;
        await new Promise(done => setTimeout(done, 200));
    }
}"""
"""Waits for the server to save the outputs, as it does by itself. To a request of a page to save, it may never answer:
it forgets one that another edit follows at once.
"""
Two = tuple[Window, Window]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("together"), together=True)
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def two(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Two]:
    windows = pages.new(), pages.new()
    for window in windows:
        patience = window.page.get_by_role("button", name="Continue waiting")  # asked for on a busy machine
        window.page.add_locator_handler(patience, lambda button: button.click())
    yield windows
    for window, name in zip(windows, ("here", "there"), strict=True):
        window.screenshot(f"{request.node.name}_{name}")
        window.page.context.close()
    assert [[one for one in window.complaints if not is_of_renaming(one)] for window in windows] == [[], []]


def is_of_renaming(complaint: str) -> bool:
    """Whether JupyterLab 4 complains by itself: a page still looks at the old name when another renames the file."""
    return ("404" in complaint and "demo.ipynb?content=0" in complaint) or complaint.startswith("Invalid response: 404")


def open_both(lab: Lab, folder: Path, two: Two, cells: list[str], kind: str = "lab/tree") -> Path:
    path = folder / "demo.ipynb"
    write_notebook(path, cells)
    for window in two:
        window.open(lab.page(path, kind))
        window.wait(f"{NOTEBOOK}.context.model.collaborative")
        if kind == "lab/tree":
            window.open_panel()
    return path


def test_outputs_of_a_run_stand_once_in_both_pages(lab: Lab, folder: Path, two: Two) -> None:
    path = open_both(lab, folder, two, STEPS)
    here, there = two
    here.panel.action("run").click()
    for window in two:
        line(window, "fit").get_by_text("run 1 · 3 tasks").wait_for()
        cell(window, "fit").locator(".nbf-Thumb").nth(2).wait_for()
        window.panel.wait_for_steps(one="done", fit="done")
    there.edit_cell(2, STEPS[2].replace("loud", "edited"))
    there.panel.wait_for_steps(one="stale")
    there.panel.action("run").click()
    for window in two:
        line(window, "one").get_by_text("run 2 · worker").wait_for()
        window.wait_for_output(2, "edited")
        window.wait_for_output(2, "execute_result")  # the outputs of a cell come one after another
        window.wait(f"{CELLS}[3].model.outputs.length === 9")
    assert json.loads(here.outputs(2)) == json.loads(there.outputs(2))
    assert json.loads(here.outputs(3)) == json.loads(there.outputs(3))
    here.page.evaluate(UNTIL_SAVED, path.relative_to(lab.root).as_posix())
    of_steps = stored(here)
    assert kinds(of_steps["one"]["outputs"]) == ["stream", "execute_result"]
    assert kinds(of_steps["fit"]["outputs"]) == ["display_data", "display_data", "stream"] * 3
    written = nbformat.read(path, as_version=4).cells[2:]
    assert [one.outputs for one in written] == [of_steps["one"]["outputs"], of_steps["fit"]["outputs"]]


def test_a_chosen_parameter_is_a_chip_in_both_pages(lab: Lab, folder: Path, two: Two) -> None:
    open_both(lab, folder, two, WITH_PARAMETERS)
    here, there = two
    here.panel.wait_for_step("pick", "missing")
    here.panel.action("parameters").click()
    here.panel.root.locator(".nbf-Form").get_by_label("genre").fill("Drama")
    here.panel.action("run-with").click()
    for window in two:
        window.panel.wait_for_step("pick", "done")
        window.panel.chip("genre").wait_for()
        assert window.panel.chips() == ["genre Drama"]
    there.panel.action("unchoose").click()
    for window in two:
        window.panel.chip("genre").wait_for(state="detached")
        window.panel.wait_for_step("pick", "stale")
    here.run_cell(2)
    here.run_cell(3)
    for window in two:
        window.wait_for_output(3, "picked is ComedyComedyComedy")


def test_a_conversion_in_one_page_is_a_flow_in_the_other(lab: Lab, folder: Path, two: Two) -> None:
    open_both(lab, folder, two, MESSY)
    here, there = two
    here.panel.action("convert").click()
    here.page.locator(".nbf-PlanRow").first.wait_for()
    here.accept("Convert")
    for window in two:
        wait_for_sources(window, FLOW)
        window.panel.wait_for_steps(xs="missing", total="missing", zs="missing")
    here.command("notebook:undo-cell-action")
    for window in two:
        wait_for_sources(window, MESSY)
    there.panel.action("convert").wait_for()


def test_a_renamed_notebook_keeps_its_runs_in_both_pages(lab: Lab, folder: Path, two: Two) -> None:
    open_both(lab, folder, two, LINEAR)
    here, there = two
    here.panel.action("run").click()
    done = {"load": "done", "clean": "done", "report": "done"}
    for window in two:
        window.panel.wait_for_steps(**done)
    here.page.evaluate(f"async () => {{ await {NOTEBOOK}.context.rename('pictures.ipynb'); }}")
    for window in two:
        window.wait(f"{NOTEBOOK}.context.path.endsWith('pictures.ipynb')")
    there.edit_cell(1, "%%step load\nrows = [5]")
    for window in two:
        window.panel.wait_for_steps(load="stale", clean="stale")
    there.panel.action("run").click()
    for window in two:
        window.panel.wait_for_steps(**done)
        runs = window.panel.open_view("runs").locator(".nbf-RunRow")
        runs.nth(1).wait_for()
        assert runs.count() == 2


def test_notebook_7_shows_the_outputs_of_a_run_of_another_page(lab: Lab, folder: Path, two: Two) -> None:
    open_both(lab, folder, two, STEPS, "notebooks")
    here, there = two
    here.command("nbflow:run")
    for window in two:
        line(window, "fit").get_by_text("run 1 · 3 tasks").wait_for()
        cell(window, "fit").locator(".nbf-Thumb").nth(2).wait_for()
    assert json.loads(here.outputs(3)) == json.loads(there.outputs(3))
