"""An ordinary notebook becomes a flow in JupyterLab: the table, the graph beside it, one conversion and one undo."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.test_appearance import TRIED, violations
from tests.browser.window import CELLS, NOTEBOOK, PANEL, Window

MESSY = [
    "import math\nEPOCHS = 3\n\ndef half(x):\n    return x / 2",
    "%%time\nxs = [math.sqrt(n) for n in range(EPOCHS)]",
    "ys = (half(x) for x in xs)",
    "total = sum(ys)",
    "print(total)",
    "zs = sorted(xs, reverse=True)",
]
PANDAS, FRAME = "import pandas as pd", "df = pd.DataFrame({'a': [1, 2, None], 'b': range(3)})\nprint(df)"
FLOW = [
    "%load_ext nbflow\nimport math\nEPOCHS = 3\n\ndef half(x):\n    return x / 2",
    "%%step xs\nxs = [math.sqrt(n) for n in range(EPOCHS)]",
    "%%step total\nys = (half(x) for x in xs)\n\ntotal = sum(ys)",
    "print(total)",
    "%%step zs\nzs = sorted(xs, reverse=True)",
]


def dialog(window: Window) -> Locator:
    found = window.page.locator(".nbf-PlanDialog")
    found.locator(".nbf-PlanRow").first.wait_for()
    return found


def row(window: Window, cell: str) -> Locator:
    cells = window.page.locator(".nbf-PlanCell").get_by_text(cell, exact=True)
    return window.page.locator(".nbf-PlanRow").filter(has=cells)


def rows(window: Window) -> list[tuple[str, str, str]]:
    """The cells of each row, what they become, and its name."""
    read = """() => [...document.querySelectorAll('.nbf-PlanRow')].map(row => [
      row.querySelector('.nbf-PlanCell').textContent,
      row.dataset.kind,
      row.querySelector('.nbf-PlanName').hidden ? '' : row.querySelector('.nbf-PlanName').value
    ])"""
    return [(str(cells), str(kind), str(name)) for cells, kind, name in window.page.evaluate(read)]


def sources(window: Window) -> list[str]:
    return [str(one) for one in window.page.evaluate(f"() => {CELLS}.map(cell => cell.model.sharedModel.source)")]


def content(window: Window) -> Any:
    return json.loads(
        window.page.evaluate(f"() => JSON.stringify({NOTEBOOK}.content.model.sharedModel.toJSON().cells)")
    )


def wait_for_sources(window: Window, expected: list[str]) -> None:
    window.wait(
        f"JSON.stringify({CELLS}.map(cell => cell.model.sharedModel.source)) === JSON.stringify({json.dumps(expected)})"
    )


def test_a_notebook_becomes_a_flow_in_one_click_and_one_undo_restores_it(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.run_all()
    window.wait_for_run(5)
    before = content(window)
    window.open_panel().action("convert").click()
    found = dialog(window)
    assert rows(window) == [
        ("1", "shared code", ""),
        ("2", "step", "xs"),
        ("3–4", "step", "total"),
        ("5", "scratch", ""),
        ("6", "step", "zs"),
    ]
    assert found.locator("[data-action=split-cells]").count() == 0  # a generator cannot be handed on
    for step in ("xs", "total", "zs"):
        found.locator(f".nbf-Box[data-step={step}]").wait_for()
    window.screenshot("convert_dialog")
    window.accept("Convert")
    wait_for_sources(window, FLOW)
    window.panel.wait_for_steps(xs="missing", total="missing", zs="missing")
    outputs = [cell["outputs"] for cell in content(window)]
    assert outputs[1] == before[1]["outputs"]
    window.page.evaluate(f"() => {NOTEBOOK}.content.model.sharedModel.undo()")
    wait_for_sources(window, MESSY)
    assert content(window) == before


def test_it_is_the_same_in_notebook_7(notebook: OpenNotebook) -> None:
    window = notebook(MESSY, kind="notebooks")
    window.open_panel().action("convert").click()
    dialog(window)
    window.screenshot("convert_notebook_7")
    window.accept("Convert")
    wait_for_sources(window, FLOW)
    window.run_all()
    window.wait_for_output(3, "1.207")
    window.page.evaluate(f"() => {NOTEBOOK}.content.model.sharedModel.undo()")
    wait_for_sources(window, MESSY)


@pytest.mark.parametrize("theme", TRIED)
def test_axe_finds_nothing_serious_in_the_dialog(notebook: OpenNotebook, theme: str) -> None:
    window = notebook(MESSY)
    window.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    window.wait(f"document.body.dataset.jpThemeName === '{theme}'")
    panel = window.open_panel()
    panel.action("convert").wait_for()
    found = violations(window, PANEL)
    panel.action("convert").click()
    dialog(window)
    row(window, "2").locator("select").select_option("scratch")
    row(window, "2").locator(".nbf-PlanProblem").first.wait_for()
    window.screenshot(f"convert_{theme.replace(' ', '_').lower()}")
    assert found + violations(window, ".nbf-PlanDialog") == []


@pytest.mark.parametrize("window", [{"viewport": {"width": 700, "height": 900}}], indirect=True)
def test_a_narrow_window_shows_the_graph_below_the_table(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.command("nbflow:convert")
    found = dialog(window)
    found.locator(".nbf-Box[data-step=zs]").wait_for()
    window.screenshot("convert_narrow")
    table, graph = found.locator(".nbf-PlanTable").bounding_box(), found.locator(".nbf-Graph").bounding_box()
    assert table is not None
    assert graph is not None
    assert graph["y"] >= table["y"] + 100
    assert found.evaluate(
        "node => [...node.querySelectorAll('.nbf-PlanScroll')].every(n => n.scrollWidth <= n.clientWidth)"
    )


def test_the_toast_undoes_the_conversion_too(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.command("nbflow:convert")
    dialog(window)
    window.accept("Convert")
    wait_for_sources(window, FLOW)
    window.wait_for_toast("New steps: 3").get_by_role("button", name="Undo").click()
    wait_for_sources(window, MESSY)


def test_kinds_and_names_are_changed_and_the_graph_follows(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.command("nbflow:convert")
    found = dialog(window)
    row(window, "5").locator("select").select_option("step")
    found.locator(".nbf-Box[data-step=show_total]").wait_for()
    row(window, "6").locator("select").select_option("scratch")
    found.locator(".nbf-Box[data-step=zs]").wait_for(state="detached")
    row(window, "2").locator("select").select_option("scratch")
    row(window, "2").locator(".nbf-PlanProblem").first.wait_for()
    window.screenshot("convert_problem")
    row(window, "2").locator("select").select_option("step")
    expect(row(window, "2").locator(".nbf-PlanProblem")).to_have_count(0)
    row(window, "2").locator("input").fill("roots")
    found.locator(".nbf-Box[data-step=roots]").wait_for()
    found.get_by_label("EPOCHS = 3").check()
    found.locator(".nbf-PlanRow[data-kind=parameters]").wait_for()
    window.accept("Convert")
    wait_for_sources(
        window,
        [
            "%load_ext nbflow\nimport math",
            "%%parameters\nEPOCHS = 3",
            "def half(x):\n    return x / 2",
            "%%step roots\nxs = [math.sqrt(n) for n in range(EPOCHS)]",
            *FLOW[2:3],
            "%%step show_total\nprint(total)",
            "zs = sorted(xs, reverse=True)",
        ],
    )


def test_a_name_that_no_step_can_have_is_refused_while_it_is_typed(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.command("nbflow:convert")
    found = dialog(window)
    convert = found.get_by_role("button", name="Convert", exact=True)
    row(window, "2").locator("input").fill("roots")
    for name in ("two words", "roots"):
        row(window, "6").locator("input").fill(name)
        expect(convert).to_be_disabled()
    row(window, "6").locator("input").fill("sorted_xs")
    expect(convert).to_be_enabled()
    window.page.keyboard.press("Escape")
    assert sources(window) == MESSY


def test_run_offers_the_conversion_where_there_is_no_step(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.open_panel().action("run").click()
    dialog(window)
    window.page.keyboard.press("Escape")
    window.command("nbflow:run")
    dialog(window)
    window.page.keyboard.press("Escape")
    assert sources(window) == MESSY


def test_an_edit_elsewhere_changes_the_plan_that_is_shown(notebook: OpenNotebook) -> None:
    window = notebook(MESSY)
    window.command("nbflow:convert")
    dialog(window)
    window.edit_cell(5, "best = max(xs)\nworst = min(xs)")
    row(window, "6").locator(".nbf-PlanName").and_(window.page.locator(":visible")).wait_for()
    window.wait("[...document.querySelectorAll('.nbf-PlanName')].some(input => input.value === 'worst')")
    window.accept("Convert")
    wait_for_sources(window, [*FLOW[:4], "%%step worst\nbest = max(xs)\nworst = min(xs)"])


def test_several_cells_become_steps_at_once_and_ordinary_again(notebook: OpenNotebook) -> None:
    cells = ["%load_ext nbflow", "%%step load\nrows = [3, 1, 2]", "low = min(rows)", "x = = 1", "high = max(rows)"]
    window = notebook(cells)
    window.page.evaluate(
        f"() => {{ const nb = {NOTEBOOK}.content; nb.activeCellIndex = 2; nb.extendContiguousSelectionTo(4); }}"
    )
    window.command("nbflow:make-step")
    found = dialog(window)
    assert [name for _, _, name in rows(window)] == ["low", "", "high"]
    assert "Python cannot read this" in row(window, "4").inner_text()
    window.screenshot("make_steps_dialog")
    window.accept("Make steps")
    made = [*cells[:2], "%%step low\nlow = min(rows)", "x = = 1", "%%step high\nhigh = max(rows)"]
    wait_for_sources(window, made)
    found.wait_for(state="detached")
    window.command("nbflow:make-ordinary")
    wait_for_sources(window, cells)


def test_a_step_that_others_need_becomes_ordinary_only_after_a_question(notebook: OpenNotebook) -> None:
    cells = ["%load_ext nbflow", "%%step load\nrows = open('rows.txt').readlines()", "%%step low\nlow = min(rows)"]
    window = notebook(cells)
    window.select_cell(1)
    window.command("nbflow:make-ordinary")
    question = window.page.locator(".jp-Dialog", has_text="The flow cannot run then")
    question.get_by_text("'rows'").first.wait_for()
    window.accept("Make ordinary")
    wait_for_sources(window, [cells[0], "rows = open('rows.txt').readlines()", cells[2]])


def test_cells_of_a_merged_row_are_kept_apart_and_merged_again(notebook: OpenNotebook) -> None:
    window = notebook([PANDAS, FRAME, "df = df.dropna()", "df['x'] = df.a * 2", "df['y'] = df.x + 1"])
    window.open_panel().action("convert").click()
    found = dialog(window)
    before = rows(window)
    found.locator("[data-action=split-cells]").click()
    found.locator("[data-action=merge-cells]").first.wait_for()
    window.screenshot("convert_apart")
    assert [cells for cells, _, _ in rows(window)] == ["1", "2", "3", "4", "5"]
    found.locator("[data-action=merge-cells]").first.click()
    found.locator("[data-action=split-cells]").wait_for()
    assert rows(window) == before
    found.locator("[data-action=split-cells]").click()
    found.locator("[data-action=merge-cells]").first.wait_for()
    names = [name for _, kind, name in rows(window) if kind == "step"]
    assert len(names) == 4
    window.accept("Convert")
    window.panel.wait_for_steps(**dict.fromkeys(names, "missing"))
