"""A run is seen while it goes on: by broadcasts while the kernel is busy, and again after the page was loaded anew."""

from __future__ import annotations

from pathlib import Path

from tests.browser.cells import SLOW, open_gate
from tests.browser.conftest import OpenNotebook
from tests.browser.panel import Panel


def wait_for_count(panel: Panel, step: str, count: str) -> None:
    panel.step(step).locator(".nbf-Count", has_text=count).wait_for()


def test_statuses_are_live_while_the_kernel_is_busy(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(SLOW)
    panel = window.open_panel()
    panel.wait_for_steps(load="missing", fit="missing", best="missing")
    window.run_all()
    panel.wait_for_steps(load="done", fit="running")
    wait_for_count(panel, "fit", "2/4")
    assert panel.step("fit").get_attribute("aria-label") == "fit, running, 2 of 4"
    assert window.kernel_status() == "busy"
    window.screenshot("live_in_a_cell")
    open_gate(folder)
    panel.wait_for_steps(fit="done", best="done")
    wait_for_count(panel, "fit", "4/4")
    window.wait_for_kernel("idle")


def test_a_page_that_is_loaded_in_the_middle_of_a_run_is_live_again(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([*SLOW[:3], "%%step fit --foreach row in rows\nwait_for(f'go{row}')\nscore = row ** 2"])
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    window.run_all()
    panel.wait_for_step("fit", "running")
    window.page.reload()
    window.wait_for_notebook()
    panel = window.open_panel()
    panel.wait_for_step("fit", "running")
    wait_for_count(panel, "fit", "0/4")
    for row in (1, 2, 3, 4):
        open_gate(folder, f"go{row}")
        wait_for_count(panel, "fit", f"{row}/4")
    panel.wait_for_step("fit", "done")


def test_a_run_beside_the_cells_is_started_and_stopped_in_the_panel(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(SLOW)
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    panel.action("run").click()
    panel.wait_for_step("fit", "running")
    wait_for_count(panel, "fit", "2/4")
    window.wait_for_kernel("idle")
    panel.action("cancel").click()
    panel.wait_for_step("fit", "cancelled")
    open_gate(folder)
    panel.action("run").click()
    panel.wait_for_steps(load="done", fit="done", best="done")


def test_the_status_bar_counts_tasks(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(SLOW)
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    panel.action("run").click()
    wait_for_count(panel, "fit", "2/4")
    window.page.locator(".nbf-Status", has_text="Flow 3/").wait_for()
    open_gate(folder)
    window.page.locator(".nbf-Status", has_text="Flow 3/3").wait_for()
