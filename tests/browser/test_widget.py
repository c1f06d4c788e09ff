"""`%flow show` draws the same graph below a cell, live, where front ends know widgets."""

from __future__ import annotations

from pathlib import Path

from tests.browser.cells import SLOW, open_gate
from tests.browser.conftest import OpenNotebook

WIDGET = ".jp-OutputArea .nbf-Widget"


def test_the_graph_below_a_cell_is_live(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([*SLOW, "%flow show"])
    panel = window.open_panel()
    panel.wait_for_step("best", "missing")
    window.run_cell(0)
    window.run_cell(5)
    box = window.page.locator(f"{WIDGET} .nbf-Box[data-step=fit]")
    box.wait_for()
    panel.action("run").click()
    window.page.locator(f"{WIDGET} .nbf-Box[data-step=fit][data-status=running]").wait_for()
    window.screenshot("widget")
    open_gate(folder)
    window.page.locator(f"{WIDGET} .nbf-Box[data-step=best][data-status=done]").wait_for()
    panel.wait_for_step("best", "done")
