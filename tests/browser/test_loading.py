"""A kernel knows `%%step` before the first cell is executed there, without `%load_ext nbflow`."""

from __future__ import annotations

from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.window import CELLS, NOTEBOOK, Window

ASK = "import sys\nprint('loaded', 'nbflow.jupyter.kernel.magics' in sys.modules, '.')"
STEP = "%%step load\nrows = [3, 1, 2]\nprint('the largest is', max(rows), '.')"


def test_nbflow_is_loaded_before_the_first_cell_and_counts_as_none(notebook: OpenNotebook) -> None:
    window = notebook([ASK, STEP])
    window.run_cell(0)
    window.wait_for_output(0, "loaded True")
    window.wait_for_run(0)
    assert window.page.evaluate(f"() => {CELLS}[0].model.executionCount") == 1
    window.run_cell(1)
    window.wait_for_output(1, "the largest is 3")


def run_again(window: Window) -> None:
    window.command("notebook:clear-all-cell-outputs")
    window.run_all()
    window.wait_for_output(0, "loaded True")
    window.wait_for_output(1, "the largest is 3")


def test_it_is_loaded_again_whoever_restarts_the_kernel(notebook: OpenNotebook, lab: Lab) -> None:
    window = notebook([ASK, STEP])
    window.run_all()
    window.wait_for_output(1, "the largest is 3")
    window.page.evaluate(f"() => {NOTEBOOK}.sessionContext.restartKernel()")
    run_again(window)
    lab.ask(f"api/kernels/{window.kernel_id()}/restart", method="POST")
    run_again(window)


def test_a_header_is_known_as_soon_as_it_is_written(notebook: OpenNotebook) -> None:
    window = notebook([ASK, "rows = [3, 1, 2]"])
    window.run_cell(0)
    window.wait_for_output(0, "loaded False")
    window.edit_cell(1, STEP)
    window.run_cell(1)
    window.wait_for_output(1, "the largest is 3")


def test_load_ext_stays_valid_and_says_nothing(notebook: OpenNotebook) -> None:
    window = notebook(["%load_ext nbflow", STEP])
    window.run_all()
    window.wait_for_output(1, "the largest is 3")
    assert window.outputs(0) == "[]"
