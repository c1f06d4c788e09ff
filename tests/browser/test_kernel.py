"""What is stored is there whatever happens to the kernel, and can be restored into a new one."""

from __future__ import annotations

import os
import signal

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.window import NOTEBOOK, Window

CELLS = [*LINEAR, "import os\nprint('pid', os.getpid(), '.')", "print('rows is', rows, '.')"]
DONE = {"load": "done", "clean": "done", "report": "done"}


def run_and_open(notebook: OpenNotebook) -> Window:
    window = notebook(CELLS)
    window.open_panel().wait_for_step("report", "missing")
    window.run_all()
    window.wait_for_output(5, "rows is")
    window.panel.wait_for_steps(**DONE)
    return window


def restore(window: Window, step: str) -> None:
    window.panel.step(step).click()
    window.panel.action("restore").click()
    window.accept("Restore")
    window.wait_for_toast("restored")


def restored_rows(window: Window) -> None:
    """The last cell prints what `rows` is."""
    window.run_cell(5)
    window.wait_for_output(5, "rows is [1, 2, 3]")


def test_a_restarted_kernel_gets_a_checkpoint_back(notebook: OpenNotebook) -> None:
    window = run_and_open(notebook)
    window.page.evaluate(f"() => {NOTEBOOK}.sessionContext.restartKernel()")
    window.wait_for_kernel("idle")
    window.panel.wait_for_steps(**DONE)
    restore(window, "clean")
    restored_rows(window)


def test_a_killed_kernel_leaves_the_history(notebook: OpenNotebook) -> None:
    window = run_and_open(notebook)
    pid = int(window.outputs(4).split("pid ")[1].split(" ")[0])
    before = window.kernel_id()
    os.kill(pid, signal.SIGKILL)
    window.accept("Ok")  # JupyterLab says that it has started the kernel again
    window.wait_for_kernel("idle")
    assert window.kernel_id() == before
    window.panel.wait_for_steps(**DONE)
    restore(window, "clean")
    restored_rows(window)


def test_without_a_kernel_one_is_offered(notebook: OpenNotebook) -> None:
    window = run_and_open(notebook)
    window.page.evaluate(f"() => {NOTEBOOK}.sessionContext.shutdown()")
    window.wait(f"!{NOTEBOOK}.sessionContext.session")
    window.panel.wait_for_steps(**DONE)
    window.panel.open_view("runs").locator(".nbf-RunRow").first.wait_for()
    window.panel.open_view("steps")
    window.panel.step("clean").click()
    window.panel.action("restore").click()
    window.accept("Start kernel")
    window.accept("Restore")
    window.wait_for_toast("restored")
    restored_rows(window)
