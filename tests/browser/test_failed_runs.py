"""A run that fails says so once, wherever it was begun, and leads to what failed."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.cells import LOAD, RUN
from tests.browser.conftest import OpenNotebook
from tests.browser.window import CELLS, KERNEL, Window
from tests.exploring import some

FAILING = [
    LOAD,
    "%%step load\nrows = list(range(6))",
    "%%step fit --foreach row in rows\nscore = 6 / (row % 3)",
    RUN,
]


def begin(window: Window, where: str) -> None:
    match where:
        case "panel":
            window.panel.action("run").click()
        case "toolbar":
            window.page.locator(".nbf-ToolbarButton", has_text="Run flow").click()
        case _:
            window.run_cell(3)


@pytest.mark.parametrize("where", some(["panel", "toolbar", "cell"]))
def test_a_failed_run_says_so_once_and_leads_to_the_failed_item(notebook: OpenNotebook, where: str) -> None:
    window = notebook(FAILING)
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    begin(window, where)
    toast = window.wait_for_toast("Flow failed at fit (2 of 6)")
    panel.wait_for_step("fit", "failed")
    window.wait(f"{KERNEL}?.status === 'idle'")
    assert window.page.locator(".Toastify__toast", has_text="Flow failed").count() == 1
    panel.open_view("runs")
    toast.get_by_role("button", name="Show").click()
    panel.root.locator(".nbf-Detail .nbf-Failure", has_text="ZeroDivisionError").first.wait_for()
    panel.view("steps").wait_for()
    assert panel.root.locator(".nbf-DetailTitle").inner_text().startswith("fit[0]")


def test_a_notification_of_a_failure_ends_when_one_looks_at_the_step(notebook: OpenNotebook) -> None:
    window = notebook(FAILING[:3])
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    panel.action("run").click()
    window.wait_for_toast("Flow failed at fit")
    failures = window.page.locator(".Toastify__toast--error")
    panel.step("load").click()
    panel.root.locator(".nbf-DetailTitle", has_text="load").wait_for()
    expect(failures).to_have_count(1)
    panel.step("fit").click()
    expect(failures).to_have_count(0)


def test_a_notification_of_a_failure_ends_with_the_next_action(notebook: OpenNotebook) -> None:
    window = notebook([FAILING[0], "%%step load\nrows = missing_name"])
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    failures = window.page.locator(".Toastify__toast--error")
    panel.action("run").click()
    window.wait_for_toast("missing_name")
    failures.evaluate("toast => { toast.dataset.seen = 'yes'; }")
    panel.action("run").click()
    window.page.locator(".Toastify__toast--error:not([data-seen])").wait_for()
    expect(failures).to_have_count(1)
    window.edit_cell(1, "%%step load\nrows = 1 / 0")
    panel.root.locator(".nbf-Problems").wait_for(state="hidden")
    panel.action("run").click()
    window.wait_for_toast("Flow failed at load")
    expect(failures).to_have_count(1)
    window.edit_cell(1, "%%step load\nrows = 1")
    panel.action("run").click()
    panel.wait_for_step("load", "done")
    expect(failures).to_have_count(0)


def test_debug_is_offered_only_where_something_failed(notebook: OpenNotebook) -> None:
    window = notebook(FAILING)
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    enabled = "arguments => window.jupyterapp.commands.isEnabled('nbflow:debug', arguments)"
    assert not window.page.evaluate(enabled, {})
    window.run_cell(1)
    panel.wait_for_step("load", "done")
    assert not window.page.evaluate(enabled, {})
    panel.action("run").click()
    panel.wait_for_step("fit", "failed")
    assert window.page.evaluate(enabled, {})


def test_all_is_computed_again_on_request(notebook: OpenNotebook) -> None:
    window = notebook([LOAD, "%%step draw\nimport uuid\nname = uuid.uuid4().hex\nprint('name', name)"])
    panel = window.open_panel()
    panel.wait_for_step("draw", "missing")
    panel.action("run").click()
    window.wait_for_output(1, "name")
    panel.wait_for_step("draw", "done")
    window.wait("window.jupyterapp.commands.isEnabled('nbflow:run-fresh')")
    before = window.outputs(1)
    window.command("nbflow:run-fresh")
    window.wait(f"JSON.stringify({CELLS}[1].model.toJSON().outputs) !== {json.dumps(before)}")
    panel.wait_for_step("draw", "done")
    panel.root.get_by_role("button", name="What to run").click()
    window.page.locator("[data-action=run-fresh]").wait_for()
    window.page.keyboard.press("Escape")
