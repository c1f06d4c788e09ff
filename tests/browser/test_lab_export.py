"""The notebook as a script, from the panel's side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import NOTEBOOK

pytest.importorskip("nbflow.export.script", reason="this nbflow has no verb export")


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


def test_a_file_that_is_there_is_written_over_only_when_the_user_says_so(
    notebook: OpenNotebook, folder: Path
) -> None:
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
