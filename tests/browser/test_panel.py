"""The panel is there, and JupyterLab has nothing to complain of."""

from __future__ import annotations

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook


def test_the_panel_opens_in_the_right_sidebar(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    window.open_panel()
    assert window.page.locator("#jp-right-stack #nbflow-panel").is_visible()
    assert window.page.locator(".jp-SideBar.jp-mod-right [data-id=nbflow-panel] svg").is_visible()


def test_notebook_7_has_it_too(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR, kind="notebooks")
    panel = window.open_panel()
    panel.wait_for_steps(load="missing", clean="missing", report="missing")
    panel.action("run").click()
    panel.wait_for_steps(load="done", clean="done", report="done")
    panel.step("clean").click()
    panel.action("restore").click()
    window.accept("Restore")
    window.wait_for_toast("restored")
