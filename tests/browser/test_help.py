"""What helps to write and to learn: completion, the pointer over a header, the manual, the tour."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbflow.flow.syntax.step_options import STEP_OPTIONS
from nbflow.jupyter.kernel.verbs.dispatch import LIVE_VERBS
from nbflow.jupyter.panel.manual import PAGES, manual_page
from nbflow.notebook.demos import DEMOS, read_demo
from nbflow.verbs.table_of_verbs import VERBS
from tests.browser.cells import LINEAR
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.test_appearance import TRIED, violations
from tests.browser.window import CELLS, Window


def type_in_cell(window: Window, index: int, text: str) -> None:
    """Put the text into a cell, with the cursor behind it, as if it was typed."""
    window.edit_cell(index, "")
    window.select_cell(index)
    window.command("notebook:enter-edit-mode")
    window.page.locator(".jp-mod-active .cm-content").click()
    window.page.keyboard.type(text)
    window.page.keyboard.press("Escape")  # what was offered while it was typed
    window.command("notebook:enter-edit-mode")


def offered(window: Window) -> list[str]:
    """Press Tab, and return what is offered."""
    items = window.page.locator(".jp-Completer-item")
    window.page.keyboard.press("Tab")
    items.first.wait_for()
    found = [str(word) for word in items.evaluate_all("items => items.map(item => item.dataset.value)")]
    window.screenshot("completion")
    window.page.keyboard.press("Escape")
    items.first.wait_for(state="hidden")
    return found


def test_the_tab_key_completes_options_values_and_lines(notebook: OpenNotebook) -> None:
    window = notebook([*LINEAR, "", ""])
    window.execute("load_of_user = report_of_user = 1")
    window.run_all()
    window.wait_for_output(3, "the largest is 3")
    window.wait_for_kernel("idle")
    type_in_cell(window, 4, "%%step extra --fo")
    window.page.keyboard.press("Tab")
    window.page.locator(".jp-Completer-item", has_text="--foreach").wait_for()
    window.page.keyboard.press("Enter")
    window.wait(f"{CELLS}[4].model.sharedModel.source === '%%step extra --foreach'")
    for text, words in {
        "%%step extra ": sorted(f"--{word}" for word in STEP_OPTIONS),
        "%%step extra --after ": ["clean", "load", "report"],
        "%%step extra --cache ": ["auto", "off", "pin", "ttl=7d"],
        "%flow restore r": ["report"],
        "%flow run --to ": ["clean", "load", "report"],
    }.items():
        type_in_cell(window, 4, text)
        assert offered(window) == words
    type_in_cell(window, 4, "%flow ")
    assert offered(window) == sorted({*VERBS, *LIVE_VERBS})


def test_the_kernel_loads_nbflow_while_a_header_is_written(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook([""])
    window.edit_cell(0, "%%step extra")
    while not (folder / "loaded").exists():  # the page sends its request when nothing was typed for a while
        window.execute("import sys; 'nbflow.jupyter.kernel.magics' in sys.modules and open('loaded', 'w').close()")


@pytest.mark.parametrize("kind", ["lab/tree", "notebooks"])
def test_the_pointer_over_a_header_explains_its_option(notebook: OpenNotebook, kind: str) -> None:
    window = notebook(["%%step half --foreach number in numbers --retry 2\nhalf = '--retry'"], kind=kind)
    lines, help_ = window.page.locator(".cm-line"), window.page.locator(".nbf-HeaderHelp")
    lines.nth(0).hover(position={"x": 150, "y": 8})
    help_.wait_for()
    window.screenshot(f"header_hover_{kind.partition('/')[0]}")
    option = STEP_OPTIONS["foreach"]
    told = [f"--foreach {option.forms[0]}", option.means, f"For example --foreach {option.example}"]
    assert help_.locator("p").all_inner_texts() == told
    assert violations(window, ".nbf-HeaderHelp") == []
    lines.nth(1).hover(position={"x": 70, "y": 8})
    help_.wait_for(state="detached")
    lines.nth(0).hover(position={"x": 365, "y": 8})
    help_.get_by_text(STEP_OPTIONS["retry"].means).wait_for()


def open_tour(window: Window, name: str) -> str:
    """Click on the tile, and return the path of the notebook that opens, which shall have this name."""
    window.command("launcher:create")
    window.page.locator(".jp-LauncherCard:visible", has_text="Flow Tour").click()
    window.wait(f"window.jupyterapp.shell.currentWidget?.context?.path?.endsWith('/{name}')")
    window.wait_for_kernel("idle")
    return str(window.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path"))


def test_the_tile_opens_a_copy_of_the_tour_each_time_and_overwrites_nothing(
    notebook: OpenNotebook, folder: Path, lab: Lab
) -> None:
    (folder / "tour.ipynb").write_text("somebody's own")
    window = notebook(LINEAR)
    first, second = open_tour(window, "tour-1.ipynb"), open_tour(window, "tour-2.ipynb")
    assert [first, second] == [f"{folder.name}/tour-1.ipynb", f"{folder.name}/tour-2.ipynb"]
    assert (folder / "tour.ipynb").read_text() == "somebody's own"
    cells = [cell["source"] for cell in nbformat.read(lab.root / first, 4).cells]
    assert cells == ["".join(cell["source"]) for cell in read_demo(DEMOS["tour"])["cells"]]
    assert not [*folder.glob("Untitled*")]
    panel = window.open_panel()
    panel.action("run").click()
    panel.wait_for_step("answer", "done")
    window.screenshot("tour")


@pytest.mark.parametrize("theme", TRIED)
def test_the_help_menu_opens_the_manual(notebook: OpenNotebook, theme: str) -> None:
    window = notebook(LINEAR)
    window.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    window.wait(f"document.body.dataset.jpThemeName === '{theme}'")
    window.page.get_by_role("menuitem", name="Help", exact=True).click()
    window.page.locator(".lm-Menu-item[data-command='nbflow:manual']", has_text="Flow").click()
    manual = window.page.locator(".nbf-Manual")
    manual.get_by_role("heading", name="In the notebook", level=1).wait_for()
    window.screenshot(f"manual_{theme[11:].lower()}")
    assert violations(window, ".nbf-Manual") == []
    titles = {page.name: page.title for page in manual_page(None).pages}
    for name in PAGES:
        manual.locator(f"[data-page={name}]").click()
        manual.get_by_role("heading", name=titles[name], level=1).wait_for()
    manual.locator("[data-page=panel]").click()
    manual.locator("a[href*='commands.md']").first.click()
    manual.get_by_role("heading", name="The executed notebook").wait_for()
    assert manual.locator("[aria-current=page]").inner_text() == "Commands"
    assert "/lab" in window.page.url


def test_notebook_7_has_the_manual_and_the_flows_in_its_sidebar(notebook: OpenNotebook) -> None:
    window = notebook(LINEAR, kind="notebooks")
    window.run_all()
    window.wait_for_output(3, "the largest is 3")
    window.page.get_by_role("menuitem", name="Help", exact=True).click()
    window.page.locator(".lm-Menu-item[data-command='nbflow:manual']").click()
    window.page.locator(".nbf-Manual").get_by_role("heading", name="In the notebook", level=1).wait_for()
    window.page.get_by_role("menuitem", name="View", exact=True).click()
    window.page.locator(".lm-Menu-item[data-command='nbflow:flows']").click()
    window.page.locator(".nbf-FlowRow", has_text="demo.ipynb").first.wait_for()
    window.screenshot("flows_notebook_7")
