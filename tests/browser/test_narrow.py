"""JupyterLab on a small screen: at 200 %, and with a panel that is opened for the first time."""

from __future__ import annotations

import pytest

from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.test_appearance import violations
from tests.browser.window import PANEL, Window

HALF = {"viewport": {"width": 700, "height": 450}, "device_scale_factor": 2}  # what is seen at 200 %
WHOLE = {"viewport": {"width": 1400, "height": 900}}
OVERLAPS = """() => {
  const boxes = selector => [...document.querySelectorAll(selector)].map(node => node.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const code = boxes('.jp-InputArea-editor');
  return boxes('.nbf-Badge').filter(badge => code.some(text => meet(badge, text))).length;
}"""


@pytest.mark.parametrize("window", [HALF, WHOLE], indirect=True, ids=["half", "whole"])
def test_badges_never_cover_code(notebook: OpenNotebook, window: Window) -> None:
    notebook([*LINEAR, "%%step last"])
    window.page.locator(".nbf-Badge").nth(3).wait_for(state="attached")
    assert window.page.evaluate(OVERLAPS) == 0


@pytest.mark.parametrize("window", [HALF], indirect=True)
def test_at_200_percent_the_panel_is_whole_and_accessible(notebook: OpenNotebook, window: Window) -> None:
    notebook(LINEAR)
    panel = window.open_panel()
    panel.action("run").click()
    panel.wait_for_step("report", "done")
    panel.step("report").click()
    for action in ("run", "jump", "close-detail"):
        box = panel.action(action).first.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 700, action
        assert box["y"] + box["height"] <= 450, action
    assert violations(window, PANEL) == []
    panel.action("tab").click()
    window.page.locator("#jp-main-dock-panel .nbf-Panel").wait_for()
    assert window.page.locator(".jp-NotebookPanel").is_hidden(), "there is no room for both"


@pytest.mark.parametrize("window", [WHOLE], indirect=True)
def test_the_panel_opens_at_a_useful_width_and_takes_the_focus(notebook: OpenNotebook, window: Window) -> None:
    notebook(LINEAR)
    window.page.keyboard.press("Control+Alt+f")
    panel = window.panel
    panel.wait_for_step("load", "missing")
    window.wait(f"document.querySelector('{PANEL}').contains(document.activeElement)")
    assert window.page.evaluate("() => document.activeElement.dataset.step") == "load"
    window.wait(f"document.querySelector('{PANEL}').clientWidth >= 340")
