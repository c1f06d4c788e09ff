"""What a step appends to its card moves in the panel while the step runs, in the kernel and in a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.cells import GATED, LOAD, open_gate
from tests.browser.conftest import OpenNotebook
from tests.exploring import some

CARDED = [
    LOAD,
    f"{GATED}\nfrom nbflow import current\nfrom nbflow.cards import Markdown, ProgressBar, Table",
    "%%step fit\n"
    "bar = ProgressBar(max=4, label='rows')\n"
    "current.card.append(Markdown('## Fitted <script>document.title = \"taken\"</script>'))\n"
    "current.card.append(bar)\n"
    "current.card.append(Table([[1, 0.5], [2, 0.25]], headers=['row', 'loss']))\n"
    "for row in (1, 2, 3, 4):\n    wait_for(f'go{row}')\n    bar.update(row)\n    current.card.refresh(force=True)\n"
    "print('all rows')\nwait_for('end')",
]


@pytest.mark.parametrize("place", some(["worker", "kernel"]))
def test_a_progress_bar_moves_in_the_panel(notebook: OpenNotebook, folder: Path, place: str) -> None:
    window = notebook(CARDED)
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    if place == "kernel":
        window.run_all()
    else:
        panel.action("run").click()
    panel.wait_for_step("fit", "running")
    panel.step("fit").click()
    shown = panel.root.locator(".nbf-Outputs")
    for row in (0, 1, 2, 3, 4):
        if row:
            open_gate(folder, f"go{row}")
        shown.get_by_text(f"{row} / 4").wait_for()
        assert shown.locator("progress").get_attribute("value") == str(row)
        if row == 2:
            window.screenshot(f"card_in_{place}")
    shown.get_by_text("all rows").wait_for()
    open_gate(folder, "end")
    panel.wait_for_step("fit", "done")
    shown.get_by_text("4 / 4").wait_for()
    assert "taken" not in window.page.title()
