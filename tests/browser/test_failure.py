"""A step that fails says so, leads to its line, and can be looked into."""

from __future__ import annotations

from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook
from tests.browser.window import NOTEBOOK

FAILING = [
    LOAD,
    "%%step load\nrows = [4, 2, 0]",
    "%%step share --foreach row in rows\nwhole = 8\npart = whole // row",
    "%%step best --join share\nbest = max(inputs.part)",
    "print('row is', row, '.')",
]


def test_a_failed_task_shows_its_error_and_leads_to_the_line(notebook: OpenNotebook) -> None:
    window = notebook(FAILING)
    panel = window.open_panel()
    panel.wait_for_step("share", "missing")
    panel.action("run").click()
    panel.wait_for_step("share", "failed")
    panel.step("share").click()
    panel.root.locator(".nbf-Task[data-status=failed]").click()
    failure = panel.root.locator(".nbf-Failure")
    failure.get_by_text("ZeroDivisionError").first.wait_for()
    window.screenshot("failure")
    window.select_cell(0)
    failure.locator(".nbf-Frame[data-cell]").last.click()
    window.wait(f"{NOTEBOOK}.content.activeCellIndex === 2")
    window.wait(f"{NOTEBOOK}.content.activeCell.editor.getCursorPosition().line === 2")
    assert window.page.evaluate(f"() => {NOTEBOOK}.content.mode") == "edit"


def test_the_inputs_of_a_failed_task_come_into_the_kernel(notebook: OpenNotebook) -> None:
    window = notebook(FAILING)
    panel = window.open_panel()
    panel.wait_for_step("share", "missing")
    panel.action("run").click()
    panel.wait_for_step("share", "failed")
    panel.step("share").click()
    panel.root.locator(".nbf-Task[data-status=failed]").first.click()
    panel.action("debug").click()
    window.wait_for_toast("share[2]")
    window.run_cell(4)
    window.wait_for_output(4, "row is 0")


def test_what_failed_is_mended_and_resumed(notebook: OpenNotebook) -> None:
    window = notebook(FAILING)
    panel = window.open_panel()
    panel.wait_for_step("share", "missing")
    panel.action("run").click()
    panel.wait_for_step("share", "failed")
    window.edit_cell(2, "%%step share --foreach row in rows\nwhole = 8\npart = whole // (row or 1)")
    panel.step("share").locator(".nbf-mod-outdated").wait_for()
    assert "its code changed" in (panel.step("share").get_attribute("title") or "")
    panel.action("run").click()
    panel.wait_for_steps(load="done", share="done", best="done")
