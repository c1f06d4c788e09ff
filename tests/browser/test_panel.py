"""The panel is there, and JupyterLab has nothing to complain of."""

from __future__ import annotations

from tests.browser.conftest import OpenNotebook


def test_the_panel_opens_in_the_right_sidebar(notebook: OpenNotebook) -> None:
    window = notebook(["%load_ext nbflow", "%%step load\nrows = [1, 2, 3]"])
    window.open_panel()
    assert window.page.locator("#jp-right-stack #nbflow-panel").is_visible()
    assert window.page.locator(".jp-SideBar.jp-mod-right [data-id=nbflow-panel] svg").is_visible()


def test_notebook_7_has_it_too(notebook: OpenNotebook) -> None:
    window = notebook(["%load_ext nbflow", "%%step load\nrows = [1, 2, 3]"], kind="notebooks")
    window.open_panel()
    assert window.page.locator("#nbflow-panel").is_visible()
