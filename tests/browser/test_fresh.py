"""Before anything has run: the graph follows the cells as they are on the screen."""

from __future__ import annotations

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook


def test_a_fresh_notebook_shows_its_graph_before_any_run(notebook: OpenNotebook) -> None:
    panel = notebook(LINEAR).open_panel()
    panel.wait_for_steps(load="missing", clean="missing", report="missing")
    panel.open_view("graph")
    for step in ("load", "clean", "report"):
        panel.box(step).wait_for()
    assert panel.root.locator(".nbf-Edge").count() == 2


def test_the_graph_follows_cells_that_are_not_saved(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    window.edit_cell(3, "%%step summary\nsmallest = rows[0]")
    panel.wait_for_step("summary", "missing")
    assert list(panel.statuses()) == ["load", "clean", "summary"]


def test_what_is_wrong_is_said_with_its_cell(notebook: OpenNotebook) -> None:
    window = notebook([*LINEAR[:3], "%%step report --after cleam\nlargest = rows[-1]"])
    panel = window.open_panel()
    problem = panel.root.locator(".nbf-Problem").first
    problem.wait_for()
    assert "cleam" in problem.inner_text()
    problem.click()
    window.wait("window.jupyterapp.shell.currentWidget.content.activeCellIndex === 3")
