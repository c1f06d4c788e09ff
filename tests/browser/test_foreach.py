"""A foreach is one row, however many tasks it has; its tasks are a list of which only what is seen is in the page."""

from __future__ import annotations

from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook
from tests.browser.panel import Panel

THOUSAND = [
    LOAD,
    "%%step load\nnumbers = list(range(1000))",
    "%%step half --foreach number in numbers --allow-failures 3\n"
    "if number in (7, 77, 777):\n    raise ValueError(f'no half of {number}')\nhalf = number / 2",
    "%%step total --join half\ntotal = sum(inputs.half)",
]


def shown_tasks(panel: Panel) -> int:
    return panel.root.locator(".nbf-Task").count()


def test_a_thousand_tasks_are_one_row_and_a_list_that_scrolls(notebook: OpenNotebook) -> None:
    window = notebook(THOUSAND)
    panel = window.open_panel()
    panel.wait_for_step("half", "missing")
    panel.action("run").click()
    panel.wait_for_step("total", "done")
    assert panel.step("half").locator(".nbf-Count, .nbf-FailedTasks").all_inner_texts() == ["997/1,000", "3 failed"]
    window.page.locator(".nbf-Badge", has_text="3 ✗").wait_for()
    window.page.locator(".nbf-Status", has_text="Flow 3/3, 3 tasks failed").wait_for()
    window.page.locator(".nbf-RunLine", has_text="run 1 · 1,000 tasks, 3 failed · ").wait_for()
    panel.step("half").click()
    panel.root.locator(".nbf-TasksTotal", has_text="3 failed").wait_for()
    tasks = panel.root.locator(".nbf-TaskList")
    assert 0 < shown_tasks(panel) < 60
    first = panel.root.locator(".nbf-Task[data-index='0']")
    assert first.get_attribute("data-status") == "done"
    window.screenshot("thousand_tasks")
    tasks.evaluate("list => list.scrollTo(0, list.scrollHeight)")
    panel.root.locator(".nbf-Task[data-index='999']").wait_for()
    assert 0 < shown_tasks(panel) < 60


def test_only_the_failed_tasks(notebook: OpenNotebook) -> None:
    window = notebook(THOUSAND)
    panel = window.open_panel()
    panel.wait_for_step("half", "missing")
    panel.action("run").click()
    panel.wait_for_step("total", "done")
    panel.step("half").click()
    panel.root.get_by_label("failed only").check()
    items = panel.root.locator(".nbf-Task .nbf-mod-item")
    items.nth(2).wait_for()
    assert items.all_inner_texts() == ["7", "77", "777"]
    panel.root.locator(".nbf-Task[data-status=failed]").first.click()
    panel.root.locator(".nbf-Failure", has_text="no half of").wait_for()
