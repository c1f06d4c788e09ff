"""The outputs of a run stand under the cells of its steps, as they arrive, and say of which run they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator

from tests.browser.cells import GATED, LOAD, open_gate
from tests.browser.conftest import OpenNotebook, Pages
from tests.browser.lab import Lab
from tests.browser.window import CELLS, Window
from tests.cli.shell import Shell

RICH = [
    LOAD,
    f"from IPython.display import HTML, display\nimport matplotlib.pyplot as plt\n{GATED}",
    "%%step load\nprint('\\x1b[31mread\\x1b[0m')\nrows = [1, 2, 3]\nHTML('<b class=mine>bold</b>')",
    "%%step draw --foreach row in rows\nplt.figure(figsize=(2, 1))\nplt.plot([row, 2])\nplt.show()\nprint('row', row)",
    "%%step wait --join draw\nprint('begun', flush=True)\nwait_for('go')\nprint('ended')\nn = len(inputs)",
    "%%step slide\nimport ipywidgets\nbox = ipywidgets.IntSlider(value=n, description='of three')\nbox",
]

READ = """async path => {
    const { serverSettings } = window.jupyterapp.serviceManager;
    const words = new URLSearchParams({ path, run: 1, steps: 'one', token: serverSettings.token });
    await (await fetch(`${serverSettings.baseUrl}nbflow/outputs?${words}`)).json();
    await new Promise(requestAnimationFrame);
}"""
"""Reads the outputs as a page would that writes them; it would have done so by the time this is answered."""


def cell(window: Window, step: str) -> Locator:
    return window.page.locator(".jp-CodeCell", has=window.page.locator(f".nbf-Badge[aria-label^='{step}, ']"))


def line(window: Window, step: str) -> Locator:
    return cell(window, step).locator(".nbf-RunLine")


def saved(window: Window) -> dict[str, Any]:
    """Save the notebook, and return its code cells by step."""
    window.page.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.save(); }")
    return stored(window)


def stored(window: Window) -> dict[str, Any]:
    """Return the code cells by step, as they are in the file."""
    path = window.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    raw = window.page.evaluate(
        "async path => (await window.jupyterapp.serviceManager.contents.get(path)).content", path
    )
    steps = [one for one in raw["cells"] if one["source"].startswith("%%step")]
    return {one["source"].split()[1]: one for one in steps}


def kinds(outputs: list[dict[str, Any]]) -> list[str]:
    return [one["output_type"] for one in outputs]


def test_outputs_arrive_under_the_cells_and_are_saved_with_the_notebook(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(RICH)
    window.open_panel().action("run").click()
    cell(window, "wait").locator(".jp-OutputArea-output", has_text="begun").wait_for()
    line(window, "wait").get_by_text("run 1 · worker · running").wait_for()
    cell(window, "load").locator(".jp-OutputArea-output b.mine").wait_for()
    assert cell(window, "load").locator(".ansi-red-fg", has_text="read").count() == 1
    open_gate(folder)
    line(window, "slide").get_by_text("run 1 · worker").wait_for()
    cell(window, "slide").locator(".jp-OutputArea-output .widget-slider", has_text="of three").wait_for()
    assert cell(window, "draw").locator(".nbf-Thumb img").count() == 3
    window.screenshot("outputs_of_a_run")
    found = saved(window)
    assert kinds(found["load"]["outputs"]) == ["stream", "execute_result"]
    assert kinds(found["draw"]["outputs"]) == ["display_data", "display_data", "stream"] * 3
    assert found["wait"]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "begun\nended\n"}]
    assert (found["wait"]["execution_count"], found["wait"]["metadata"]["nbflow"]["run"]) == (None, 1)
    assert "run 1" not in json.dumps([one["outputs"] for one in found.values()])
    window.run_cell(2)
    line(window, "load").get_by_text("run 2 · stored result").wait_for()


def test_an_item_is_picked_and_seen_alone(notebook: OpenNotebook, folder: Path) -> None:
    header, *body = RICH[3].split("\n")
    slow = "\n".join([header, "print('first', flush=True)\nwait_for('go')", *body])
    window = notebook([*RICH[:3], slow])
    window.open_panel().action("run").click()
    drawn = cell(window, "draw")
    drawn.locator(".jp-Cell-outputWrapper .jp-OutputArea-output", has_text="first").first.wait_for()
    open_gate(folder)
    drawn.locator(".nbf-Thumb").nth(2).click()
    drawn.locator(".nbf-ItemOutputs", has_text="row 3").wait_for()
    assert drawn.locator(".nbf-ItemOutputs img").count() == 1
    assert not drawn.locator(".jp-Cell-outputWrapper").is_visible()
    drawn.get_by_label("Item").select_option("one below another")
    drawn.locator(".jp-Cell-outputWrapper .jp-OutputArea-output", has_text="row 2").wait_for()
    assert drawn.locator(".nbf-Thumb").count() == 0


def test_outputs_of_another_run_are_dimmed_until_its_run_is_shown(notebook: OpenNotebook, folder: Path) -> None:
    slow = "%%step one\nif k == 1:\n    wait_for('go')\nprint('k is', k)\nx = k"
    window = notebook([LOAD, GATED, "%%parameters\nk: int = 1", slow])
    window.open_panel().action("run").click()
    line(window, "one").get_by_text("run 1 · worker · running").wait_for()
    assert Shell(folder)("run", str(folder / "demo.ipynb"), "--k", "7").code == 0
    window.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    window.panel.open_view("runs").locator(".nbf-RunRow").nth(1).wait_for()
    open_gate(folder)
    line(window, "one").get_by_text("from run 1").wait_for()
    dimmed = window.page.locator(".jp-CodeCell.nbf-mod-otherRun")
    dimmed.wait_for()
    window.screenshot("outputs_of_another_run")
    line(window, "one").get_by_role("button", name="show run 2").click()
    window.wait_for_output(3, "k is 7")
    assert window.outputs(3).count("k is") == 1
    line(window, "one").get_by_text("run 2 · worker").wait_for()
    dimmed.wait_for(state="detached")
    window.run_cell(3)
    line(window, "one").get_by_text("kernel").wait_for()


def test_only_the_page_that_has_started_a_run_writes_outputs(
    notebook: OpenNotebook, folder: Path, pages: Pages, lab: Lab
) -> None:
    window = notebook([LOAD, "%%step one\nprint('loud')\nx = 1"])
    other = pages.new()
    other.open(lab.page(folder / "demo.ipynb"))
    window.open_panel().action("run").click()
    window.wait_for_output(1, "loud")
    other.page.locator(".nbf-Badge[aria-label='one, done']").wait_for()
    other.page.evaluate(READ, (folder / "demo.ipynb").relative_to(lab.root).as_posix())
    assert other.outputs(1) == "[]"
    other.page.context.close()


def test_outputs_stand_in_notebook_7_after_a_run_in_a_cell(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([LOAD, "%%step one\nprint('loud')\nx = 1\nx", "%flow run"], kind="notebooks")
    window.run_cell(0)
    window.wait_for_run(0)
    window.run_cell(2)
    line(window, "one").get_by_text("run 1 · worker").wait_for()
    window.wait_for_output(1, "loud")
    assert window.page.evaluate(f"() => {CELLS}[1].model.trusted")
    assert kinds(json.loads(window.outputs(1))) == ["stream", "execute_result"]
    window.screenshot("outputs_in_notebook_7")
