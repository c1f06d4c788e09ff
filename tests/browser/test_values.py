"""Artifacts as a whole, in tabs of JupyterLab: tables of any size, trees, texts, figures, maps, and two versions."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.test_appearance import THEMES, violations
from tests.browser.test_lab_notebooks import UNTIL_SAVED
from tests.browser.window import KERNEL, NOTEBOOK, Window
from tests.hostile.poison import poison

CELLS = [
    LOAD,
    "%%parameters\nshift: float = 0.0",
    "%%step load\nimport numpy as np\nimport pandas as pd\n"
    "n = 400_000\nrng = np.random.default_rng(3)\n"
    "films = pd.DataFrame({'film': np.arange(n), 'score': rng.normal(size=n).round(3),\n"
    "                      'genre': rng.choice(['drama', 'comedy', 'war'], n),\n"
    "                      'seen': pd.date_range('2024-01-01', periods=n, freq='min'),\n"
    "                      'note': pd.Series([None, 'a < b', 2, [1, 2]] * (n // 4))})\n"
    "for extra in range(20):\n    films[f'extra {extra}'] = extra\n"
    "films.loc[5, 'score'] = np.nan",
    "%%step parts\ntree = {'sizes': [1, 2, {'deep': films.head(3)}], 'word': 'x' * 3000}\n"
    "text = '\\n'.join(f'line {number}' for number in range(3000))\n"
    "heat = np.outer(np.arange(60), np.arange(90))\n"
    "small = films.head(40).assign(score=lambda found: found.score + shift)",
    "%%step draw\nfrom matplotlib.figure import Figure\nfigure = Figure(figsize=(9, 6))\n"
    "figure.add_subplot().plot(range(9))",
]


def after_run(notebook: OpenNotebook) -> Window:
    window = notebook(CELLS)
    panel = window.open_panel()
    panel.wait_for_step("draw", "missing")
    panel.action("run").click()
    panel.wait_for_step("draw", "done")
    return window


def open_artifact(window: Window, step: str, name: str) -> Locator:
    """The value in its tab, when it is there."""
    window.panel.step(step).click()
    window.panel.root.locator(f".nbf-Artifact[data-name={name}]").dblclick()
    value = window.page.locator(".nbf-Value:visible")
    expect(value).to_have_attribute("data-state", "read")
    return value


def forgive(window: Window) -> None:
    """The page and the console tell what the server has refused."""
    while len(window.complaints) < 2:
        window.page.evaluate("() => null")
    assert all("409" in one for one in window.complaints)
    window.complaints.clear()


def cells(value: Locator, column: int) -> Locator:
    return value.locator(f".nbf-SheetBody [aria-colindex='{column + 2}']:visible")


def test_a_table_is_sorted_filtered_counted_and_scrolled(notebook: OpenNotebook) -> None:
    window = after_run(notebook)
    with window.page.expect_request(lambda one: '"pandas.DataFrame"' in (one.post_data or "")):
        window.panel.step("load").click()  # the library of a table that is in sight is imported ahead
    value = open_artifact(window, "load", "films")
    told = value.locator(".nbf-SheetTold")
    expect(told).to_have_text("400,000 rows × 25 columns")
    expect(value.locator(".nbf-SmallBars").nth(3)).to_be_visible()
    window.screenshot("value_table")
    value.locator(".nbf-SheetSort", has_text="score").click()
    value.locator(".nbf-SheetSort", has_text="score").click()
    expect(value.locator("[role=columnheader]", has_text="score")).to_have_attribute("aria-sort", "descending")
    value.locator(".nbf-Filter").fill("genre=war score>2")
    value.locator(".nbf-Filter").press("Enter")
    expect(told).to_contain_text("of 400,000 rows")
    expect(cells(value, 2).first).to_have_text("war")
    value.get_by_label("Histogram of genre").click()
    expect(value.locator(".nbf-LyingBar")).to_have_count(1)
    value.locator(".nbf-Filter").fill("")
    value.locator(".nbf-Filter").press("Enter")
    expect(value.locator(".nbf-LyingBar")).to_have_count(3)
    value.locator(".nbf-LyingBar", has_text="comedy").click()
    expect(value.locator(".nbf-PickChip")).to_have_text("genre = comedy ×")
    expect(cells(value, 2).first).to_have_text("comedy")
    window.screenshot("value_column")
    value.locator(".nbf-PickChip").click()
    expect(told).to_have_text("400,000 rows × 25 columns")
    value.locator(".nbf-SheetSort", has_text="score").click()
    expect(cells(value, 0).first).to_have_text("0")
    value.locator(".nbf-Sheet").evaluate("sheet => { sheet.scrollTop = sheet.scrollHeight; sheet.scrollLeft = 1e6; }")
    expect(value.get_by_role("rowheader", name="399999", exact=True)).to_be_visible()
    expect(cells(value, 24).first).to_have_text("19")
    window.screenshot("value_end")
    value.locator(".nbf-Filter").fill("score>abc")
    value.locator(".nbf-Filter").press("Enter")
    expect(value.locator(".nbf-SheetView > .nbf-Trouble")).to_contain_text("'abc' is none")
    forgive(window)


def test_other_values(notebook: OpenNotebook) -> None:
    window = after_run(notebook)
    tree = open_artifact(window, "parts", "tree")
    tree.get_by_role("treeitem", name="['sizes']").click()
    tree.get_by_role("treeitem", name="[2]").click()
    window.screenshot("value_tree")
    tree.get_by_role("treeitem", name="['deep']").dblclick()
    expect(tree.locator(".nbf-SheetTold")).to_have_text("3 rows × 25 columns")
    window.screenshot("value_part")
    heat = open_artifact(window, "parts", "heat")
    heat.get_by_role("button", name="Heat map").click()
    expect(heat.locator("canvas")).to_be_visible()
    window.screenshot("value_heat")
    text = open_artifact(window, "parts", "text")
    expect(text.locator(".nbf-WholeText")).to_contain_text("line 2999")
    figure = open_artifact(window, "draw", "figure")
    expect(figure.locator("img")).to_be_visible()
    window.screenshot("value_figure")


def test_two_versions_are_compared_and_a_tab_is_there_again_after_a_reload(notebook: OpenNotebook, lab: Lab) -> None:
    window = after_run(notebook)
    window.execute("get_ipython().run_line_magic('flow', 'run --shift 0.5')")
    window.page.evaluate(f"async () => {{ await {NOTEBOOK}.context.save(); }}")
    window.panel.step("parts").click()
    expect(window.panel.root.locator(".nbf-Facts").first).to_contain_text("run 2")
    small = open_artifact(window, "parts", "small")
    small.get_by_label("Compare with").select_option("1")
    expect(small.locator(".nbf-SheetTold")).to_contain_text("39 rows changed")
    window.screenshot("value_versions")
    small.get_by_label("only changes").check()
    expect(small.locator(".nbf-SheetTold")).to_contain_text("39 of 40 rows")
    small.get_by_role("grid").focus()
    for key in ("Control+ArrowDown", "ArrowRight", "ArrowUp"):
        window.page.keyboard.press(key)
    expect(small.locator(".nbf-CellPlace")).to_have_text("score[38]")
    active = small.get_by_role("grid").get_attribute("aria-activedescendant")
    expect(small.locator(f"#{active}")).to_have_attribute("data-kind", "changed")
    window.page.evaluate(UNTIL_SAVED, '"nbflow-values:2:')
    window.page.goto(f"{lab.url}/lab?token={lab.token}")
    expect(window.page.locator(".nbf-Value")).to_have_attribute("data-run", "2", timeout=60_000)
    expect(window.page.locator(".nbf-SheetTold")).to_have_text("40 rows × 25 columns")


def test_notebook_7_shows_a_dialog_and_refuses_what_others_have_signed(notebook: OpenNotebook, folder: Path) -> None:
    window = notebook(CELLS, kind="notebooks")
    window.wait_for_kernel("idle")
    panel = window.open_panel()
    panel.action("run").click()
    panel.wait_for_step("draw", "done")
    panel.step("parts").click()
    panel.root.locator(".nbf-Artifact[data-name=small]").dblclick()
    expect(window.page.locator(".jp-Dialog .nbf-SheetTold")).to_have_text("40 rows × 25 columns")
    window.accept("Close")
    poisoned = poison(folder / ".nbflow", "by another")
    panel.root.locator(".nbf-Artifact[data-name=text]").dblclick()
    expect(window.page.locator(".jp-Dialog .nbf-Trouble").first).to_contain_text("whom you do not trust")
    window.accept("Close")
    assert not poisoned.has_run_code
    forgive(window)


def test_axe_finds_nothing_serious_in_a_value_that_is_opened_beside_a_busy_kernel(notebook: OpenNotebook) -> None:
    window = after_run(notebook)
    window.page.evaluate(f"() => void {KERNEL}.requestExecute({{ code: 'while True: pass' }})")
    window.wait_for_kernel("busy")
    value = open_artifact(window, "load", "films")
    value.get_by_label("Histogram of score").click()
    value.locator(".nbf-HistogramBar").first.wait_for()
    found: list[str] = []
    for theme in reversed(THEMES):
        window.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        window.wait(f"document.body.dataset.jpThemeName === '{theme}'")
        window.page.locator("#jupyterlab-splash").wait_for(state="detached")
        window.screenshot(f"value_{theme.replace(' ', '_').lower()}")
        found += violations(window, ".nbf-Value")
    open_artifact(window, "draw", "figure")
    window.page.locator(".nbf-Value:visible img[alt*=Figure]").wait_for()
    assert found + violations(window, ".nbf-Value:not(.lm-mod-hidden *)") == []
