"""Several notebooks, tabs of the main area, and what the user has set."""

from __future__ import annotations

from pathlib import Path

from tests.browser.cells import LINEAR, write_notebook
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.window import NOTEBOOK, Window

OTHER = ["%load_ext nbflow", "%%step first\na = 1", "%%step second\nb = a + 1"]


UNTIL_SAVED = """async text => {
    const saved = () => window.jupyterapp.serviceManager.workspaces.fetch('default');
    while (!JSON.stringify((await saved()).data['layout-restorer:data']).includes(text))
        await new Promise(done => setTimeout(done, 100));
}"""
"""Until JupyterLab has stored a layout in which a text stands."""


def wait_for_steps(window: Window, *steps: str) -> None:
    names = "[...document.querySelectorAll('#nbflow-panel .nbf-Step')].map(row => row.dataset.step).join()"
    window.wait(f"{names} === '{','.join(steps)}'")


def other(folder: Path) -> Path:
    write_notebook(folder / "other.ipynb", OTHER)
    return folder / "other.ipynb"


def test_two_notebooks_side_by_side_have_each_their_own_badges(notebook: OpenNotebook, lab: Lab, folder: Path) -> None:
    window = notebook(LINEAR)
    window.open_beside(lab, other(folder))
    window.run_all()
    window.page.locator(".nbf-Badge[aria-label='second, done']").wait_for()
    assert window.page.locator(".nbf-Badge[aria-label='clean, not run yet']").is_visible()
    window.page.locator(".nbf-Status", has_text="Flow 2/2").wait_for()
    window.look_at("demo.ipynb")
    window.page.locator(".nbf-Status", has_text="Flow 0/3").wait_for()


def test_a_closed_notebook_leaves_nothing_behind(notebook: OpenNotebook, lab: Lab, folder: Path) -> None:
    window = notebook(LINEAR)
    window.command("nbflow:show-panel")
    window.command("nbflow:open-view", {"view": "graph"})
    window.page.locator(".jp-MainAreaWidget .nbf-Box[data-step=load]").wait_for()
    window.page.get_by_role("tab", name="demo.ipynb", exact=True).click()
    window.run_all()
    last = window.page.locator(".jp-CodeCell .nbf-RunLine").nth(2)
    last.get_by_text("run 1 · kernel").wait_for()  # is told in the notebook, too, which is not saved before
    window.page.evaluate(f"async () => {{ await {NOTEBOOK}.context.save(); }}")
    window.command("application:close")
    window.page.get_by_text("Open a notebook to see its flow here.").wait_for()
    window.wait("document.querySelectorAll('.nbf-Box, .nbf-Badge').length === 0")


def test_a_view_opens_as_a_tab_and_is_there_again_after_a_reload(notebook: OpenNotebook, lab: Lab) -> None:
    window = notebook(LINEAR)
    window.command("nbflow:open-view", {"view": "graph"})
    box = window.page.locator(".jp-MainAreaWidget .nbf-Box[data-step=clean]")
    box.wait_for()
    assert window.page.locator(".lm-TabBar-tab", has_text="Graph · demo.ipynb").is_visible()
    window.page.evaluate(UNTIL_SAVED, '"nbflow:graph:')
    window.page.goto(f"{lab.url}/lab?token={lab.token}")
    box.wait_for()


def test_clicking_a_step_shows_its_cell_and_selecting_a_cell_its_step(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    window.command("nbflow:show-panel")
    window.page.locator("#nbflow-panel .nbf-Step[data-step=clean]").click()
    window.wait(f"{NOTEBOOK}.content.activeCellIndex === 2")
    window.select_cell(3)
    window.page.locator("#nbflow-panel .nbf-Step[data-step=report][aria-current=true]").wait_for()


def test_a_badge_shows_its_step_in_the_panel(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    window.page.locator(".nbf-Badge[aria-label^='clean,']").click()
    window.page.locator("#nbflow-panel .nbf-Step[data-step=clean][aria-current=true]").wait_for()


def test_badges_can_be_turned_off(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    badge = window.page.locator(".nbf-Badge").first
    badge.wait_for()
    try:
        window.save_settings(badges=False)
        window.page.reload()
        window.wait_for_notebook()
        window.page.locator(".nbf-Badge").first.wait_for(state="attached")
        badge.wait_for(state="hidden")
    finally:
        window.save_settings()


def test_the_panel_can_stay_with_its_notebook_and_open_with_another_view(
    notebook: OpenNotebook, lab: Lab, folder: Path
) -> None:
    window = notebook(LINEAR)
    try:
        window.save_settings(follow=False, view="graph")
        window.page.reload()
        window.wait_for_notebook()
        window.command("nbflow:show-panel")
        window.page.locator("#nbflow-panel .nbf-Box[data-step=load]").wait_for()
        window.open_beside(lab, other(folder))
        window.page.locator(".nbf-Badge[aria-label^='first,']").wait_for()
        assert window.page.locator("#nbflow-panel .nbf-Box[data-step=load]").is_visible()
    finally:
        window.save_settings()
