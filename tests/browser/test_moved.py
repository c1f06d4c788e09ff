"""The runs follow a notebook that is renamed, and a copy asks whose runs it shows."""

from __future__ import annotations

import json
from pathlib import Path

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.window import NOTEBOOK, Window

DONE = {"load": "done", "clean": "done", "report": "done"}
MISSING = dict.fromkeys(DONE, "missing")


def save(window: Window) -> None:
    window.page.evaluate(f"async () => {{ await {NOTEBOOK}.context.save(); }}")


def test_a_renamed_and_moved_notebook_keeps_its_panel_and_its_runs(
    notebook: OpenNotebook, lab: Lab, folder: Path
) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    window.run_all()
    panel.wait_for_steps(**DONE)
    window.page.evaluate(f"async () => {{ await {NOTEBOOK}.context.rename('pictures.ipynb'); }}")
    panel.wait_for_steps(**DONE)
    (folder / "below").mkdir()
    old, new = ((folder / one).relative_to(lab.root).as_posix() for one in ("pictures.ipynb", "below/moved.ipynb"))
    window.page.evaluate(
        "async paths => { await window.jupyterapp.serviceManager.contents.rename(...paths); }", [old, new]
    )
    window.wait(f"{NOTEBOOK}.context.path === {json.dumps(new)}")
    panel.wait_for_steps(**DONE)
    window.edit_cell(1, "%%step load\nrows = [5]")
    panel.wait_for_steps(load="stale", clean="stale")
    panel.action("run").click()
    panel.wait_for_steps(**DONE)
    runs = panel.open_view("runs").locator(".nbf-RunRow")
    runs.nth(1).wait_for()
    assert runs.count() == 2
    window.complaints[:] = [one for one in window.complaints if not is_on_its_way(one)]


def is_on_its_way(complaint: str) -> bool:
    """Whether the page asked the server by the old name while that renamed the file."""
    return "404" in complaint and "demo.ipynb" in complaint


def test_a_notebook_that_was_closed_without_saving_goes_on_with_its_runs(
    notebook: OpenNotebook, lab: Lab, folder: Path
) -> None:
    window = notebook(LINEAR)
    window.open_panel().wait_for_steps(**MISSING)
    window.panel.action("run").click()
    window.panel.wait_for_steps(**DONE)
    window.page.evaluate(f"() => {NOTEBOOK}.dispose()")
    lab.end_kernels()
    assert "id" not in json.loads((folder / "demo.ipynb").read_text())["metadata"].get("nbflow", {})
    window.open_here(lab, folder / "demo.ipynb")
    window.open_panel().wait_for_steps(**DONE)
    window.panel.action("run").click()
    runs = window.panel.open_view("runs").locator(".nbf-RunRow")
    runs.nth(1).wait_for()
    assert runs.count() == 2


def test_a_copy_keeps_the_runs_or_starts_empty(notebook: OpenNotebook, lab: Lab, folder: Path) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    window.run_all()
    panel.wait_for_steps(**DONE)
    save(window)
    content = json.loads((folder / "demo.ipynb").read_text())
    assert content["metadata"]["nbflow"]["id"]
    copies = [folder / "keeps.ipynb", folder / "empty.ipynb"]
    for copy in copies:
        copy.write_text(json.dumps(content))
    window.open_here(lab, copies[0])
    panel.wait_for_steps(**MISSING)
    assert panel.root.get_by_text('This notebook is a copy of "demo".').is_visible()
    window.screenshot("copy")
    panel.action("share-runs").click()
    panel.wait_for_steps(**DONE)
    assert panel.action("share-runs").count() == 0
    window.open_here(lab, copies[1])
    panel.action("start-empty").click()
    panel.action("start-empty").wait_for(state="detached")
    panel.wait_for_steps(**MISSING)
    ids = {json.loads(path.read_text())["metadata"]["nbflow"]["id"] for path in (folder / "demo.ipynb", *copies)}
    assert len(ids) == 3
    window.open_here(lab, folder / "demo.ipynb")
    panel.wait_for_steps(**DONE)
