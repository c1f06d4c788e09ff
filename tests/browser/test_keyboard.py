"""Everything is reached and done by the keyboard alone."""

from __future__ import annotations

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import Window


def tab_until(window: Window, selector: str) -> None:
    """Press Tab until something that fits has the focus."""
    for _ in range(60):
        if window.page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        window.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def focused_step(window: Window) -> str:
    return str(window.page.evaluate("() => document.activeElement?.getAttribute('data-step') ?? ''"))


def test_steps_are_run_looked_at_and_restored_without_a_mouse(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    panel.root.locator("button:not([disabled])").first.focus()
    tab_until(window, "[data-action=run]")
    window.page.keyboard.press("Enter")
    panel.wait_for_steps(load="done", clean="done", report="done")
    tab_until(window, ".nbf-Step")
    assert focused_step(window) == "load"
    window.page.keyboard.press("ArrowDown")
    assert focused_step(window) == "clean"
    window.page.keyboard.press("End")
    assert focused_step(window) == "report"
    window.page.keyboard.press("Home")
    window.page.keyboard.press("Enter")
    panel.root.locator(".nbf-Detail[data-step=load]").wait_for()
    panel.root.locator(".nbf-Step[data-step=load]").focus()
    tab_until(window, "[data-action=restore]")
    window.page.keyboard.press("Enter")
    window.page.locator(".nbf-RestoreDialog").wait_for()
    tab_until(window, ".jp-Dialog-footer .jp-mod-accept")
    window.page.keyboard.press("Enter")
    window.wait_for_toast("restored")


def test_the_graph_is_walked_along_its_edges(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    panel.root.get_by_role("tab", name="Steps").focus()
    window.page.keyboard.press("ArrowRight")
    panel.box("report").wait_for()
    tab_until(window, ".nbf-Box")
    walked = [focused_step(window)]
    for _ in range(2):
        window.page.keyboard.press("ArrowDown")
        walked.append(focused_step(window))
    assert walked == ["load", "clean", "report"]
    window.page.keyboard.press("Enter")
    panel.root.locator(".nbf-Box[data-step=report][aria-pressed=true]").wait_for()
