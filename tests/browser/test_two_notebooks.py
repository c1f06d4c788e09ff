"""Two notebooks side by side: the panel is about the one that is looked at, and neither disturbs the other."""

from __future__ import annotations

from pathlib import Path

from tests.browser.cells import LINEAR, SLOW, open_gate, write_notebook
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab


def test_the_panel_goes_along_with_the_notebook(notebook: OpenNotebook, folder: Path, lab: Lab) -> None:
    write_notebook(folder / "other.ipynb", LINEAR)
    window = notebook(SLOW)
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    panel.action("run").click()
    panel.wait_for_step("fit", "running")
    window.open_beside(lab, folder / "other.ipynb")
    panel.wait_for_steps(load="missing", clean="missing", report="missing")
    window.run_all()
    panel.wait_for_steps(load="done", clean="done", report="done")
    window.screenshot("two_notebooks")
    window.look_at("demo.ipynb")
    panel.wait_for_step("fit", "running")
    open_gate(folder)
    panel.wait_for_steps(load="done", fit="done", best="done")
    window.look_at("other.ipynb")
    panel.wait_for_steps(load="done", clean="done", report="done")
