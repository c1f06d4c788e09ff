"""The history: one run shown everywhere, two compared."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.renderer import movies, states
from tests.browser.renderer.stage import Stage

TEXTS = "nodes => nodes.map(node => node.textContent)"


@pytest.fixture
def runs(stage: Stage) -> Stage:
    stage.mount_movies("runs")
    return stage


def run(stage: Stage, number: int) -> Locator:
    return stage.find(f".nbf-RunRow[data-run='{number}']")


def row_texts(stage: Stage, number: int) -> list[str]:
    return list(run(stage, number).locator("[role=gridcell]").evaluate_all(TEXTS))


def test_each_run_says_how_it_ended_when_and_with_what(runs: Stage) -> None:
    names = runs.find(".nbf-RunRow").evaluate_all("rows => rows.map(row => row.getAttribute('aria-label'))")
    assert names[:5] == [
        "Run 8, run, running, 31 s ago",
        "Run 7, run, succeeded, 2 h ago, baseline",
        "Run 6, run, failed, 2 h ago",
        "Run 5, resume, succeeded, 1 d ago",
        "Run 4, run, crashed, 1 d ago",
    ]
    assert row_texts(runs, 7)[1:] == ["Adventure", "5", "41.3 s", "2 h ago", "18 of 18", "baseline", ""]
    assert row_texts(runs, 4)[1:4] == ["", "", "33.0 s"]
    assert "resumed from run 4" in (run(runs, 5).get_attribute("title") or "")


def test_a_click_shows_a_run_in_all_views_and_a_banner_leads_back(runs: Stage) -> None:
    run(runs, 7).click()
    expect(runs.find(".nbf-ShownRun")).to_contain_text("Run 7 · succeeded · 2 h ago")
    expect(run(runs, 7)).to_have_attribute("aria-current", "true")
    runs.page.get_by_role("tab", name="Steps").click()
    expect(runs.step("figure")).to_have_attribute("aria-label", "figure, done")
    runs.button("Back to the notebook").click()
    expect(runs.step("figure")).to_have_attribute("aria-label", "figure, stale")
    expect(runs.find(".nbf-ShownRun")).to_have_count(0)


def test_a_click_on_the_run_that_is_shown_leads_back_too(runs: Stage) -> None:
    run(runs, 7).click()
    expect(runs.find(".nbf-ShownRun")).to_be_visible()
    run(runs, 7).click()
    expect(runs.find(".nbf-ShownRun")).to_have_count(0)


def test_a_shown_run_is_tagged_reported_and_resumed(runs: Stage) -> None:
    run(runs, 6).click()
    runs.button("Report of this run").click()
    runs.button("Tag this run").click()
    runs.page.get_by_label("Name of the tag").fill("too-many")
    runs.press("Enter")
    runs.button("What to run").click()
    runs.page.get_by_role("menuitem", name="Resume run 6").click()
    assert runs.calls == [["report", 6], ["tag", 6, "too-many"], ["resume", 6]]


def test_a_step_of_a_shown_run_does_not_move_the_notebook_and_is_restored_from_that_run(runs: Stage) -> None:
    run(runs, 7).click()
    runs.page.get_by_role("tab", name="Steps").click()
    runs.step("figure").click()
    runs.act("restore")
    assert runs.calls == [["restore", "7/figure"]]


def test_two_that_are_ticked_are_compared(runs: Stage) -> None:
    compare = runs.find("[data-action=compare]")
    expect(compare).to_be_disabled()
    runs.page.get_by_label("Compare run 7").check()
    expect(runs.find(".nbf-Hint")).to_have_text("1 ticked")
    runs.page.get_by_label("Compare run 6").check()
    compare.click()
    diff = runs.page.get_by_role("region", name="Difference of run 6 and run 7", exact=True)
    expect(diff.locator("h3")).to_have_text("Run 6 → run 7")
    assert diff.locator(".nbf-Changes tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    ) == [
        ["top_k", "12", "5"],
        ["picks", "DataFrame 12 × 6", "DataFrame 5 × 6"],
        ["films", "-", "list of 5"],
        ["scikit-learn", "1.5.2", "1.6.0"],
    ]
    expect(diff.locator(".nbf-Figure img")).to_have_count(2)
    marked = diff.locator(".nbf-Sides td.nbf-Now")
    assert marked.evaluate_all("cells => cells.map(cell => [cell.textContent, cell.title])") == [["Ran", "Heat"]]
    kinds = diff.locator(".nbf-DiffLine").evaluate_all("lines => lines.map(line => line.dataset.kind)")
    assert kinds == ["file", "file", "place", "same", "removed", "added"]
    assert runs.focused == "Close the comparison"
    runs.press("Enter")
    expect(diff).to_have_count(0)
    expect(runs.find(".nbf-RunList")).to_be_visible()


def test_a_run_that_cannot_be_read_is_said_and_that_is_dismissed(runs: Stage) -> None:
    runs.page.evaluate("() => delete stage.archive.facts.run[1]")
    run(runs, 1).click()
    alert = runs.page.get_by_role("alert")
    expect(alert).to_contain_text("The run cannot be read: nothing is stored for run 1")
    alert.get_by_role("button").click()
    expect(alert).to_have_count(0)


def test_a_run_that_goes_on_is_at_the_top_before_the_history_is_read_again(stage: Stage) -> None:
    flow = states.state(movies.movie_steps(), run=states.run_line(7))
    stage.mount({"flow": flow, "runs": {"runs": [states.run_line(7)]}}, "runs")
    stage.hear(states.snapshot(states.run_line(8, "running", age=2, took=None), []))
    assert stage.find(".nbf-RunName").evaluate_all(TEXTS) == ["Run 8", "Run 7"]
    expect(stage.find(".nbf-ProgressLine")).to_be_visible()


def test_a_thousand_runs_are_a_few_rows_of_the_document(stage: Stage) -> None:
    history = [states.run_line(number, age=1e6 - number) for number in range(1000, 0, -1)]
    stage.mount({"flow": states.state(movies.movie_steps()), "runs": {"runs": history}}, "runs")
    assert stage.find(".nbf-RunRow").count() < 60
    run(stage, 1000).focus()
    stage.press("End")
    expect(run(stage, 1)).to_be_focused()


def test_without_runs_it_says_what_to_do(stage: Stage) -> None:
    stage.mount({"flow": states.state(movies.movie_steps()), "runs": {"runs": []}}, "runs")
    expect(stage.find(".nbf-Runs .nbf-Empty")).to_contain_text("No runs yet")


RESULTS = {
    "columns": [
        {"name": "n", "from_item": False, "best": "unknown"},
        {"name": "r2", "from_item": False, "best": "highest"},
        {"name": "mae", "from_item": False, "best": "lowest"},
    ],
    "runs": [3, 2, 1],
    "cells": [[5, 0.8, 0.31], [5, 0.9, 0.3], [7, None, None]],
}


@pytest.fixture
def measured(stage: Stage) -> Stage:
    lines = [
        states.run_line(3, kind="interactive", status="running", took=None, age=600, parameters={"lr": 0.3, "k": 1}),
        states.run_line(2, note="the one for the talk", parameters={"lr": 0.1, "k": 1}),
        states.run_line(1, pinned=True, parameters={"lr": 0.1, "k": 1}, age=9000),
    ]
    facts = {"flow": states.state(movies.movie_steps()), "runs": {"runs": lines}, "results": RESULTS}
    stage.mount(facts, "runs", width=800)
    return stage


def column(stage: Stage, number: int) -> list[str]:
    return list(stage.find(f".nbf-RunRow > :nth-child({number})").evaluate_all(TEXTS))


def test_results_and_changed_parameters_are_columns(measured: Stage) -> None:
    assert measured.find(".nbf-GridHead [role=columnheader]").evaluate_all(TEXTS) == [
        "Run", "r2", "mae", "lr", "Took", "Began", "Tasks", "Tags", "Note",
    ]  # fmt: skip
    assert column(measured, 1) == ["Run 1", "Run 3", "Run 2"]  # the pinned one first
    assert column(measured, 2) == ["", "0.8", "0.9"]
    assert measured.find(".nbf-RunRow [data-best]").evaluate_all(TEXTS) == ["0.9", "0.3"]
    measured.button("Columns").click()
    measured.page.get_by_role("menuitem", name="mae").click()
    measured.button("Columns").click()
    measured.page.get_by_role("menuitem", name="n", exact=True).click()
    assert measured.find(".nbf-GridHead [role=columnheader]").evaluate_all(TEXTS)[1:3] == ["n", "r2"]
    assert measured.violations() == []


def test_the_run_of_a_kernel_is_open_and_does_not_run(measured: Stage) -> None:
    assert "open since" in (run(measured, 3).get_attribute("aria-label") or "")
    assert "running" not in (run(measured, 3).get_attribute("aria-label") or "")


def test_runs_are_searched(measured: Stage) -> None:
    measured.page.get_by_label("Search runs").fill("talk")
    assert column(measured, 1) == ["Run 2"]
    measured.page.get_by_label("Search runs").fill("lr=0.1 r2>0.5")
    assert column(measured, 1) == ["Run 2"]


def test_a_run_is_marked_and_deleted_by_its_menu(measured: Stage) -> None:
    for words in ("Change the note…", "Pin", "Delete…"):
        run(measured, 2).click(button="right")
        measured.page.get_by_role("menuitem", name=words).click()
    calls = [
        [name, given["number"] if isinstance(given, dict) else given, *rest] for name, given, *rest in measured.calls
    ]
    assert calls == [["note", 2], ["pin", 2, True], ["remove", [2]]]
    run(measured, 3).click(button="right")
    expect(measured.page.get_by_role("menuitem", name="Delete…")).to_be_disabled()
