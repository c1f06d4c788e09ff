"""The panel in light, dark and high contrast, and as a screen reader has it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from labextension import bundle
from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook
from tests.browser.window import PANEL, Window
from tests.exploring import some

THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
TRIED = THEMES if "NBFLOW_EXPLORE" in os.environ else THEMES[1:2]
"""The themes in which a view of its own is looked at; the panel is looked at in all of them."""
AXE = bundle.HERE / "node_modules/axe-core/axe.min.js"
CELLS = [
    LOAD,
    "%%parameters\nscale: int = 2  # of the halves",
    "%%step load\nnumbers = list(range(6))\nlabel = 'six'",
    "%%step half --foreach number in numbers --allow-failures 1\n"
    "half = number / (number and scale)\nprint('half of', number)",
    "%%step total --join half\ntotal = sum(inputs.half)",
    "%%step never --after total\nraise ValueError('as it should')",
    "%%step later --after never\ndone = True",
]


def violations(window: Window, scope: str) -> list[str]:
    """What axe calls serious or critical, each with the elements that it means."""
    if not AXE.exists():
        bundle.install_packages()
    window.page.add_script_tag(path=AXE)
    found: dict[str, Any] = window.page.evaluate("scope => axe.run(scope, { resultTypes: ['violations'] })", scope)
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def in_theme(notebook: OpenNotebook, theme: str) -> Window:
    """A flow in which something is done, something failed and something was not reached."""
    window = notebook(CELLS)
    window.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    window.wait(f"document.body.dataset.jpThemeName === '{theme}'")
    panel = window.open_panel()
    panel.wait_for_step("never", "missing")
    panel.action("run").click()
    panel.wait_for_step("never", "failed")
    return window


@pytest.mark.parametrize("theme", some(THEMES))
def test_axe_finds_nothing_serious(notebook: OpenNotebook, theme: str) -> None:
    window = in_theme(notebook, theme)
    panel, name = window.panel, theme.replace(" ", "_").lower()
    found: list[str] = []
    for view in ("steps", "graph", "timeline", "runs"):
        panel.open_view(view)
        panel.view(view).locator(".nbf-Step, .nbf-Box, [role=treeitem], .nbf-RunRow").first.wait_for()
        window.screenshot(f"{name}_{view}")
        found += violations(window, PANEL)
    panel.open_view("steps")
    panel.action("parameters").click()
    panel.step("half").click()
    panel.root.locator(".nbf-Task").first.click()
    panel.root.locator(".nbf-Failure").wait_for()
    window.screenshot(f"{name}_detail")
    found += violations(window, PANEL)
    assert found == []


def test_the_restore_dialog_is_accessible(notebook: OpenNotebook) -> None:
    window = in_theme(notebook, THEMES[0])
    window.panel.step("load").click()
    window.panel.action("restore").click()
    window.page.locator(".nbf-RestoreDialog .nbf-DifferenceRow").first.wait_for()
    assert violations(window, ".nbf-RestoreDialog") == []
