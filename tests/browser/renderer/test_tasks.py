"""The tasks of a foreach as a table: sorted, filtered, drawn as a chart, compared and run again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage
from tests.browser.renderer.states import Json

TEXTS = "nodes => nodes.map(node => node.textContent)"
IN_DARK = """chart => {
  chart.dataset.theme = 'light';
  chart.parentElement.style.color = 'white';
  document.body.dataset.jpThemeName = 'dark';
}"""
DEPTHS, SCORES, ERRORS = [2, 4, 8, 16, 32], [0.61, 0.8734567, 0.79, None, 0.7], [0.4, 0.2, 0.3, None, "nan"]


def column(name: str, best: str = "unknown", from_item: bool = False) -> Json:
    return {"name": name, "from_item": from_item, "best": best}


def forest(status: str = "failed", **facts: Json) -> Json:
    """Five tasks, of which the fourth failed."""
    run = states.run_line(7, status, total=6, done=5, failed=1)
    tasks = [
        states.task_line(
            7, 10 + n, "fit", "failed" if n == 3 else "done", label=f"fit[{n}]", item=f"max_depth={depth}",
            started=states.NOW - 60, finished=states.NOW - 50, seconds=5.0 - n,
            memory=(60 + n) * 10**6 if n else None,
        )
        for n, depth in enumerate(DEPTHS)
    ]  # fmt: skip
    line = states.line("fit", "failed", total=5, done=4, failed=1, run=7)
    stored = {
        str(task["number"]): states.task_state(
            task, run, artifacts=[states.artifact("model", "Tree", f"Tree({depth})")]
        )
        for task, depth in zip(tasks, DEPTHS, strict=True)
    }
    columns = [column("max_depth", from_item=True), column("r2", "highest"), column("mae", "lowest"), column("kind")]
    cells = [list(row) for row in zip(DEPTHS, SCORES, ERRORS, "ababa", strict=True)]
    return {
        "flow": states.state([states.step("fit", 1, mark="foreach cfg in grid", scope=["fit"])], [line], run=run),
        "runs": {"runs": [run]},
        "tasks": {"7": {"run": run, "tasks": tasks}},
        "cells": {"fit": {"columns": columns, "cells": cells}},
        "task": {"7": stored},
        **facts,
    }


@pytest.fixture
def tasks(stage: Stage) -> Stage:
    stage.mount(forest(), width=560, height=900)
    stage.step("fit").click()
    return stage


def heading(stage: Stage, name: str) -> Locator:
    return stage.find(".nbf-Tasks").get_by_role("columnheader", name=name).get_by_role("button")


def texts(stage: Stage, number: int) -> list[str]:
    """What the column with this number shows, from above."""
    return list(stage.find(f".nbf-Task > :nth-child({number})").evaluate_all(TEXTS))


def test_there_is_a_column_for_each_key_and_scalar_and_the_best_values_are_bold(tasks: Stage) -> None:
    assert tasks.find(".nbf-GridHead [role=columnheader]").evaluate_all(TEXTS) == [
        "Task", "max_depth", "r2", "mae", "kind", "Time", "Memory", "CPU",
    ]  # fmt: skip
    assert texts(tasks, 7) == ["", "61.0 MB", "62.0 MB", "63.0 MB", "64.0 MB"]
    assert texts(tasks, 1) == ["[0]", "[1]", "[2]", "[3]", "[4]"]
    assert texts(tasks, 3) == ["0.61", "0.873457", "0.79", "", "0.7"]
    assert tasks.find(".nbf-Task [data-best]").evaluate_all(TEXTS) == ["0.873457", "0.2", "1.0 s"]
    expect(tasks.find(".nbf-Task [data-best]").first).to_have_attribute("title", "0.8734567")
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert tasks.find(".nbf-Task [data-best]").evaluate_all(cut) == 0


def test_a_heading_sorts_by_the_best_then_by_the_worst_then_not(tasks: Stage) -> None:
    heading(tasks, "r2").click()
    assert texts(tasks, 3) == ["0.873457", "0.79", "0.7", "0.61", ""]
    assert tasks.find("[aria-sort=descending]").inner_text().startswith("r2")
    heading(tasks, "r2").click()
    assert texts(tasks, 3) == ["0.61", "0.7", "0.79", "0.873457", ""]
    heading(tasks, "r2").click()
    assert texts(tasks, 1) == ["[0]", "[1]", "[2]", "[3]", "[4]"]
    heading(tasks, "mae").click()
    assert texts(tasks, 4) == ["0.2", "0.3", "0.4", "", "nan"]


def test_a_filter_takes_words_and_conditions(tasks: Stage) -> None:
    field = tasks.page.get_by_label("Filter the tasks")
    field.fill("r2>0.7 kind=b")
    assert texts(tasks, 1) == ["[1]"]
    expect(tasks.find(".nbf-TasksTotal")).to_have_text("1 of 5 tasks, 1 failed")
    field.fill("failed")
    assert texts(tasks, 1) == ["[3]"]
    field.fill("forest")
    expect(tasks.find(".nbf-Tasks .nbf-Empty")).to_have_text("No task is like that.")
    field.fill("R2 > 0.7 depth > 3")
    expect(tasks.find(".nbf-Tasks .nbf-Empty")).to_have_text('There is no column "depth".')


def test_picked_headings_are_drawn(tasks: Stage) -> None:
    heading(tasks, "max_depth").click(modifiers=["Shift"])
    expect(tasks.find(".nbf-Chart")).to_be_hidden()
    heading(tasks, "r2").click(modifiers=["Shift"])
    picture = tasks.find(".nbf-Chart img")
    expect(picture).to_have_attribute("alt", "Chart of max_depth, r2")
    tasks.act("chart")
    heading(tasks, "Time").click()
    expect(picture).to_have_attribute("alt", "Chart of max_depth, r2, Time")
    tasks.page.get_by_label("Filter the tasks").fill("forest")
    expect(tasks.find(".nbf-Chart")).to_be_hidden()
    tasks.page.get_by_label("Filter the tasks").fill("")
    tasks.find(".nbf-Chart > div").evaluate(IN_DARK)
    expect(tasks.find(".nbf-Chart > [data-theme=light]")).to_have_count(0)
    expect(tasks.find(".nbf-Chart > div")).to_have_count(1)
    heading(tasks, "r2").click()
    heading(tasks, "Time").click()
    expect(tasks.find(".nbf-Chart")).to_be_hidden()


def choose(stage: Stage, place: int, words: str) -> None:
    stage.find(".nbf-Task").nth(place).click(button="right")
    stage.page.get_by_role("menuitem", name=words).click()


def test_the_menu_of_a_task(tasks: Stage) -> None:
    choose(tasks, 1, "Restore…")
    choose(tasks, 3, "Debug")
    choose(tasks, 2, "Rerun")
    assert tasks.calls[1:] == [["restore", "7/fit[1]"], ["debug", "7/fit[3]"], ["rerun", "fit[2]"]]
    tasks.find(".nbf-Task").nth(3).click(button="right")
    expect(tasks.page.get_by_role("menuitem", name="Restore…")).to_be_disabled()
    expect(tasks.find(".nbf-MenuItem[data-action=compare]")).to_be_disabled()
    tasks.press("Escape")
    expect(tasks.page.get_by_role("menu")).to_have_count(0)


def test_failed_tasks_run_again_or_are_left_out(tasks: Stage) -> None:
    tasks.button("Rerun failed (1)").click()
    tasks.button("Go on with the 4").click()
    assert tasks.calls[1:] == [["resume", 7], ["resume", 7, "fit"]]


def test_while_the_run_goes_on_nothing_is_resumed(stage: Stage) -> None:
    facts = forest("running")
    facts["tasks"]["7"]["run"]["finished"] = None
    stage.mount(facts, height=900)
    stage.step("fit").click()
    expect(stage.find(".nbf-Task")).to_have_count(5)
    expect(stage.find("[data-action=rerun-failed], [data-action=go-on]").first).to_be_hidden()


def test_tasks_are_compared(tasks: Stage) -> None:
    tasks.find(".nbf-Task").nth(0).click(modifiers=["Control"])
    choose(tasks, 2, "Compare 2 tasks")
    diff = tasks.find(".nbf-Diff")
    expect(diff.locator("h3")).to_have_text("fit[0] · fit[2]")
    assert diff.locator("summary").all_inner_texts()[:2] == ["ITEMS", "ARTIFACTS"]
    assert diff.locator(".nbf-Changes tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    ) == [
        ["max_depth", "2", "8"],
        ["r2", "0.61", "0.79"],
        ["mae", "0.4", "0.3"],
        ["model", "Tree(2)", "Tree(8)"],
    ]
    tasks.act("close-diff")
    expect(tasks.find(".nbf-Task")).to_have_count(5)


def test_the_table_is_a_view_of_its_own(stage: Stage) -> None:
    stage.mount(forest(), "tasks", width=900)
    expect(stage.find(".nbf-WholeTasks .nbf-Task")).to_have_count(5)
    expect(stage.find(".nbf-Detail")).to_be_hidden()
    stage.find(".nbf-WholeTasks .nbf-Task").nth(1).click()
    expect(stage.find(".nbf-DetailName")).to_have_text("fit[1]")
    assert stage.violations() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_read_in_250_pixels(stage: Stage, theme: str) -> None:
    stage.mount(forest(), width=250, height=900, theme=theme)
    stage.step("fit").click()
    expect(stage.find(".nbf-Task")).to_have_count(5)
    assert stage.violations() == []


def test_it_is_walked_by_keyboard(tasks: Stage) -> None:
    heading(tasks, "Task").focus()
    tasks.press("ArrowRight", "ArrowRight", "Enter")
    assert texts(tasks, 3)[0] == "0.873457"
    tasks.press("ArrowDown", "ArrowDown", "Space")
    expect(tasks.find(".nbf-Task[data-ticked]")).to_have_count(1)
    tasks.press("Enter")
    expect(tasks.find(".nbf-DetailName")).to_have_text("fit[2]")
