"""The notebook as a script, from the panel's side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import NOTEBOOK, Window


def test_export_asks_where_to_writes_the_script_and_shows_it(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(LINEAR)
    window.open_panel().wait_for_step("report", "missing")
    window.command("nbflow:export")
    field = window.page.locator(".jp-Dialog input[type=text]")
    field.wait_for()
    assert field.input_value() == "demo.py"
    window.page.locator(".jp-Dialog select").select_option("metaflow")
    window.screenshot("export_dialog")
    window.accept("Export")
    window.wait(f"{NOTEBOOK}?.context?.path?.endsWith('demo.py')")
    assert "from metaflow import" in (folder / "demo.py").read_text()


def test_a_file_that_is_there_is_written_over_only_when_the_user_says_so(notebook: OpenNotebook, folder: Path) -> None:
    (folder / "demo.py").write_text("mine = 1\n")
    window = notebook(LINEAR)
    window.open_panel().wait_for_step("report", "missing")
    window.command("nbflow:export")
    window.accept("Export")
    window.accept("Cancel")
    assert (folder / "demo.py").read_text() == "mine = 1\n"
    window.command("nbflow:export")
    window.accept("Export")
    window.accept("Overwrite")
    window.wait(f"{NOTEBOOK}?.context?.path?.endsWith('demo.py')")
    assert "FlowSpec" in (folder / "demo.py").read_text()


def by_toolbar(window: Window) -> None:
    toolbar = window.page.locator(".jp-NotebookPanel-toolbar")
    toolbar.get_by_role("button", name="Export this notebook as a script").click()


def by_panel(window: Window) -> None:
    window.panel.root.get_by_role("button", name="What to run").click()
    window.page.get_by_role("menuitem", name="Export as a script…").click()


def by_palette(window: Window) -> None:
    window.command("apputils:activate-command-palette")
    window.page.locator("#modal-command-palette input").fill("export flow")
    window.page.locator(".lm-CommandPalette-item[data-command='nbflow:export']").click()


@pytest.mark.parametrize("ask", [by_toolbar, by_panel, by_palette])
def test_export_is_asked_for_in_toolbar_panel_and_palette(
    notebook: OpenNotebook, folder: Path, ask: Callable[[Window], None]
) -> None:
    window = notebook(LINEAR)
    window.open_panel().wait_for_step("report", "missing")
    ask(window)
    window.page.locator(".jp-Dialog input[type=text]").wait_for()
    window.accept("Export")
    window.wait(f"{NOTEBOOK}?.context?.path?.endsWith('demo.py')")
    assert "from nbflow import FlowSpec" in (folder / "demo.py").read_text()
