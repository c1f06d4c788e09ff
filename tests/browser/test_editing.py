"""Steps and cells belong together: an edit makes steps stale, a click leads from one to the other."""

from __future__ import annotations

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import CELLS, NOTEBOOK, Window


def run(notebook: OpenNotebook) -> Window:
    window = notebook(LINEAR)
    window.open_panel().wait_for_step("report", "missing")
    window.run_all()
    window.wait_for_output(3, "the largest is 3")
    window.panel.wait_for_steps(load="done", clean="done", report="done")
    return window


def test_an_edit_makes_a_step_stale_and_what_reads_it(notebook: OpenNotebook) -> None:
    window = run(notebook)
    window.edit_cell(2, "%%step clean\nrows = sorted(rows, reverse=True)")
    window.panel.wait_for_steps(load="done", clean="stale", report="stale")
    assert "code" in str(window.panel.step("clean").get_attribute("title"))
    window.screenshot("stale")
    window.edit_cell(2, "%%step clean\n# only a comment\nrows = sorted(rows)")
    window.panel.wait_for_steps(load="done", clean="done", report="done")


def test_a_step_leads_to_its_cell_and_a_cell_to_its_step(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    panel.step("report").click()
    window.wait(f"{NOTEBOOK}.content.activeCellIndex === 3")
    window.select_cell(1)
    panel.root.locator(".nbf-Step[data-step=load][aria-current=true]").wait_for()


def test_run_to_here_and_from_here(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("report", "missing")
    panel.step("clean").click()
    panel.action("run-to").click()
    panel.wait_for_steps(load="done", clean="done", report="missing")
    panel.action("run-from").click()
    panel.wait_for_steps(load="done", report="done")


def test_a_deleted_step_is_no_part_of_the_flow_when_the_next_cell_runs(notebook: OpenNotebook) -> None:
    window = run(notebook)
    window.select_cell(2)
    window.command("notebook:delete-cell")
    window.run_cell(2)
    window.wait_for_output(2, "the largest is 2")


def test_a_cell_is_coloured_in_the_language_of_its_header(notebook: OpenNotebook) -> None:
    window = notebook(["import math", "%%step top --lang sql\nSELECT 1 AS one", "%%step plain\nx = 1"])
    mime = f"() => {CELLS}.map(cell => cell.model.mimeType)"
    window.wait(f"{CELLS}[1].model.mimeType === 'text/x-sql'")
    window.edit_cell(1, "%%step top --lang bash --out a\na=1")
    window.wait(f"{CELLS}[1].model.mimeType === 'text/x-sh'")
    window.edit_cell(1, "%%step top\na = 1")
    window.wait(f"{CELLS}[1].model.mimeType === {CELLS}[2].model.mimeType")
    assert "python" in window.page.evaluate(mime)[2]
