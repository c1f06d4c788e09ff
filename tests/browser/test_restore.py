"""A checkpoint comes back after a look at the difference, and can be taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.browser.cells import GATED, LOAD, open_gate, write_notebook
from tests.browser.conftest import OpenNotebook
from tests.browser.window import Window

CELLS = [
    LOAD,
    "%%step load\nrows = [3, 1, 2]\nlabel = 'as read'",
    "%%step clean\nrows = sorted(rows)",
    "%%step report\nlargest = rows[-1]",
    "mine = 'mine'",
    "print('now', label, rows, largest if 'largest' in dir() else None, mine, '.')",
]


def ready(notebook: OpenNotebook) -> Window:
    window = notebook(CELLS)
    window.open_panel().wait_for_step("report", "missing")
    window.run_all()
    window.wait_for_output(5, "now as read [1, 2, 3] 3 mine")
    window.panel.wait_for_step("report", "done")
    return window


def look_at(window: Window, step: str) -> None:
    window.panel.step(step).click()
    window.panel.action("restore").click()
    window.page.locator(".nbf-RestoreDialog").wait_for()


def rows_of(window: Window) -> list[str]:
    """Of the dialog: what would happen to which name."""
    rows = window.page.locator(".nbf-RestoreDialog .nbf-DifferenceRow").all()
    return [f"{row.get_attribute('data-kind')} {row.locator('.nbf-Name').inner_text()}" for row in rows]


def test_the_difference_is_shown_first_and_a_restore_can_be_undone(notebook: OpenNotebook) -> None:
    window = ready(notebook)
    look_at(window, "load")
    assert rows_of(window) == ["changed rows", "removed largest"]
    window.screenshot("restore_dialog")
    window.accept("Restore")
    toast = window.wait_for_toast("restored")
    window.run_cell(5)
    window.wait_for_output(5, "now as read [3, 1, 2] None mine")
    toast.get_by_role("button", name="Undo").click()
    window.wait_for_toast("undone")
    window.run_cell(5)
    window.wait_for_output(5, "now as read [1, 2, 3] 3 mine")


def test_values_that_only_look_alike_are_said_to_and_types_go_by_their_short_names(notebook: OpenNotebook) -> None:
    step = "%%step load\nfrom fractions import Fraction\nrows = list(range(9))\nshare = Fraction(1, 3)"
    window = notebook([LOAD, step, "rows[8] = 0\nshare += 1\nprint('now', rows[8], share)"])
    window.open_panel().wait_for_step("load", "missing")
    window.run_all()
    window.wait_for_output(2, "now 0 4/3")
    look_at(window, "load")
    rows, share = window.page.locator(".nbf-RestoreDialog .nbf-DifferenceRow[data-kind=changed]").all()
    assert rows.locator(".nbf-Alike").inner_text() == "looks the same"
    assert share.locator(".nbf-Alike").count() == 0
    assert share.locator(".nbf-TypeName").inner_text() == "Fraction"
    assert share.locator(".nbf-TypeName").get_attribute("title") == "fractions.Fraction"
    assert [share.locator(f".nbf-{held}").inner_text() for held in ("Holds", "Held")] == [
        "Fraction(4, 3)",
        "Fraction(1, 3)",
    ]


def test_nothing_happens_when_it_is_cancelled(notebook: OpenNotebook) -> None:
    window = ready(notebook)
    look_at(window, "load")
    window.accept("Cancel")
    window.run_cell(5)
    window.wait_for_output(5, "now as read [1, 2, 3] 3 mine")


def test_single_names_are_restored_and_others_kept(notebook: OpenNotebook) -> None:
    window = ready(notebook)
    look_at(window, "load")
    window.page.locator(".nbf-DifferenceRow[data-kind=removed] input").uncheck()
    window.accept("Restore")
    window.wait_for_toast("restored")
    window.run_cell(5)
    window.wait_for_output(5, "now as read [3, 1, 2] 3 mine")


def test_a_busy_kernel_restores_when_it_is_free_and_says_so(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([*CELLS, GATED, "print('begun', flush=True)\nwait_for('go')"])
    window.open_panel().wait_for_step("report", "missing")
    window.run_all()
    window.wait_for_output(len(CELLS) + 1, "begun")
    window.panel.step("load").click()
    window.panel.action("restore").click()
    dialog = window.page.locator(".jp-Dialog", has_text="Queued: the kernel is busy")
    dialog.wait_for()
    open_gate(folder)
    window.page.locator(".nbf-RestoreDialog").wait_for()
    window.accept("Restore")
    window.wait_for_toast("restored")
    window.run_cell(5)
    window.wait_for_output(5, "now as read [3, 1, 2] None mine")


def test_a_checkpoint_that_somebody_else_wrote_needs_trust(
    notebook: OpenNotebook, folder: Path, tmp_path: Path
) -> None:
    write_notebook(folder / "demo.ipynb", CELLS)
    env = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "nbflow", "run", "demo.ipynb"], cwd=folder, env=env, check=True)
    window = notebook(CELLS)
    window.open_panel().wait_for_step("load", "done")
    look_at(window, "load")
    window.accept("Restore")
    window.page.locator(".jp-Dialog", has_text="Trust this checkpoint?").wait_for()
    window.screenshot("trust_dialog")
    window.accept("Trust and restore")
    window.wait_for_toast("restored")
