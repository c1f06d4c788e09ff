"""The history: earlier runs are looked at, compared, and drawn over time."""

from __future__ import annotations

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import Window


def two_runs(notebook: OpenNotebook) -> Window:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    panel.action("run").click()
    panel.wait_for_steps(load="done", clean="done", report="done")
    window.edit_cell(3, "%%step report\nsmallest = rows[0]")
    panel.wait_for_step("report", "stale")
    panel.action("run").click()
    panel.wait_for_steps(load="done", clean="done", report="done")
    return window


def test_two_runs_are_compared(notebook: OpenNotebook) -> None:
    window = two_runs(notebook)
    runs = window.panel.open_view("runs")
    runs.locator(".nbf-RunRow").nth(1).wait_for()
    for tick in runs.locator(".nbf-RunTick").all():
        tick.click()
    window.panel.action("compare").click()
    diff = window.panel.root.locator(".nbf-Diff")
    diff.locator(".nbf-DiffLine[data-kind=added]", has_text="smallest = rows[0]").wait_for()
    diff.get_by_role("rowheader", name="report.largest").or_(diff.get_by_text("largest").first).first.wait_for()
    window.screenshot("diff")


def test_an_earlier_run_is_looked_at_and_left_again(notebook: OpenNotebook) -> None:
    window = two_runs(notebook)
    runs = window.panel.open_view("runs")
    runs.locator(".nbf-RunRow[data-run='1']").click()
    window.panel.root.locator(".nbf-ShownRun", has_text="Run 1").wait_for()
    window.panel.open_view("steps")
    window.panel.wait_for_steps(load="done", clean="done", report="done")
    window.panel.open_view("runs").locator(".nbf-RunRow[data-run='2']").click()
    window.panel.open_view("steps")
    window.panel.wait_for_steps(load="reused", clean="reused", report="done")
    window.panel.action("back").click()
    window.panel.wait_for_steps(load="done", clean="done", report="done")


def test_the_timeline_has_a_row_for_each_step(notebook: OpenNotebook) -> None:
    window = two_runs(notebook)
    timeline = window.panel.open_view("timeline")
    timeline.get_by_role("treeitem").nth(0).wait_for()
    assert timeline.get_by_role("treeitem").count() >= 1
    window.screenshot("timeline")


def test_a_view_opens_as_a_tab_of_the_main_area(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    panel.open_view("graph")
    panel.action("tab").click()
    window.page.locator("#jp-main-dock-panel .nbf-Box[data-step=report]").wait_for()
    window.screenshot("graph_in_a_tab")
