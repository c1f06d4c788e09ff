"""What the panel has the kernel do, whatever the kernel is doing, and what it says when that cannot be done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.cells import GATED, LINEAR, LOAD, SLOW, open_gate, write_notebook
from tests.browser.conftest import OpenNotebook
from tests.browser.window import Window

QUICK = [LOAD, "%%step load\nrows = [3, 1, 2]", "%%step clean\nrows = sorted(rows)"]
HIDE = "() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"
COME_BACK = "step => { window.dispatchEvent(new Event('focus')); return document.querySelector(step) !== null; }"
"""To the page, from a shell."""
WITHOUT_NBFLOW = """\
import sys
class Nowhere:
    def find_spec(self, name, *rest):
        if name.partition('.')[0] == 'nbflow':
            raise ModuleNotFoundError("No module named 'nbflow'")
sys.meta_path.insert(0, Nowhere())
for name in [name for name in sys.modules if name.partition('.')[0] == 'nbflow']:
    del sys.modules[name]
print('it is gone')"""


def toasts(window: Window) -> list[str]:
    return [toast.inner_text() for toast in window.page.locator(".Toastify__toast").all()]


def press(window: Window, name: str) -> None:
    window.page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name=name).click()


def test_the_toolbar_runs_and_stops_a_flow_beside_the_cells(notebook: OpenNotebook) -> None:
    window = notebook([*SLOW, "print('free')"])
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    press(window, "Run flow")
    panel.wait_for_step("fit", "running")
    window.run_cell(5)
    window.wait_for_output(5, "free")
    press(window, "Stop flow")
    panel.wait_for_steps(load="done", fit="cancelled", best="missing")
    panel.open_view("runs").locator(".nbf-RunRow[data-status=cancelled]").wait_for()
    window.page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Run flow").wait_for()
    assert toasts(window) == []


def test_stop_ends_a_run_in_a_cell_with_the_cell(notebook: OpenNotebook) -> None:
    window = notebook([*SLOW, "%flow run"])
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    window.run_cell(0)
    window.wait_for_run(0)
    window.run_cell(5)
    panel.wait_for_step("fit", "running")
    assert window.kernel_status() == "busy"
    press(window, "Stop flow")
    panel.wait_for_steps(load="done", fit="cancelled", best="missing")
    window.wait_for_output(5, "KeyboardInterrupt")
    window.wait_for_kernel("idle")


def test_a_run_in_a_shell_is_followed_and_can_only_be_stopped_there(notebook: OpenNotebook, folder: Path) -> None:
    write_notebook(folder / "demo.ipynb", SLOW)
    window = notebook(SLOW)
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    shell = subprocess.Popen([sys.executable, "-m", "nbflow", "run", "demo.ipynb"], cwd=folder)
    try:
        window.page.wait_for_function(COME_BACK, arg=".nbf-Step[data-step=fit][data-status=running]", polling=500)
        panel.action("cancel").click()
        window.wait_for_toast("goes on elsewhere")
        open_gate(folder)
        panel.wait_for_steps(load="done", fit="done", best="done")
    finally:
        open_gate(folder)
        assert shell.wait(60) == 0


def test_parameters_arrive_as_they_were_typed(notebook: OpenNotebook) -> None:
    odd = 'it\'s "$x" {y} 100% \\ é?'
    window = notebook([LOAD, "x = y = 'expanded'", "%%parameters\ntitle: str = 'none'", "%%step say\nsaid = title"])
    panel = window.open_panel()
    panel.wait_for_step("say", "missing")
    window.run_cell(1)
    panel.action("parameters").click()
    panel.root.locator(".nbf-Form").get_by_label("title").fill(odd)
    panel.root.locator(".nbf-Form").get_by_label("title").press("Enter")
    panel.wait_for_step("say", "done")
    window.wait_for_kernel("idle")
    window.edit_cell(1, "print(repr(said))")
    window.run_cell(1)
    window.wait_for_output(1, "stdout")
    [output] = json.loads(window.outputs(1))
    assert "".join(output["text"]) == f"{odd!r}\n"


def test_a_request_behind_a_cell_that_fails_is_made_again(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([*QUICK, GATED, "print('begun', flush=True)\nwait_for('go')\n1 / 0"])
    panel = window.open_panel()
    panel.wait_for_step("clean", "missing")
    window.run_all()
    window.wait_for_output(4, "begun")
    window.command("nbflow:restore", {"address": "load"})
    window.accept("Restore when free")
    window.wait_for_toast("queued, the kernel is busy")
    open_gate(folder)
    window.wait_for_output(4, "ZeroDivisionError")
    window.wait_for_toast("load restored")


def test_a_kernel_without_nbflow_is_told_which_package_it_lacks(notebook: OpenNotebook) -> None:
    window = notebook([*QUICK[1:], WITHOUT_NBFLOW])
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    window.run_cell(2)
    window.wait_for_output(2, "it is gone")
    panel.action("run").click()
    toast = window.wait_for_toast("has no nbflow")
    assert "Execute %pip install jupyter-nbflow in a cell" in toast.inner_text()


def test_a_kernel_is_not_touched_before_the_user_executes_a_cell(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([*QUICK[1:], "print('ready')"])
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    is_loaded = "'nbflow.jupyter.kernel.magics' in __import__('sys').modules"
    window.execute(f"open('before', 'w').write(str({is_loaded}))")
    window.run_cell(2)
    window.wait_for_output(2, "ready")
    window.execute(f"open('after', 'w').write(str({is_loaded}))")
    assert [(folder / name).read_text() for name in ("before", "after")] == ["False", "True"]


def test_a_run_that_ends_while_the_page_is_hidden_is_told_once(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(SLOW)
    try:
        window.save_settings(toastAfter=0)
        window.page.reload()
        window.wait_for_notebook()
        window.wait_for_kernel("idle")
        panel = window.open_panel()
        panel.wait_for_step("fit", "missing")
        panel.action("run").click()
        panel.wait_for_step("fit", "running")
        window.page.evaluate(HIDE)
        open_gate(folder)
        toast = window.wait_for_toast("Run 1 of demo.ipynb has succeeded")
        panel.wait_for_step("best", "done")
        toast.get_by_role("button", name="Show").click()
        assert len(toasts(window)) <= 1
    finally:
        window.save_settings()


def test_a_short_run_and_one_that_is_looked_at_end_without_a_word(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    window.page.evaluate(HIDE)
    panel.action("run").click()
    panel.wait_for_steps(load="done", clean="done", report="done")
    window.page.locator(".nbf-Status", has_text="Flow 3/3").wait_for()
    assert toasts(window) == []


@pytest.mark.parametrize("kind", ["lab/tree", "notebooks"])
def test_restore_and_undo_by_command(notebook: OpenNotebook, kind: str) -> None:
    window = notebook([*QUICK, "print('rows', rows)"], kind=kind)
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    window.run_all()
    window.wait_for_output(3, "rows [1, 2, 3]")
    window.command("nbflow:restore", {"address": "load"})
    window.accept("Restore")
    window.wait_for_toast("load restored")
    window.run_cell(3)
    window.wait_for_output(3, "rows [3, 1, 2]")
    window.command("nbflow:undo")
    window.wait_for_toast("undone")
    window.run_cell(3)
    window.wait_for_output(3, "rows [1, 2, 3]")


def test_an_error_that_is_too_long_for_a_toast_is_a_click_away(notebook: OpenNotebook) -> None:
    window = notebook([*QUICK, "%%step late\na = 1", "%%step early\nb = nowhere + also_nowhere + not_here_either"])
    panel = window.open_panel()
    panel.wait_for_step("early", "missing")
    panel.action("run").click()
    window.wait_for_toast("…").get_by_role("button", name="Show all").click()
    dialog = window.page.locator(".jp-Dialog")
    dialog.get_by_text("not_here_either").first.wait_for()
    window.accept("Close")
