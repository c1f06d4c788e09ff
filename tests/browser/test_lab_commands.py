"""What the extension adds around the panel: commands, toolbar, badges, status bar, menus."""

from __future__ import annotations

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import NOTEBOOK, Window

COMMANDS = "window.jupyterapp.commands"
ORDINARY = ["import math", "rows = [1, 2]\ntotal = sum(rows)", "print(total)"]


def is_enabled(window: Window, command: str) -> bool:
    return bool(window.page.evaluate(f"name => {COMMANDS}.isEnabled(name)", command))


def own_commands(window: Window) -> list[str]:
    return list(window.page.evaluate(f"() => {COMMANDS}.listCommands().filter(name => name.startsWith('nbflow:'))"))


def source(window: Window, index: int) -> str:
    return str(window.page.evaluate(f"i => {NOTEBOOK}.content.widgets[i].model.sharedModel.source", index))


def wait_for_badge(window: Window, step: str, status: str) -> None:
    window.page.locator(f".nbf-Badge[data-status={status}][aria-label^='{step},']").wait_for()


def test_every_command_says_what_it_does_and_what_it_takes(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    commands = own_commands(window)
    assert len(commands) == 23
    for name in commands:
        told = window.page.evaluate(f"name => [{COMMANDS}.label(name), {COMMANDS}.caption(name)]", name)
        assert all(told), name
        takes = window.page.evaluate(f"name => {COMMANDS}.describedBy(name)", name)
        assert takes["args"]["type"] == "object", name


def test_the_palette_has_a_category_flow(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    wait_for_badge(window, "load", "missing")
    window.command("apputils:activate-command-palette")
    palette = window.page.locator("#modal-command-palette")
    palette.locator(".lm-CommandPalette-header", has_text="Flow").wait_for(state="attached")
    palette.locator("input").fill("run flow")
    entry = palette.locator(".lm-CommandPalette-item[data-command='nbflow:run']")
    entry.wait_for()
    assert entry.locator(".lm-CommandPalette-itemShortcut").inner_text() == "Ctrl+Alt+R"
    window.page.keyboard.press("Escape")


def test_keys_and_the_view_menu_show_the_panel(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.page.locator("#nbflow-panel")
    assert not panel.is_visible()
    window.page.keyboard.press("Control+Alt+f")
    panel.wait_for(state="visible")
    window.page.get_by_role("menuitem", name="View", exact=True).click()
    window.page.locator(".lm-Menu-item[data-command='nbflow:show-panel']").wait_for()
    window.page.keyboard.press("Escape")


def test_a_notebook_without_steps_is_left_alone(notebook: OpenNotebook) -> None:
    window = notebook(ORDINARY)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "/nbflow/" in request.url else None)
    window.edit_cell(2, "print(total + 1)")
    window.run_all()
    window.wait_for_output(2, "4")
    assert asked == []
    assert window.page.locator(".nbf-ToolbarButton:visible").count() == 0
    assert window.page.locator(".nbf-Badge").count() == 0
    assert not window.page.locator(".nbf-Status").is_visible()
    assert not is_enabled(window, "nbflow:resume")
    assert is_enabled(window, "nbflow:make-step")


def test_the_toolbar_has_buttons_once_there_is_a_step(notebook: OpenNotebook) -> None:
    window = notebook(ORDINARY)
    window.edit_cell(1, "%%step add\n" + ORDINARY[1])
    run = window.page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Run flow")
    run.wait_for(state="visible")
    window.page.locator(".nbf-Status:visible", has_text="Flow 0/1").wait_for()
    window.edit_cell(1, ORDINARY[1])
    run.wait_for(state="hidden")
    window.page.locator(".nbf-Status").wait_for(state="hidden")


def test_the_status_bar_opens_the_panel(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    window.page.locator(".nbf-Status button").click()
    window.page.locator("#nbflow-panel").wait_for(state="visible")


def test_badges_follow_what_the_cells_did(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    wait_for_badge(window, "load", "missing")
    window.run_all()
    window.wait_for_output(3, "the largest is 3")
    for step in ("load", "clean", "report"):
        wait_for_badge(window, step, "done")
    window.wait("document.querySelector('.nbf-Status').textContent.trim() === 'Flow 3/3'")
    window.edit_cell(1, "%%step load\nrows = [7, 1]")
    wait_for_badge(window, "load", "stale")
    wait_for_badge(window, "report", "stale")


def test_a_badge_moves_with_its_cell_and_goes_with_it(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    wait_for_badge(window, "clean", "missing")
    window.select_cell(2)
    window.command("notebook:move-cell-down")
    badge = window.page.locator(".jp-Cell:nth-child(4) .nbf-Badge[aria-label^='clean,']")
    badge.wait_for()
    window.command("notebook:delete-cell")
    window.wait("document.querySelectorAll('.nbf-Badge').length === 2")


def test_make_this_cell_a_step_asks_for_a_name_made_of_what_it_writes(notebook: OpenNotebook) -> None:
    window = notebook([*LINEAR, "doubled = [2 * row for row in rows]"])
    wait_for_badge(window, "load", "missing")
    window.select_cell(4)
    window.command("nbflow:make-step")
    field = window.page.locator(".jp-Dialog input")
    field.wait_for()
    window.screenshot("make_step_dialog")
    assert field.input_value() == "doubled"
    field.fill("double")
    field.press("Enter")
    window.wait(f"{NOTEBOOK}.content.widgets[4].model.sharedModel.source.startsWith('%%step double\\n')")
    wait_for_badge(window, "double", "missing")


def test_a_name_that_a_step_has_is_not_taken_twice(notebook: OpenNotebook) -> None:
    window = notebook([*LINEAR, "doubled = [2 * row for row in rows]"])
    wait_for_badge(window, "load", "missing")
    window.select_cell(4)
    window.command("nbflow:make-step")
    window.page.locator(".jp-Dialog input").fill("clean")
    window.page.keyboard.press("Enter")
    window.page.get_by_text('There is a step "clean" already').first.wait_for()
    window.page.locator(".jp-Dialog input").press("Escape")
    assert source(window, 4) == "doubled = [2 * row for row in rows]"


def test_the_notebook_keeps_its_form_of_headers(notebook: OpenNotebook) -> None:
    cells = [cell.replace("%%step", "#| step:") for cell in LINEAR]
    window = notebook([*cells, "doubled = [2 * row for row in rows]"])
    wait_for_badge(window, "load", "missing")
    window.select_cell(4)
    window.command("nbflow:make-step")
    window.page.locator(".jp-Dialog input").press("Enter")
    window.wait(f"{NOTEBOOK}.content.widgets[4].model.sharedModel.source.startsWith('#| step: doubled\\n')")


def test_the_menu_of_a_cell_offers_what_fits_it(notebook: OpenNotebook) -> None:
    window = notebook([*LINEAR, "doubled = [2 * row for row in rows]"])
    wait_for_badge(window, "load", "missing")
    window.page.locator(".jp-CodeCell .cm-content").nth(4).click(button="right")
    window.page.locator(".lm-Menu-item[data-command='nbflow:make-step']").wait_for()
    window.page.keyboard.press("Escape")
    window.page.locator(".jp-CodeCell .cm-content").nth(2).click(button="right")
    window.page.locator(".lm-Menu-item", has_text="Flow").first.hover()
    window.page.locator(".lm-Menu-item[data-command='nbflow:run-to']").wait_for()
    window.screenshot("cell_menu")
    assert window.page.locator(".lm-Menu-item[data-command='nbflow:make-step']").count() == 0
    window.page.keyboard.press("Escape")
    window.page.keyboard.press("Escape")
